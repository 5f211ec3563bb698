/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The symbols are a list; a heap holds every pair of neighbours whose union is a token, by priority and place. A pair whose
 * symbols have changed since is skipped when it comes up. A text of n symbols takes O(n log n). */
#include "data/joining.h"

#include <stdbool.h>
#include <stdlib.h>

typedef struct joining_link {
    int64_t before, after; /* -1: none */
} joining_link_t;

typedef struct joining_pair {
    double priority;
    int64_t left;
    int32_t a, b, joined; /* as they were when the pair was found */
} joining_pair_t;

typedef struct {
    joining_t *joining;
    joining_union_t union_of;
    const void *context;
    joining_symbol_t *symbols;
    bool failed;
} work_t;

/* Should `x` be joined before `y`? */
static bool precedes(const joining_pair_t *x, const joining_pair_t *y)
{
    return x->priority > y->priority || (!(x->priority < y->priority) && x->left < y->left);
}

static void heap_push(work_t *work, const joining_pair_t *pair)
{
    joining_t *joining = work->joining;
    if (joining->heap_count == joining->heap_room) {
        const size_t room = joining->heap_room > 0 ? 2 * joining->heap_room : 64;
        joining_pair_t *grown = realloc(joining->heap, room * sizeof *grown);
        work->failed |= grown == NULL;
        if (grown == NULL)
            return;
        joining->heap = grown;
        joining->heap_room = room;
    }
    size_t at = joining->heap_count++;
    for (; at > 0 && precedes(pair, &joining->heap[(at - 1) / 2]); at = (at - 1) / 2)
        joining->heap[at] = joining->heap[(at - 1) / 2];
    joining->heap[at] = *pair;
}

static joining_pair_t heap_pop(joining_t *joining)
{
    const joining_pair_t first = joining->heap[0], last = joining->heap[--joining->heap_count];
    size_t at = 0;
    for (size_t child = 1; child < joining->heap_count; child = 2 * at + 1) {
        if (child + 1 < joining->heap_count && precedes(&joining->heap[child + 1], &joining->heap[child]))
            child++;
        if (!precedes(&joining->heap[child], &last))
            break;
        joining->heap[at] = joining->heap[child];
        at = child;
    }
    if (joining->heap_count > 0)
        joining->heap[at] = last;
    return first;
}

static void consider(work_t *work, int64_t left)
{
    const int64_t right = left >= 0 ? work->joining->links[left].after : -1;
    double priority;
    if (right < 0)
        return;
    const int32_t a = work->symbols[left].number, b = work->symbols[right].number;
    const int32_t joined = work->union_of(work->context, a, b, &priority);
    if (joined >= 0)
        heap_push(work, &(joining_pair_t){priority, left, a, b, joined});
}

static void join_all(work_t *work, int64_t count)
{
    joining_link_t *links = work->joining->links;
    for (int64_t i = 0; i + 1 < count; i++)
        consider(work, i);
    while (work->joining->heap_count > 0 && !work->failed) {
        const joining_pair_t pair = heap_pop(work->joining);
        joining_symbol_t *a = &work->symbols[pair.left];
        const int64_t right = links[pair.left].after;
        if (a->number != pair.a || right < 0 || work->symbols[right].number != pair.b)
            continue;
        a->number = pair.joined;
        a->bytes += work->symbols[right].bytes;
        work->symbols[right].number = -1;
        links[pair.left].after = links[right].after;
        if (links[right].after >= 0)
            links[links[right].after].before = pair.left;
        consider(work, links[pair.left].before);
        consider(work, pair.left);
    }
}

outcome_t joining_run(joining_t *joining, joining_union_t union_of, const void *context, joining_symbol_t *symbols,
                      int64_t *count)
{
    work_t work = {.joining = joining, .union_of = union_of, .context = context, .symbols = symbols};
    int64_t left = 0;
    if ((size_t)*count > joining->link_room) {
        joining_link_t *grown = realloc(joining->links, (size_t)*count * sizeof *grown);
        if (grown == NULL)
            return outcome_out_of_memory("tokens of a text");
        joining->links = grown;
        joining->link_room = (size_t)*count;
    }
    for (int64_t i = 0; i < *count; i++)
        joining->links[i] = (joining_link_t){.before = i - 1, .after = i + 1 < *count ? i + 1 : -1};
    joining->heap_count = 0;
    join_all(&work, *count);
    if (work.failed)
        return outcome_out_of_memory("tokens of a text");
    for (int64_t i = 0; i < *count; i++)
        if (symbols[i].number >= 0)
            symbols[left++] = symbols[i];
    *count = left;
    return outcome_ok();
}

void joining_free(joining_t *joining)
{
    free(joining->links);
    free(joining->heap);
    *joining = (joining_t){0};
}
