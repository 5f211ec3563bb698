/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts and sums of a channel against plain loops over its weights: every size around the two sets of counters, all values
 * at the ends, and more weights than one counter takes. */
#include "testing.h"

#include "compress/grid_counts.h"
#include "random.h"

#include <stdlib.h>
#include <string.h>

enum { LARGE = (1 << 22) + 3 };
static int8_t *q;
static int16_t *values;

static void check(int64_t size)
{
    grid_counts_t counts, *plain = calloc(1, sizeof *plain);
    grid_sums_t wanted = {0};
    assert_non_null(plain);
    for (int64_t i = 0; i < size; i++) {
        const int64_t was = q[i], is = values[i];
        plain->before[was + 128]++;
        plain->moved[was + 128] += is;
        plain->after[is + 256]++;
        wanted.q += was;
        wanted.q_squares += was * was;
        wanted.v += is;
        wanted.v_squares += is * is;
        wanted.q_times_v += was * is;
    }
    grid_counts_of(q, values, size, &counts);
    assert_memory_equal(&counts, plain, sizeof counts);
    const grid_sums_t sums = grid_sums_of(q, values, size);
    assert_memory_equal(&sums, &wanted, sizeof sums);
    free(plain);
}

static void channels_of_every_size(void **state)
{
    (void)state;
    uint64_t random = 7;
    for (int64_t i = 0; i < 1000; i++) {
        q[i] = random_weight(&random, random_between(&random, 0, 7));
        values[i] = (int16_t)(q[i] + random_between(&random, -32, 31));
    }
    for (int64_t size = 0; size <= 70; size++)
        check(size);
    check(999);
    check(1000);
}

/* Three weights: 5 becomes 4 twice and 8 once. */
static void three_weights_by_hand(void **state)
{
    (void)state;
    grid_counts_t counts;
    memcpy(q, (const int8_t[]){5, 5, 5}, 3);
    memcpy(values, (const int16_t[]){4, 8, 4}, 3 * sizeof *values);
    grid_counts_of(q, values, 3, &counts);
    assert_true(counts.before[128 + 5] == 3 && counts.moved[128 + 5] == 16);
    assert_true(counts.after[256 + 4] == 2 && counts.after[256 + 8] == 1);
    const grid_sums_t sums = grid_sums_of(q, values, 3);
    assert_true(sums.q == 15 && sums.q_squares == 75 && sums.v == 16 && sums.v_squares == 96 && sums.q_times_v == 80);
}

static void the_largest_values_of_many_weights(void **state)
{
    (void)state;
    static const struct {
        int8_t q;
        int16_t value;
    } ends[] = {{127, 255}, {-128, -256}, {0, 0}};
    for (size_t end = 0; end < sizeof ends / sizeof *ends; end++) {
        for (int64_t i = 0; i < LARGE; i++) {
            q[i] = ends[end].q;
            values[i] = ends[end].value;
        }
        check(LARGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(channels_of_every_size),
        cmocka_unit_test(three_weights_by_hand),
        cmocka_unit_test(the_largest_values_of_many_weights),
    };
    q = malloc(LARGE);
    values = malloc(LARGE * sizeof *values);
    return q != NULL && values != NULL ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
