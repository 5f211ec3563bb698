/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_TRANSFORMER_H
#define BBS_NETS_TRANSFORMER_H

#include "nets/program.h"

/* What vision transformers (vit.c) and BERT (bert.c) share: the shape, and the table of a block's linear layers. */

typedef struct {
    int64_t blocks;
    int64_t width;
    int64_t heads;
    int64_t hidden;   /* of the MLP */
    double epsilon;   /* of LayerNorm: 1e-6 in timm, 1e-12 in Hugging Face's BERT */
    int64_t patch;    /* ViT: side of a patch */
    int64_t tokens;   /* BERT: length of a sequence; accelerator models run the full length, as the authors pad to it */
    int64_t words;    /* BERT: of the vocabulary */
    int64_t places;   /* BERT: positions that have an embedding */
    int64_t segments; /* BERT */
} transformer_shape_t;

enum { TRANSFORMER_BLOCK = -3 }; /* in place of an index: what the block as a whole reads */

typedef struct {
    const char *name; /* after the block's prefix */
    int64_t outputs, inputs;
    int64_t input, residual; /* place in the block, TRANSFORMER_BLOCK, NET_OUTSIDE or NET_NONE; see net_layer_t */
} transformer_linear_t;

/* Append PREFIX.0.NAME ... for each block. */
outcome_t transformer_add_blocks(net_table_t *table, const char *prefix, const transformer_shape_t *shape, int64_t tokens,
                                 const transformer_linear_t *linears, int count);

/* Each appends one step: LayerNorm NAME; a linear layer of the table; a linear layer of floats NAME; the addition of the
 * result of step `other`; a step without parameters; attention. */
outcome_t transformer_add_norm(net_program_t *program, const char *name, int64_t width, double epsilon, bool first_token);
outcome_t transformer_add_linear(net_program_t *program, int64_t layer, int64_t parts, int64_t outputs);
outcome_t transformer_add_float_linear(net_program_t *program, const char *name, int64_t outputs, int64_t inputs,
                                       bool first_token);
outcome_t transformer_add_sum(net_program_t *program, int64_t other);
outcome_t transformer_add_simple(net_program_t *program, net_step_kind_t kind);
outcome_t transformer_add_attention(net_program_t *program, int64_t width, int64_t heads);

#endif
