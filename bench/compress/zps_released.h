/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_ZPS_RELEASED_H
#define BBS_COMPRESS_ZPS_RELEASED_H

#include "compress/columns.h"

/* Zero-point shifting as the authors' public repository computes it, for comparison; it differs from the paper: sign and
 * magnitude in place of two's complement, sums clipped to +-127, all leading zero columns dropped (no limit of three),
 * 5-bit shifts of -2^(p-1) to 2^(p-1) - 1, whose lowest has no stored form. It cannot be packed. */
extern const column_coder_t zps_released_coder;
extern const method_t zps_released_method;

#endif
