/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_VARIANT_H
#define BBS_MEASURE_VARIANT_H

#include "engine/engine.h"
#include "weights/int8_network.h"

/* What one method makes of a network's weights: handed to the engine layer by layer, and a number of bits. This is where
 * weights and engine meet.
 *
 * `spec` as compress/spec.h reads it. `network` knows its floats (int8_network_from()); `engine` was opened on the same
 * weights, NULL: only count the bits. */
outcome_t variant_apply(const int8_network_t *network, const char *spec, int threads, engine_t *engine,
                        compress_size_t *bits);

#endif
