/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nets/llama_pass.h"

#include "base/text.h"
#include "nets/llama.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Of a block's table: its matrices; the products come behind query, key and value. */
enum { LINEARS = 7, BEFORE_PRODUCTS = 3, PRODUCTS = 2, OUTSIDE_BLOCKS = 2 /* embedding and head */ };

enum { TOKEN_BYTES = 4 /* of the number of a token: 32 bits */ };

/* What all layers of a run are made from. */
typedef struct {
    const llama_shape_t *shape;
    const net_pass_t *pass;
    int64_t each; /* blocks that a block of the table stands for */
} maker_t;

static outcome_t append(const net_layer_t *like, const text_t *name, net_role_t role, int64_t own, int64_t copies,
                        net_run_t *run)
{
    net_layer_t layer = *like;
    if (!text_fits(name) || snprintf(layer.name, sizeof layer.name, "%s", name->chars) >= (int)sizeof layer.name)
        return outcome_failed(name->chars, "name of a layer", "too long", "at most 63 characters", NULL);
    net_run_append(run, &layer, role, own, copies);
    return outcome_ok();
}

/* A linear layer that is in no table. */
static outcome_t append_made(const text_t *name, net_role_t role, int64_t outputs, int64_t inputs, int64_t tokens,
                             int64_t copies, net_run_t *run)
{
    net_table_t one = {0};
    outcome_t result = net_add_linear(&one, "", outputs, inputs, tokens, false);
    if (outcome_is_ok(&result))
        result = append(&one.items[0], name, role, NET_NONE, copies, run);
    net_table_free(&one);
    return result;
}

static text_t block_name(const maker_t *maker, int64_t block)
{
    return maker->each > 1 ? text_of("layers.*") : text_of("layers.%" PRId64, block);
}

static int64_t quotient_up(int64_t value, int64_t divisor)
{
    return value / divisor + (value % divisor != 0);
}

/* The products of one head of keys, for all heads of queries that share it. */
static outcome_t append_products(const maker_t *maker, int64_t block, net_run_t *run)
{
    const llama_shape_t *shape = maker->shape;
    const net_pass_t *pass = maker->pass;
    const int64_t head = shape->width / shape->heads, vectors = pass->tokens * (shape->heads / shape->key_heads),
                  seen = pass->context - (pass->tokens - 1) / 2, /* the mean of L - T + 1 to L, rounded up */
        parts = pass->tokens == 1 ? quotient_up(seen * vectors, LLAMA_SCORES_AT_ONCE) : 1, keys = quotient_up(seen, parts),
                  copies = maker->each * shape->key_heads * pass->batch * parts;
    const text_t name = block_name(maker, block), scores = text_of("%s.self_attn.scores", name.chars),
                 context = text_of("%s.self_attn.context", name.chars);
    outcome_t result;
    if (outcome_bad(&result, append_made(&scores, NET_ROLE_PRODUCT, keys, head, vectors, copies, run)) ||
        outcome_bad(&result, append_made(&context, NET_ROLE_PRODUCT, head, keys, vectors, copies, run)))
        return result;
    const size_t last = run->table.count - 1;
    run->table.items[last].input = (int64_t)last - 1;
    run->keys[last - 1] = run->keys[last] = quotient_up(pass->context, parts);
    return result;
}

static outcome_t append_block(const maker_t *maker, const net_table_t *layers, int64_t block, net_run_t *run)
{
    const text_t stated = text_of("layers.%" PRId64, block), name = block_name(maker, block);
    outcome_t result = outcome_ok();
    for (int64_t i = 0; i < LINEARS && outcome_is_ok(&result); i++) {
        const int64_t own = block * LINEARS + i;
        net_layer_t layer = layers->items[own];
        if (i == BEFORE_PRODUCTS && maker->pass->context > 0 && outcome_bad(&result, append_products(maker, block, run)))
            return result;
        if (maker->pass->products_only)
            continue;
        const text_t called = text_of("%s%s", name.chars, layer.name + strlen(stated.chars));
        layer.tokens = maker->pass->tokens * maker->pass->batch;
        result = append(&layer, &called, NET_ROLE_LAYER, own, maker->each, run);
    }
    return result;
}

static outcome_t append_all(const maker_t *maker, const net_table_t *layers, int64_t blocks, net_run_t *run)
{
    const llama_shape_t *shape = maker->shape;
    const net_pass_t *pass = maker->pass;
    const text_t lookup = text_of("embed_tokens"), head = text_of("lm_head");
    outcome_t result = outcome_ok();
    if (!pass->products_only && outcome_bad(&result, append_made(&lookup, NET_ROLE_LOOKUP, shape->width, TOKEN_BYTES,
                                                                 pass->tokens * pass->batch, 1, run)))
        return result;
    for (int64_t block = 0; block < blocks && outcome_is_ok(&result); block++)
        result = append_block(maker, layers, block, run);
    if (outcome_is_ok(&result) && !pass->products_only)
        result = append_made(&head, NET_ROLE_HEAD, shape->words, shape->width, pass->batch, 1, run);
    return result;
}

outcome_t llama_pass(const net_size_t *size, const net_table_t *layers, const net_pass_t *pass, net_run_t *run)
{
    const int64_t blocks = (int64_t)layers->count / LINEARS;
    const maker_t maker = {.shape = size->shape, .pass = pass, .each = llama_blocks(size) / blocks};
    outcome_t result;
    *run = (net_run_t){0};
    if (pass->context != 0 && pass->context < pass->tokens)
        return outcome_usage("--context", NULL, text_of("%" PRId64 " tokens", pass->context).chars,
                             text_of("at least the %" PRId64 " that are run", pass->tokens).chars, NULL);
    if (outcome_bad(&result, net_run_reserve(layers->count + (size_t)blocks * PRODUCTS + OUTSIDE_BLOCKS, run)))
        return result;
    result = append_all(&maker, layers, blocks, run);
    if (!outcome_is_ok(&result))
        net_run_free(run);
    return result;
}
