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

/* Quantise keys and values of one head. */
static void take_keys(const token_step_t *self, const token_keys_t *all, const float *key, const float *value, int64_t head)
{
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
}

/* The probabilities of a block, as floats. */
static bool find_shares(const token_step_t *self, const block_t *block)
{
    const integers_t *integers = self->tokens->state;
    const space_t *space = self->worker->state;
    const float scale = 1.0F / sqrtf((float)block->head);
    float *scores = self->worker->scratch;
    laps_t *laps = self->worker->graph->laps;
    levels_of_rows(block->query, block->rows, block->stride, block->head, space->levels, space->row_step);
    laps_end(laps, ENGINE_STEP_QUANTISE);
    if (!integers->set->pair(true, block->rows, block->keys, block->head, space->levels, space->matrix, space->halves,
                             space->sums, space->more))
        return false;
    laps_end(laps, ENGINE_STEP_ATTENTION);
    levels_finish_rows(&(levels_rows_t){.sums = space->sums,
                                        .zero = space->zero,
                                        .row_step = space->row_step,
                                        .step = space->step,
                                        .target = scores,
                                        .stride = block->keys},
                       block->rows, block->keys);
    laps_end(laps, ENGINE_STEP_RESCALE);
    if (self->step->causal)
        rows_softmax_causal(scores, block->rows, block->keys, block->first, scale);
    else
        rows_softmax(scores, block->rows, block->keys, scale);
    laps_end(laps, ENGINE_STEP_SOFTMAX);
    return true;
}

/* Probabilities times values. */
static bool gather_values(const token_step_t *self, const block_t *block)
{
    const integers_t *integers = self->tokens->state;
    const space_t *space = self->worker->state;
    const bool causal = self->step->causal;
    const float *shares = self->worker->scratch;
    laps_t *laps = self->worker->graph->laps;
    if (causal) {
        shares_to_levels(shares, block->rows, block->keys, space->value_step, space->levels, space->row_step);
    } else {
        levels_round(shares, block->rows * block->keys, 255.0F, space->levels);
        for (int64_t i = 0; i < block->rows; i++)
            space->row_step[i] = 1.0F / 255.0F;
    }
    laps_end(laps, ENGINE_STEP_QUANTISE);
    if (!integers->set->pair(false, block->rows, block->head, block->keys, space->levels, space->values, space->halves,
                             space->sums, space->more))
        return false;
    laps_end(laps, ENGINE_STEP_ATTENTION);
    levels_finish_rows(&(levels_rows_t){.sums = space->sums,
                                        .row_step = space->row_step,
                                        .step = causal ? space->ones : space->value_step,
                                        .target = block->target,
                                        .stride = self->step->outputs},
                       block->rows, block->head);
    laps_end(laps, ENGINE_STEP_RESCALE);
    return true;
}

static bool run_head(const token_step_t *self, const token_keys_t *all, const float *query, int64_t head, float *target)
{
    const net_step_t *step = self->step;
    bool done = true;
    for (int64_t first = 0; first < self->rows && done; first += ATTENTION_ROWS) {
        const int64_t left = self->rows - first, rows = step->causal && left > ATTENTION_ROWS ? ATTENTION_ROWS : left;
        const block_t block = {.query = query + first * step->inputs,
                               .first = all->past + first,
                               .rows = rows,
                               .keys = step->causal ? all->past + first + rows : all->count,
                               .stride = step->inputs,
                               .head = head,
                               .target = target + first * step->outputs};
        done = find_shares(self, &block) && gather_values(self, &block);
        if (!step->causal)
            break;
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
