/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_BITFLIP_H
#define BBS_COMPRESS_BITFLIP_H

#include "compress/method.h"

/* BitWave's bit flip (HPCA'24), as the BBS paper compares with it: in sign-magnitude, bits are flipped until N magnitude
 * columns of the group are zero, with the least change. The metadata byte is the mask of the stored columns, bit 7 the
 * sign. Always N columns are left out, first those that were zero already. -128 has no sign-magnitude form and becomes
 * -127. */
extern const method_t bitflip_method;

#endif
