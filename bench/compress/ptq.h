/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_PTQ_H
#define BBS_COMPRESS_PTQ_H

#include "compress/method.h"

/* Post-training quantisation to n bits, one scale per output channel, from the float weights: the baseline of the BBS
 * paper's Fig. 11. With the range r of a channel
 *     scale = r / (2^(n-1) - 0.5),   q = clamp(round_half_even(w * (1 / scale)), -2^(n-1), 2^(n-1) - 1)
 * in float32, which for n = 8 and r = max |w| is the INT8 quantiser of the suite (quantize.h), and for other n the same
 * rule. r is the largest weight ("absmax") or, with least_squares_clip, the one of max |w| * {32, 31, ... 8} / 32 with
 * the least squared error, the widest of equal ones. A channel of only zeros has scale 1 and q = 0.
 *
 * The BBS paper calibrates ranges with images; the least squared error is the closest rule without data, and the default
 * here. Without beta no channel is sensitive.
 *
 * method_t.form, method_t.compress and method_t.check. */
compress_form_t ptq_form(const method_config_t *config, const compress_layer_t *layer, const bool *mask);
outcome_t ptq_compress(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                       compressed_t *compressed);
/* The same with the scale max |w| / (2^(n-1) - 1), for methods whose sources have it so: the largest weight is a level. */
outcome_t ptq_compress_largest(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                               compressed_t *compressed);
outcome_t ptq_check(const method_config_t *config);

#endif
