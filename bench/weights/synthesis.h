/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_SYNTHESIS_H
#define BBS_WEIGHTS_SYNTHESIS_H

#include "weights/int8_network.h"
#include "weights/portrait.h"

/* Layers of INT8 weights and scales drawn after portraits, of any shape.
 *
 * Spreads and scales are drawn by strata (channel number k of K, shuffled, takes the quantile (k + 1/2) / K), gains and
 * weights at random. The largest weight of a channel is put where the quantiser would have put it, at 127 or -128.
 * Where the new channel has another number of weights than the portrait's, its largest weight is another as well: spreads
 * are divided by the growth of portrait_peak(); scales are multiplied by it, and by the square root of the old fan-in over
 * the new (He et al., ICCV 2015: a layer's weights are as large as 1 / sqrt(fan-in)).
 *
 * The numbers seed to seed + layer->k each start one generator of GSL (taus2), so that the bytes do not depend on threads:
 * each layer has its own range. Of `layer` only name and shape are read. */
outcome_t synthesis_draw(const portrait_t *portrait, const compress_layer_t *layer, uint32_t seed, int threads, int8_t *q,
                         float *scale);

/* Fill all layers of a network with room (int8_network_reserve()): layer i after portraits[i], one range of seeds behind
 * the other. */
outcome_t synthesis_fill(const int8_network_t *network, const portrait_t *const *portraits, uint32_t seed, int threads);

#endif
