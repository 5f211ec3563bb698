/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_ZPS_H
#define BBS_COMPRESS_ZPS_H

#include "compress/method.h"

/* Zero-point shifting (paper Algorithm 1, Fig. 5): each shift of the range is added to the group, the sum is clipped to
 * [-128, 127], its r <= min(3, N) redundant columns are dropped, and it is rounded to the nearest multiple of 2^(N - r)
 * that keeps the stored width, ties toward zero. The shift with the least squared error after shifting back wins, the
 * lowest on ties. The stored constant is -shift, a signed number of constant_bits bits; value = stored + constant. */
extern const method_t zps_method;

/* method_t.check of this and of the variant in zps_released.c: constant bits and shift. */
outcome_t zps_check(const method_config_t *config);

#endif
