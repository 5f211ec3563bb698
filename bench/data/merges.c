/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/merges.h"

#include <stdlib.h>

typedef struct merge {
    int32_t left, right, joined; /* left -1: a free slot */
    int32_t rank;
} merge_t;

outcome_t merges_create(size_t count, merges_t *merges)
{
    size_t room = 4;
    while (room < 2 * count)
        room *= 2;
    merges->slots = malloc(room * sizeof *merges->slots);
    merges->mask = room - 1;
    if (merges->slots == NULL)
        return outcome_out_of_memory("merges of a tokenizer");
    for (size_t i = 0; i < room; i++)
        merges->slots[i].left = -1;
    return outcome_ok();
}

void merges_free(merges_t *merges)
{
    free(merges->slots);
    *merges = (merges_t){0};
}

/* The slot of the pair, or the free one where it would stand. */
static merge_t *slot_of(const merges_t *merges, int32_t left, int32_t right)
{
    const uint64_t mixed = ((uint64_t)(uint32_t)left << 32 | (uint32_t)right) * 0x9e3779b97f4a7c15u; /* golden ratio */
    size_t slot = (size_t)(mixed >> 32) & merges->mask;
    while (merges->slots[slot].left >= 0 && (merges->slots[slot].left != left || merges->slots[slot].right != right))
        slot = (slot + 1) & merges->mask;
    return &merges->slots[slot];
}

void merges_put(merges_t *merges, int32_t left, int32_t right, int32_t joined, int32_t rank)
{
    *slot_of(merges, left, right) = (merge_t){left, right, joined, rank};
}

int32_t merges_find(const merges_t *merges, int32_t left, int32_t right, double *priority)
{
    const merge_t *merge = slot_of(merges, left, right);
    if (merge->left < 0)
        return -1;
    *priority = -(double)merge->rank;
    return merge->joined;
}
