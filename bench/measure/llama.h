/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_LLAMA_H
#define BBS_MEASURE_LLAMA_H

#include "base/outcome.h"
#include "rows/schema.h"

#include <stdbool.h>

/* Llama-3-8B (nets/llama_shapes.h) without a language model: what follows from its shapes, for the paper's Fig. 17. All
 * weights are synthetic, of one of the equal blocks; counts and sizes are those of all blocks. Embedding, head and norms
 * are never compressed or run. Same bytes for any number of threads. */

/* llama.csv: each matrix of a block compressed by each method of Fig. 17, no sensitive channels. Bits and errors are of the
 * first LLAMA_CHANNELS output channels of each matrix: every channel of a matrix has as many bits, and a draw of the same
 * distribution. A method that quantises floats gets the INT8 weights as floats. */
enum { LLAMA_CHANNELS = 128 };
extern const rows_schema_t llama_schema;
outcome_t llama_run(int threads, const char *path);

/* llama_parts.csv: each design on the parts of each language model (nets/llama_shapes.h): the matrices of all blocks, the
 * products of attention at a context, the rows of the embedding and the head, for prompts and for one token
 * (measure/next_tokens.h has the rules). BitVert has no sensitive channels, as in Fig. 17; the others are those of
 * paper.ini. `brief`: without the designs whose cycles depend on the weights' bits. */
extern const rows_schema_t llama_parts_schema;
outcome_t llama_parts_run(bool brief, int threads, const char *path);

#endif
