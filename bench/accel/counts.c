/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/counts.h"

#include "accel/exact.h"

_Static_assert(sizeof(counts_t) % sizeof(int64_t) == 0, "counts_t holds nothing but 64-bit integers");

enum { MEMBERS = sizeof(counts_t) / sizeof(int64_t) };

typedef union {
    counts_t counts;
    int64_t members[MEMBERS];
} view_t;

void counts_add(counts_t *total, const counts_t *part)
{
    view_t sum = {.counts = *total}, added = {.counts = *part};
    for (int i = 0; i < MEMBERS; i++)
        sum.members[i] = exact_plus(sum.members[i], added.members[i]);
    *total = sum.counts;
}

void counts_times(counts_t *counts, int64_t factor)
{
    view_t view = {.counts = *counts};
    for (int i = 0; i < MEMBERS; i++)
        view.members[i] = exact_times(view.members[i], factor);
    *counts = view.counts;
}

bool counts_overflow(const counts_t *counts)
{
    view_t view = {.counts = *counts};
    for (int i = 0; i < MEMBERS; i++)
        if (view.members[i] == EXACT_OVERFLOW)
            return true;
    return false;
}

int64_t counts_dram_bytes(const counts_t *counts)
{
    return exact_plus(exact_plus(counts->dram_weight, counts->dram_metadata),
                      exact_plus(counts->dram_input, counts->dram_output));
}
