/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_LLAMA_PASS_H
#define BBS_NETS_LLAMA_PASS_H

#include "nets/attention.h"

/* What a model of the Llama family runs for its next tokens (network_t.pass of the family). T tokens of each of B sequences
 * are run, and L keys and values of a sequence lie in memory, those of the T tokens included:
 *
 *     embed_tokens             a row of the embedding for each of the T B tokens
 *     layers.I.self_attn.q_proj, k_proj, v_proj, o_proj, layers.I.mlp.gate_proj, up_proj, down_proj
 *                              the matrices of a block, which sequences share: T B vectors each
 *     layers.I.self_attn.scores, context
 *                              Q x K^T and A x V of one head of keys. The heads of queries that share these keys
 * (grouped-query attention) run together: T times their number of vectors. Copies: heads of keys x B lm_head the logits of
 * the last token of each sequence: B vectors
 *
 * A token attends to itself and to those before it, so the T tokens attend to L - T + 1, ..., L keys. The shape of a
 * product has their mean, rounded up, which is L in decode; net_run_t.keys has L, which are read. In prefill (T = L) that
 * is half of the square, and the other half is masked.
 *
 * One block may stand for all: then its layers are called layers.*.NAME, and their copies are those of all blocks. Norms,
 * rotation, softmax, SwiGLU and sums of vectors are not counted, as everywhere in the accelerator models. */
enum { LLAMA_SCORES_AT_ONCE = 131072 /* half of the paper's buffer of activations, section V */ };
outcome_t llama_pass(const net_size_t *size, const net_table_t *layers, const net_pass_t *pass, net_run_t *run);

#endif
