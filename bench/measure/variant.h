/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_VARIANT_H
#define BBS_MEASURE_VARIANT_H

#include "engine/engine.h"
#include "weights/int8_network.h"

/* Compress a network by one method, give each layer to the engine, and count the bits. Weights and engine meet only here.
 *
 * `spec` is a spec of compress/spec.h. `network` holds its float weights (int8_network_from()). `engine` was opened on the
 * same weights; NULL: only count the bits. */
outcome_t variant_apply(const int8_network_t *network, const char *spec, int threads, engine_t *engine,
                        compress_size_t *bits);

#endif
