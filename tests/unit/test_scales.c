/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compress/grid.h: the search of a scale gives up most scales early, and must answer as if it had tried all of them. */
#include "compress/grid.h"

#include <string.h>

#include "random.h"
#include "testing.h"

enum { WEIGHTS_MOST = 5000 };

/* All scales on all weights: the least error, the widest of equal ones. */
static grid_fit_t plain_fit(const grid_t *grid, const float *weights, int64_t count, float base, float span,
                            grid_ranges_t ranges)
{
    grid_fit_t best = {.scale = 0, .error = grid_error(grid, weights, count, 0)};
    for (int i = ranges.last; i >= ranges.first; i--) {
        const float scale = grid_scale(base * ((float)i / 32), span);
        const double error = scale > 0 ? grid_error(grid, weights, count, scale) : best.error;
        if (error < best.error)
            best = (grid_fit_t){.scale = scale, .error = error};
    }
    return best;
}

static void check_fit(const grid_t *grid, const float *weights, int64_t count, grid_ranges_t ranges)
{
    const float base = grid_largest(weights, count);
    const grid_fit_t fit = grid_fit(grid, weights, count, base, grid->high, ranges),
                     wanted = plain_fit(grid, weights, count, base, grid->high, ranges);
    if (memcmp(&fit.scale, &wanted.scale, sizeof fit.scale) != 0 ||
        memcmp(&fit.error, &wanted.error, sizeof fit.error) != 0)
        fail_msg("%d weights: scale %.9g, error %.17g, not %.9g, %.17g", (int)count, (double)fit.scale, fit.error,
                 (double)wanted.scale, wanted.error);
}

static double errors_of(const void *context, int64_t count, float scale, double most)
{
    (void)count, (void)most;
    return scale > 0 ? *(const double *)context : 100;
}

/* Of equal errors the first one's scale is taken, also where another one was tried first; and none where none is better
 * than zeros. */
static void the_first_of_equal_scales_is_taken(void **state)
{
    (void)state;
    const double same = 5, worse = 100;
    const float scales[] = {0, 4, 3, 2};
    assert_true(grid_search(errors_of, &same, 1000, scales, 4).scale == 4);
    assert_true(grid_search(errors_of, &same, 1, scales, 4).scale == 4);
    assert_true(grid_search(errors_of, &worse, 1000, scales, 4).scale == 0);
}

/* Rows of all lengths around the lanes and the parts that are looked at first; weights of several widths, on the levels
 * (many equal errors), with one large weight at the end, which the first part does not see, and zeros. */
static void every_fit_is_the_plain_one(void **state)
{
    (void)state;
    static float weights[WEIGHTS_MOST];
    static const int lengths[] = {1, 15, 16, 17, 127, 128, 129, 255, 256, 257, 272, 1000, 2047, 2048, 4608};
    const grid_t grids[] = {grid_integer(4, true), grid_integer(6, true), grid_power_of_two(4, true), grid_flint(4, true),
                            grid_float(2, 3)};
    static const grid_ranges_t ranges[] = {{8, 32}, {16, 48}, {32, 32}};
    uint64_t random = 1;
    for (int round = 0; round < 900; round++) {
        const int64_t count = lengths[round % 15];
        const int kind = round / 15 % 4;
        for (int64_t i = 0; i < count; i++) {
            const float weight = (float)random_weight(&random, round % 8);
            weights[i] = kind == 0 ? weight * 0.0371f : kind == 1 ? weight : kind == 2 ? (float)((int)weight % 4) : 0;
        }
        if (round % 5 == 0)
            weights[count - 1] = 300;
        check_fit(&grids[round % 5], weights, count, ranges[round / 5 % 3]);
    }
}

/* Weights whose squares nearly vanish, or whose reciprocal is not finite, have no scale. */
static void no_scale_is_an_answer(void **state)
{
    (void)state;
    static float weights[600];
    const grid_t grid = grid_integer(6, true);
    check_fit(&grid, weights, 600, (grid_ranges_t){8, 32});
    assert_true(grid_fit(&grid, weights, 600, 0, grid.high, (grid_ranges_t){8, 32}).scale == 0);
    for (int i = 0; i < 600; i++)
        weights[i] = 1e-44f;
    check_fit(&grid, weights, 600, (grid_ranges_t){8, 32});
    for (int i = 0; i < 600; i++)
        weights[i] = 1e-30f * (float)(i % 7);
    check_fit(&grid, weights, 600, (grid_ranges_t){8, 32});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_of_equal_scales_is_taken),
        cmocka_unit_test(every_fit_is_the_plain_one),
        cmocka_unit_test(no_scale_is_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
