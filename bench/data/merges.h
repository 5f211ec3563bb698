/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_MERGES_H
#define BBS_DATA_MERGES_H

#include "base/outcome.h"

#include <stddef.h>
#include <stdint.h>

/* The merges of a tokenizer.json: two tokens become one, in the order of the file. */
typedef struct {
    struct merge *slots;
    size_t mask; /* slots - 1 */
} merges_t;

/* Room for `count` merges, and none in it yet. Free with merges_free(). */
outcome_t merges_create(size_t count, merges_t *merges);
void merges_free(merges_t *merges);

/* Of two merges of the same pair the last counts, as in Hugging Face's library. At most `count` different pairs. */
void merges_put(merges_t *merges, int32_t left, int32_t right, int32_t joined, int32_t rank);
/* The token that the pair becomes, or -1; the priority is higher for an earlier merge. */
int32_t merges_find(const merges_t *merges, int32_t left, int32_t right, double *priority);

#endif
