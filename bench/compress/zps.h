/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_ZPS_H
#define BBS_COMPRESS_ZPS_H

#include "compress/columns.h"

/* Zero-point shifting (paper Algorithm 1, Fig. 5): each shift of the range is added to the group, the sum is clipped to
 * [-128, 127], its r <= min(3, N) redundant columns go, and it is rounded to the nearest multiple of 2^(N - r) that keeps
 * the stored width, ties toward zero. The shift with the least squared error after shifting back wins, the lowest on
 * ties. The stored constant is -shift, a signed number of constant_bits bits; value = stored + constant. */
extern const column_coder_t zps_coder;
extern const method_t zps_method;

outcome_t zps_compress(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                       compressed_t *compressed);
outcome_t zps_check(const method_config_t *config);

#endif
