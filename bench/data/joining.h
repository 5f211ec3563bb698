/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_JOINING_H
#define BBS_DATA_JOINING_H

#include "base/outcome.h"

#include <stddef.h>
#include <stdint.h>

/* Byte pair encoding of one text (Sennrich et al. 2016): of all neighbours whose union is a token, the pair with the
 * highest priority is joined, the leftmost of equals, until there is none. */

typedef struct {
    int32_t number; /* of the token */
    int32_t bytes;  /* of the text that it stands for */
} joining_symbol_t;

/* The token that two neighbours become, and its priority; -1: none. */
typedef int32_t (*joining_union_t)(const void *context, int32_t left, int32_t right, double *priority);

/* Memory for one text after the other. Start with {0}; free with joining_free(). */
typedef struct {
    struct joining_link *links;
    struct joining_pair *heap;
    size_t link_room, heap_room, heap_count;
} joining_t;

/* Join symbols[*count] in place: `*count` becomes the number of those left. */
outcome_t joining_run(joining_t *joining, joining_union_t union_of, const void *context, joining_symbol_t *symbols,
                      int64_t *count);
void joining_free(joining_t *joining);

#endif
