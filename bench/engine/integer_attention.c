/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attention in integers: Q K^T and softmax V have 8-bit operands and 32-bit sums; softmax is float32 in a fixed order.
 *
 * Queries and keys are scaled for each head and token, and so are signed. What follows depends on what a token may see:
 *
 * * Every token (ViT, BERT): the probabilities are round(255 p). The values are scaled for each head and feature, over the
 *   tokens, because a scale that varies along the sum could not be factored out of the sum.
 * * Only itself and those before it (language models): a scale over all tokens would tell a token about those after it, and
 *   a text would have other answers than its beginning has. So values are scaled for each head and token, and the scale s_j
 *   of token j goes into its probability. A row of p_j s_j is divided by its largest one: round(255 p_j s_j / most). Over
 *   thousands of tokens all p_j are far below 1 / 255, so a fixed step would leave nothing of them.
 *
 * Key heads are taken one after the other, with all query heads that share them (grouped-query attention). Queries are
 * taken ATTENTION_ROWS at a time, so that scores need little memory, and a causal block multiplies only the keys that it
 * sees. */
#include "engine/integer_internal.h"

#include "engine/laps.h"
#include "engine/levels.h"
#include "engine/rows.h"
#include "engine/shares.h"
#include "engine/softmax_levels.h"

#include <math.h>
#include <string.h>

/* Some rows of one query head. */
typedef struct {
    const float *query;
    int64_t first, rows; /* place of the first query in the text; queries */
    int64_t keys;        /* that are multiplied */
    int64_t stride, head;
    float *target; /* of the first row */
} block_t;

/* A row of sums begins where a line of the cache does. */
static int64_t sums_stride(int64_t width)
{
    return (width + SUMS_LINE - 1) / SUMS_LINE * SUMS_LINE;
}

/* Quantise keys and values of one head, and pack them where all queries see all of them. */
static void take_keys(const token_step_t *self, const token_keys_t *all, const float *key, const float *value, int64_t head)
{
    const product_set_t *set = ((const integers_t *)self->tokens->state)->set;
    const space_t *space = self->worker->state;
    const int64_t rows = all->count, stride = all->stride;
    levels_of_signed_rows(key, rows, stride, head, space->matrix, space->step, space->zero);
    for (int64_t i = 0; i < rows; i++)
        space->zero[i] *= ZERO_LEVEL;
    if (self->step->causal)
        levels_of_signed_rows(value, rows, stride, head, space->values, space->value_step, NULL);
    else
        levels_of_columns(value, rows, stride, head, space->values, space->value_step);
    laps_end(self->worker->graph->laps, ENGINE_STEP_QUANTISE);
    if (self->step->causal)
        return;
    set->pack(true, rows, head, space->matrix, space->packed_keys);
    set->pack(false, head, rows, space->values, space->packed_values);
    laps_end(self->worker->graph->laps, ENGINE_STEP_ATTENTION);
}

/* The probabilities of a block, as levels. */
static bool find_shares(const token_step_t *self, const block_t *block)
{
    const product_set_t *set = ((const integers_t *)self->tokens->state)->set;
    const space_t *space = self->worker->state;
    const bool causal = self->step->causal;
    const float scale = 1.0F / sqrtf((float)block->head);
    float *floats = causal ? self->worker->scratch : space->row;
    laps_t *laps = self->worker->graph->laps;
    levels_rows_t scores = {.sums = space->sums,
                            .sums_stride = sums_stride(block->keys),
                            .zero = space->zero,
                            .row_step = space->row_step,
                            .step = space->step,
                            .target = floats,
                            .stride = block->keys};
    levels_of_rows(block->query, block->rows, block->stride, block->head, space->levels, space->row_step);
    laps_end(laps, ENGINE_STEP_QUANTISE);
    if (causal)
        set->pack(true, block->keys, block->head, space->matrix, space->packed_keys);
    if (!set->pair(true, block->rows, block->keys, block->head, space->levels, space->matrix, space->packed_keys,
                   space->sums, scores.sums_stride, space->more))
        return false;
    laps_end(laps, ENGINE_STEP_ATTENTION);
    if (causal) {
        levels_finish_rows(&scores, block->rows, block->keys);
        laps_end(laps, ENGINE_STEP_RESCALE);
        rows_softmax_causal(floats, block->rows, block->keys, block->first, scale);
        laps_end(laps, ENGINE_STEP_SOFTMAX);
        shares_to_levels(floats, block->rows, block->keys, space->value_step, space->shares, space->row_step);
        laps_end(laps, ENGINE_STEP_QUANTISE);
        return true;
    }
    softmax_to_levels(&scores, block->rows, block->keys, scale, space->shares);
    for (int64_t i = 0; i < block->rows; i++)
        space->row_step[i] = 1.0F / 255.0F;
    laps_end(laps, ENGINE_STEP_SOFTMAX);
    return true;
}

/* Probabilities times values. */
static bool gather_values(const token_step_t *self, const block_t *block)
{
    const product_set_t *set = ((const integers_t *)self->tokens->state)->set;
    const space_t *space = self->worker->state;
    const bool causal = self->step->causal;
    const int64_t stride = sums_stride(block->head);
    laps_t *laps = self->worker->graph->laps;
    if (causal)
        set->pack(false, block->head, block->keys, space->values, space->packed_values);
    if (!set->pair(false, block->rows, block->head, block->keys, space->shares, space->values, space->packed_values,
                   space->sums, stride, space->more))
        return false;
    laps_end(laps, ENGINE_STEP_ATTENTION);
    levels_finish_rows(&(levels_rows_t){.sums = space->sums,
                                        .sums_stride = stride,
                                        .row_step = space->row_step,
                                        .step = causal ? space->ones : space->value_step,
                                        .target = block->target,
                                        .stride = self->step->outputs},
                       block->rows, block->head);
    laps_end(laps, ENGINE_STEP_RESCALE);
    return true;
}

/* Queries that are computed at a time. */
static int64_t block_rows(const token_step_t *self)
{
    const product_set_t *set = ((const integers_t *)self->tokens->state)->set;
    return self->step->causal ? ATTENTION_ROWS : set->pair_rows > 0 ? set->pair_rows : self->rows;
}

static bool run_head(const token_step_t *self, const token_keys_t *all, const float *query, int64_t head, float *target)
{
    const net_step_t *step = self->step;
    const int64_t most = block_rows(self);
    bool done = true;
    for (int64_t first = 0; first < self->rows && done; first += most) {
        const int64_t left = self->rows - first, rows = left > most ? most : left;
        const block_t block = {.query = query + first * step->inputs,
                               .first = all->past + first,
                               .rows = rows,
                               .keys = step->causal ? all->past + first + rows : all->count,
                               .stride = step->inputs,
                               .head = head,
                               .target = target + first * step->outputs};
        done = find_shares(self, &block) && gather_values(self, &block);
    }
    return done;
}

void integer_attention(token_step_t *self, layer at, network net)
{
    const int64_t width = self->step->outputs, head = width / self->step->heads;
    const int64_t keys = (self->step->inputs - width) / 2, shared = width / keys; /* query heads of a key head */
    const token_keys_t all = tokens_keys(self);
    bool done = true;
    (void)at;
    (void)net;
    for (int64_t first = 0; first < keys && done; first += head) {
        take_keys(self, &all, all.keys + first, all.keys + first + keys, head);
        for (int64_t i = 0; i < shared && done; i++) {
            const int64_t query = first * shared + i * head;
            done = run_head(self, &all, self->source + query, head, self->target + query);
        }
    }
    if (!done)
        self->worker->refused = true;
}
