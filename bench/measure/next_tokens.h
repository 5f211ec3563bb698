/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_NEXT_TOKENS_H
#define BBS_MEASURE_NEXT_TOKENS_H

#include "measure/workload.h"

/* Language models as workloads: their next tokens on the designs (nets/llama_pass.h says what is run).
 *
 * Weights. Of a network without a checkpoint, one block is drawn; it stands for all blocks, and its counts are multiplied.
 * The sequences of a batch share the fetched weights, not the keys and values.
 *
 * Products of attention. As in the other networks (workload.h): both operands are activations, so a design gains nothing on
 * them and takes its longest time, at 8 bits. The keys and values of the whole context are read from memory once for each
 * sequence and head of keys, in cache_bits each; they are multiplied at 8 bits whatever they have in memory. New keys and
 * values are written as every output is, in the width of the design's activations. The scores of a head stay on chip where
 * they fit.
 *
 * Head and embedding. Both keep 8 bits in every design (an assumption: the paper prunes "all channels" and does not say
 * whether of these two). The head computes the logits of the last token of each sequence, so perplexity over a prompt would
 * take more. Its bits are not known: a design that looks at bits takes its longest time, counted on NEXT_TOKENS_HEAD_ROWS
 * rows and multiplied, which is exact where the array's rows divide that number. A lookup takes no computation: it reads a
 * row of the embedding for each token and writes it. */
enum { NEXT_TOKENS_HEAD_ROWS = 1024 };

/* FAULT_USAGE for options of language models on another network. */
outcome_t next_tokens_refuse(const model_plan_t *plan, const network_t *network);

/* For workload.c: layers, run, pass and head of a language model. */
outcome_t next_tokens_open(const model_plan_t *plan, const network_t *network, const net_size_t *size, bool products_only,
                           workload_t *workload);

/* After accel_work(): the work of lookup, head and products as their operands lie in memory. Changes nothing for other
 * networks. */
void next_tokens_works(const workload_t *workload, accel_layer_t *layers, accel_work_t *works);

/* The columns of rows that language models have. */
void next_tokens_names(const workload_t *workload, model_names_t *names);

#endif
