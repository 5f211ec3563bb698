/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_QUANTIZE_H
#define BBS_COMPRESS_QUANTIZE_H

#include "base/outcome.h"

#include <stdint.h>

/* INT8 per output channel, as in the paper's PTQ baseline: for channel k with largest |w| = m,
 *     scale = m / 127.5,  q = clamp(round_half_even(w / scale), -128, 127)
 * in float32 arithmetic, multiplied by the reciprocal of the scale as the released quantiser does. A channel of only
 * zeros has scale 1 and q = 0. `weights` and `q` are [channels, per_channel]; weights must be finite. */
void quantize_channels(const float *weights, int64_t channels, int64_t per_channel, int threads, int8_t *q, float *scale);

#endif
