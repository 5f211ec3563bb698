/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_LLAMA_H
#define BBS_NETS_LLAMA_H

#include "nets/net.h"

/* Llama-3-8B, of which only the shapes are known here: for the paper's Fig. 17. It is not in a registry, because the engine
 * has no program for it and no weights are shipped: the experiment that needs it takes it from here. A program and a line
 * in registry.c would make it a network like the others.
 *
 * Sizes: "block", one of its equal blocks, and "full", all of them. The layers are the seven matrices of a block, for one
 * token; embedding, head and norms are not in the table (llama_other_weights()). Counts of a block times llama_blocks() are
 * those of all blocks: every block reads its input from DRAM. */
extern const network_t net_llama3_8b;

int64_t llama_blocks(const net_size_t *size);
/* Parameters outside the table of the whole model: embedding, head, norms. */
int64_t llama_other_weights(const net_size_t *size);

#endif
