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

/* Llama-3-8B. It is not in a registry, because no weights are shipped: the experiment that needs it takes it from here.
 * Sizes: "block", one of its equal blocks, and "full", all of them, for one token in the accelerator models. Counts of a
 * block times llama_blocks() are those of all blocks: every block reads its input from DRAM. */
extern const network_t net_llama3_8b;

/* Any of the family, from its tensors and config.json. */
extern const net_family_t net_family_llama;

int64_t llama_blocks(const net_size_t *size);
/* Parameters outside the table of the whole model: embedding, head, norms. */
int64_t llama_other_weights(const net_size_t *size);

#endif
