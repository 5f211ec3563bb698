/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The decoder of Llama 3 under Hugging Face's names: RMSNorm before each part, grouped-query attention, SwiGLU, no biases.
 * Shapes: Dubey et al., The Llama 3 Herd of Models (arXiv 2407.21783), Table 3 (layers, dimension, heads, key/value heads,
 * vocabulary, FFN dimension); the same numbers stand in config.json of meta-llama/Meta-Llama-3-8B. Head and embedding are
 * two matrices (tie_word_embeddings is false there). */
#include "nets/llama.h"

#include "base/text.h"

typedef struct {
    int64_t blocks, width, hidden, heads, key_heads, words;
} shape_t;

enum { LINEARS = 7, GATE = 4, UP = 5 };

/* A block's q, k and v read a norm, o reads attention and down the product of gate and up: none reads a matrix's output. */
static outcome_t add_block(const shape_t *shape, int64_t block, net_table_t *table)
{
    const int64_t d = shape->width, keys = d / shape->heads * shape->key_heads;
    const struct {
        const char *name;
        int64_t outputs, inputs;
    } linears[LINEARS] = {{"self_attn.q_proj", d, d},
                          {"self_attn.k_proj", keys, d},
                          {"self_attn.v_proj", keys, d},
                          {"self_attn.o_proj", d, d},
                          [GATE] = {"mlp.gate_proj", shape->hidden, d},
                          [UP] = {"mlp.up_proj", shape->hidden, d},
                          {"mlp.down_proj", d, shape->hidden}};
    outcome_t result = outcome_ok();
    for (int i = 0; i < LINEARS && outcome_is_ok(&result); i++) {
        const text_t name = text_of("model.layers.%d.%s", (int)block, linears[i].name);
        result = net_add_linear(table, name.chars, linears[i].outputs, linears[i].inputs, 1, false);
    }
    return result;
}

static outcome_t layers(const net_size_t *size, net_table_t *table)
{
    const shape_t *shape = size->shape;
    outcome_t result = outcome_ok();
    for (int64_t block = 0; block < shape->blocks && outcome_is_ok(&result); block++)
        result = add_block(shape, block, table);
    return result;
}

/* ===  Sizes  === */

static const shape_t full_shape = {
    .blocks = 32, .width = 4096, .hidden = 14336, .heads = 32, .key_heads = 8, .words = 128256};
static const shape_t block_shape = {
    .blocks = 1, .width = 4096, .hidden = 14336, .heads = 32, .key_heads = 8, .words = 128256};

static const net_size_t full = {.name = "full", .shape = &full_shape};
static const net_size_t block = {.name = "block", .shape = &block_shape};
static const net_size_t *const sizes[] = {&full, &block, NULL};

const network_t net_llama3_8b = {
    .name = "llama3_8b", .title = "Llama-3-8B", .family = "llama", .sizes = sizes, .layers = layers};

int64_t llama_blocks(const net_size_t *size)
{
    return ((const shape_t *)size->shape)->blocks;
}

int64_t llama_other_weights(const net_size_t *size)
{
    const shape_t *shape = size->shape;
    enum { EMBEDDING_AND_HEAD = 2, NORMS_OF_A_BLOCK = 2, LAST_NORM = 1 };
    return EMBEDDING_AND_HEAD * shape->words * shape->width + (NORMS_OF_A_BLOCK * shape->blocks + LAST_NORM) * shape->width;
}
