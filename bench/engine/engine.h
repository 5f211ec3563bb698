/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_ENGINE_H
#define BBS_ENGINE_ENGINE_H

#include "base/outcome.h"
#include "base/text.h"
#include "nets/weights.h"

/* A network in Darknet, ready to classify.
 *
 * Darknet parses the graph and walks its layers; which function computes a layer is the kernel set's choice: `stock`
 * leaves Darknet's own, `fast` puts oneDNN in their place through l.forward. Weights are put into the parsed graph and
 * can be swapped at any time without parsing again. Each worker has its own activations, the weights are shared, and one
 * sample is computed by one thread: the same bytes for any number of workers. */

typedef struct engine engine_t;

/* Kernel sets by name, NULL-terminated: "fast", "stock". */
extern const char *const engine_kernel_names[];

/* Parse the graph of the weights' network and size for `workers` threads. `weights` stays the caller's and must
 * outlive the engine: BatchNorm and biases are read from it. No layer weights are set yet. */
outcome_t engine_open(const net_weights_t *weights, const char *kernels, int workers, engine_t **engine);
void engine_close(engine_t *engine);

/* Compute with these weights from now on: `rows` output channels of table layer `index` from channel `first`, [rows, c, kh,
 * kw]; read only during the call. A large layer can be set in parts, so that it need not be in memory twice: `first` and
 * all `rows` but the last are multiples of ENGINE_ROWS. BatchNorm follows as a per-channel multiplier and bias: `stock`
 * applies it after the sum, `fast` folds the multiplier into these weights (the same product in another order). Layers are
 * set in the order of the table. Not while another thread predicts. */
enum { ENGINE_ROWS = 64 };
outcome_t engine_set_rows(engine_t *engine, size_t index, int64_t first, int64_t rows, const float *weights);
outcome_t engine_set_weights(engine_t *engine, const float *const *layers); /* all of them; layers[i] is whole */

/* Logits of one sample: input [channels, height, width] as the profile makes it, logits[classes]. `worker` is below the
 * number given to engine_open(); workers may call at the same time, each with its own number. */
outcome_t engine_predict(engine_t *engine, int worker, const float *input, float *logits);

/* "Darknet ..., oneDNN 2.6.3 (avx512_core_vnni)" */
text_t engine_versions(void);

#endif
