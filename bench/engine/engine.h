/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_ENGINE_H
#define BBS_ENGINE_ENGINE_H

#include "base/outcome.h"
#include "base/text.h"
#include "nets/ranges.h"
#include "nets/weights.h"

#include <stdbool.h>

/* A network in Darknet, ready to classify.
 *
 * Darknet parses the graph and walks its layers; which function computes a layer is the kernel set's choice: `stock`
 * leaves Darknet's own, `fast` puts oneDNN in their place through l.forward. Weights are put into the parsed graph and
 * can be swapped at any time without parsing again. Each worker has its own activations, the weights are shared, and one
 * sample is computed by one thread: the same bytes for any number of workers. */

typedef struct engine engine_t;

/* Parse the graph of the weights' network and size for `workers` threads. `kernels` is "fast" or "stock". `weights` stays
 * the caller's and must outlive the engine: BatchNorm and biases are read from it. No layer weights are set yet. */
outcome_t engine_open(const net_weights_t *weights, const char *kernels, int workers, engine_t **engine);
/* The same with activations of 8 bits and integer sums, by "fast" or "plain" kernels: the same logits, bit for bit, for
 * each kernel set, processor and number of workers. A CNN needs `ranges`; a transformer's rows carry their own scale.
 * Weights are set as integers. */
outcome_t engine_open_integers(const net_weights_t *weights, const char *kernels, const net_ranges_t *ranges, int workers,
                               engine_t **engine);
void engine_close(engine_t *engine);

/* Compute with these weights from now on: `rows` output channels of table layer `index` from channel `first`, [rows, c, kh,
 * kw]; read only during the call. A large layer can be set in parts, so that it need not be in memory twice: `first` and
 * all `rows` but the last are multiples of ENGINE_ROWS. BatchNorm follows as a per-channel multiplier and bias: `stock`
 * applies it after the sum, `fast` folds the multiplier into these weights (the same product in another order). Layers are
 * set in the order of the table. Not while another thread predicts. */
enum { ENGINE_ROWS = 64 };
outcome_t engine_set_rows(engine_t *engine, size_t index, int64_t first, int64_t rows, const float *weights);

/* The same of an engine of integers: weight = values * scale[row], `values` of 16 bits. */
outcome_t engine_set_integers(engine_t *engine, size_t index, int64_t first, int64_t rows, const int16_t *values,
                              const float *scale);

bool engine_takes_integers(const engine_t *engine);

/* What table layer `index` is about to read in a prediction of `worker`: `count` floats in the engine's own order. Of CNNs
 * with the fast float kernels; others are refused. */
typedef void (*engine_observer_t)(void *context, int worker, size_t index, const float *values, int64_t count);
outcome_t engine_observe(engine_t *engine, engine_observer_t observer, void *context);

/* Logits of one sample: input [channels, height, width] as the profile makes it, logits[classes]. `worker` is below the
 * number given to engine_open(); workers may call at the same time, each with its own number. */
outcome_t engine_predict(engine_t *engine, int worker, const float *input, float *logits);

/* "Darknet ..., oneDNN 2.6.3 (avx512_core_vnni)" */
text_t engine_versions(void);

#endif
