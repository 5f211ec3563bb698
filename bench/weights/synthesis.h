/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_SYNTHESIS_H
#define BBS_WEIGHTS_SYNTHESIS_H

#include "weights/int8_network.h"
#include "weights/portrait.h"

/* Layers of INT8 weights and scales drawn after portraits, of any shape.
 * Spreads and scales are drawn by strata (the K channels take the quantiles (k + 1/2) / K in shuffled order), gains and
 * weights at random. The largest weight of a channel is set to 127 or -128, where the quantiser would have put it.
 * A channel with more weights than the portrait's has a larger peak. So spreads are divided by the growth of
 * portrait_peak(); scales are multiplied by it, and by the square root of the old fan-in over the new (He et al., ICCV
 * 2015: a layer's weights are proportional to 1 / sqrt(fan-in)).
 *
 * Each number from seed to seed + layer->k starts one generator of GSL (taus2), so the bytes do not depend on the number of
 * threads. Each layer has its own range of seeds. Of `layer` only name and shape are read. */
outcome_t synthesis_draw(const portrait_t *portrait, const compress_layer_t *layer, uint32_t seed, int threads, int8_t *q,
                         float *scale);

/* Draw all layers of a network from int8_network_reserve(): layer i after portraits[i], each with the next range of seeds.
 */
outcome_t synthesis_fill(const int8_network_t *network, const portrait_t *const *portraits, uint32_t seed, int threads);

#endif
