/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TESTS_ENGINE_WEIGHTS_H
#define BBS_TESTS_ENGINE_WEIGHTS_H

/* What tests of whole networks do to an engine of floats. */
#include "engine/engine.h"

/* All of them, of CNNs and of transformers: engine_open() lists them when it is asked for another (test_engine.c). */
static const char *const cnn_kernels[] = {"fast", "winograd", "stock", NULL};
static const char *const float_kernels[] = {"fast", "stock", NULL}; /* that every network has */

/* Every layer of the table; layers[i] is whole. */
static inline outcome_t set_weights(engine_t *engine, const net_weights_t *weights, const float *const *layers)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < weights->table.count && outcome_is_ok(&result); i++)
        result = engine_set_rows(engine, i, 0, weights->table.items[i].k, layers[i]);
    return result;
}

#endif
