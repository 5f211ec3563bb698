/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An increment waits for the last one of the same counter, and most weights have few values. So two sets of counters
 * are used in turn, and the number of weights of a value and the sum of what they become share one counter. */
#include "compress/grid_counts.h"

#include "compress/clones.h"

#include <string.h>

enum {
    GRID_SUMS = 5,
    SUMMED = 64, /* weights at a time: their sums fit into 32 bits */
    SETS = 2,
    SOME = 1 << 22, /* weights at a time: their sum of values, each below GRID_AFTER, fits into 31 bits */
    SUM_BITS = 32
};

typedef struct {
    uint64_t before[SETS][GRID_BEFORE]; /* number << SUM_BITS | sum of value - GRID_LOWEST */
    uint32_t after[SETS][GRID_AFTER];
} counters_t;

static void count(const int8_t *q, const int16_t *values, int64_t size, counters_t *counters)
{
    int64_t i = 0;
    memset(counters, 0, sizeof *counters);
    for (; i + SETS <= size; i += SETS)
        for (int set = 0; set < SETS; set++) {
            const uint32_t value = (uint32_t)(values[i + set] - GRID_LOWEST);
            counters->before[set][q[i + set] + 128] += UINT64_C(1) << SUM_BITS | value;
            counters->after[set][value]++;
        }
    for (; i < size; i++) {
        const uint32_t value = (uint32_t)(values[i] - GRID_LOWEST);
        counters->before[0][q[i] + 128] += UINT64_C(1) << SUM_BITS | value;
        counters->after[0][value]++;
    }
}

static void add(const counters_t *counters, grid_counts_t *counts)
{
    for (int i = 0; i < GRID_BEFORE; i++) {
        uint64_t both = 0;
        for (int set = 0; set < SETS; set++)
            both += counters->before[set][i];
        const int64_t number = (int64_t)(both >> SUM_BITS);
        counts->before[i] += number;
        counts->moved[i] += (int64_t)(both & UINT32_MAX) + number * GRID_LOWEST;
    }
    for (int i = 0; i < GRID_AFTER; i++)
        for (int set = 0; set < SETS; set++)
            counts->after[i] += counters->after[set][i];
}

void grid_counts_of(const int8_t *q, const int16_t *values, int64_t size, grid_counts_t *counts)
{
    counters_t counters;
    memset(counts, 0, sizeof *counts);
    for (int64_t first = 0; first < size; first += SOME) {
        count(q + first, values + first, size - first < SOME ? size - first : SOME, &counters);
        add(&counters, counts);
    }
}

/* ===  Sums  === */

/* Add the sums of `count` weights; inlined, so that a constant count becomes a loop of vectors, also with -O2. */
COMPRESS_INLINE void add_sums(const int8_t *restrict q, const int16_t *restrict values, int64_t count,
                              int64_t *restrict sums)
{
    int32_t own = 0, squares = 0, value = 0, value_squares = 0, products = 0;
    for (int64_t i = 0; i < count; i++) {
        own += q[i];
        squares += q[i] * q[i];
        value += values[i];
        value_squares += values[i] * values[i];
        products += q[i] * values[i];
    }
    const int32_t all[GRID_SUMS] = {own, squares, value, value_squares, products};
    for (int i = 0; i < GRID_SUMS; i++)
        sums[i] += all[i];
}

COMPRESS_CLONES
static void grid_sum(const int8_t *restrict q, const int16_t *restrict values, int64_t size, int64_t *restrict sums)
{
    int64_t i = 0;
    for (; i + SUMMED <= size; i += SUMMED)
        add_sums(q + i, values + i, SUMMED, sums);
    add_sums(q + i, values + i, size - i, sums);
}

grid_sums_t grid_sums_of(const int8_t *q, const int16_t *values, int64_t size)
{
    int64_t all[GRID_SUMS] = {0};
    grid_sum(q, values, size, all);
    return (grid_sums_t){.q = all[0], .q_squares = all[1], .v = all[2], .v_squares = all[3], .q_times_v = all[4]};
}
