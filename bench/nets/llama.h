/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_LLAMA_H
#define BBS_NETS_LLAMA_H

#include "nets/program.h"
#include "nets/recognise.h"

/* The Llama family of language models (Touvron et al. 2023) under Hugging Face's names: RMSNorm before each part, rotary
 * positions, grouped-query attention, SwiGLU, no biases.
 *
 * The layers are the seven matrices of each block, which the paper's Fig. 17 compresses. Embedding, norms and head stay
 * float (llama_other_weights()). An input is 1 x 1 x context numbers, one a token, ended by -1 (engine.h). */

typedef struct {
    int64_t blocks, width, hidden, heads, key_heads, words;
    bool tied;      /* the head is the embedding (tie_word_embeddings) */
    double epsilon; /* of RMSNorm */
    net_rotary_t rotary;
} llama_shape_t;

/* For the networks of the family: the layers of a size whose shape is a llama_shape_t, and its steps. Published shapes are
 * in llama_shapes.h. */
outcome_t llama_layers(const net_size_t *size, net_table_t *table);
outcome_t llama_program(const net_size_t *size, net_program_t *program);

/* Any of the family, from its tensors and config.json. */
extern const net_family_t net_family_llama;

int64_t llama_blocks(const net_size_t *size);
/* Parameters outside the table of the whole model: embedding, head, norms. */
int64_t llama_other_weights(const net_size_t *size);

#endif
