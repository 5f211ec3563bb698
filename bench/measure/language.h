/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_LANGUAGE_H
#define BBS_MEASURE_LANGUAGE_H

#include "data/pieces.h"
#include "engine/engine.h"
#include "weights/checkpoint.h"
#include "weights/int8_network.h"

/* A language model with its tokenizer, in an engine. Must not be moved once it is open; free with language_close(), also
 * after a failure. */
typedef struct {
    checkpoint_t checkpoint; /* its notes say where tokenizer and model differ in size */
    pieces_t *pieces;
    int64_t context, words;
    int8_network_t network;
    engine_t *engine;
} language_t;

/* Read the weights and the tokenizer. Refused by name: a network that is no language model, and what the two readers
 * refuse. `context` tokens; 0: as the model's files say. `deferred`: the matrices stay in the file (measure/blocks.h). */
outcome_t language_open(const char *weights, const char *tokenizer, int64_t context, bool deferred, int threads,
                        language_t *language);
/* Then, with weights that are not deferred, the engine, by "fast" or "stock" kernels, for `threads` workers; it has no
 * weights yet (measure/variant.h). */
outcome_t language_start(language_t *language, const char *kernels, int threads);
void language_close(language_t *language);

#endif
