/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/: the forms for processors with AVX-512 (levels_wide.h, gelu_levels.h, softmax_levels.h) give the bytes of the
 * portable forms, which test_levels.c compares with scalar restatements. Values are random and adversarial: ties, values
 * beyond the levels, zeros of both signs, denormals, infinities, and what is no number.
 */
#include "engine/gelu_levels.h"
#include "engine/levels_wide.h"
#include "engine/rows.h"
#include "engine/softmax_levels.h"
#include "engine/wide.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "testing.h"

enum { ROWS = 7, MOST = 192, STRIDE = 200 };

static void need_wide(void)
{
    if (!wide_available()) {
        print_message("skipped: a processor without AVX-512\n");
        skip();
    }
}

static float float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float noise(uint64_t *random, float scale)
{
    return scale * (float)random_between(random, -1000000, 1000000) / 1e6F;
}

/* ===  Planes  === */

typedef struct {
    int32_t sums[3][ROWS * STRIDE], kind[ROWS];
    float multiplier[3][MOST], bias[3 * STRIDE], floats[ROWS * STRIDE];
    uint8_t residual[ROWS * STRIDE], levels[2][ROWS * STRIDE];
} plane_t;

/* Sums of all sizes; one in four columns has steps of a half, so that every second sum is a tie. */
static void fill_plane(plane_t *plane, uint64_t *random)
{
    static const int32_t ends[] = {INT32_MIN, INT32_MAX, 0, -1, 1, 509, 510, 511};
    for (int i = 0; i < ROWS * STRIDE; i++) {
        for (int group = 0; group < 3; group++)
            plane->sums[group][i] =
                random_between(random, 0, 9) == 0 ? ends[random_between(random, 0, 7)] : random_between(random, -600, 600);
        plane->residual[i] = (uint8_t)random_between(random, 0, 255);
        plane->floats[i] = noise(random, 50);
    }
    for (int i = 0; i < MOST; i++)
        for (int group = 0; group < 3; group++)
            plane->multiplier[group][i] = i % 4 == 0 ? 0.5F : i % 4 == 1 ? 1e-39F : noise(random, 1);
    for (int i = 0; i < 3 * STRIDE; i++)
        plane->bias[i] = i % 4 == 0 ? 0 : i % 4 == 1 ? -0.0F : noise(random, 20);
    for (int row = 0; row < ROWS; row++)
        plane->kind[row] = random_between(random, 0, 2);
}

static void sums_become_the_same_levels(void **state)
{
    (void)state;
    need_wide();
    plane_t *plane = calloc(1, sizeof *plane);
    uint64_t random = 21;
    assert_non_null(plane);
    for (int mode = 0; mode < 24; mode++) {
        const int width = 64 * (1 + mode % 3), residual = mode / 3 % 4; /* none, levels, floats; three groups */
        fill_plane(plane, &random);
        levels_finish_t finish = {.groups = residual == 3 ? 3 : 1,
                                  .sums_stride = mode % 2 ? STRIDE : 0,
                                  .stride = STRIDE,
                                  .bias = plane->bias,
                                  .bias_row = mode % 2 ? plane->kind : NULL,
                                  .levels = residual == 1 ? plane->residual : NULL,
                                  .level_step = 0.25F,
                                  .floats = residual == 2 ? plane->floats : NULL,
                                  .relu = mode < 12,
                                  .per_step = mode % 5 == 0 ? 1 : 0.37F,
                                  .to_levels = plane->levels[0]};
        for (int group = 0; group < finish.groups; group++) {
            finish.sums[group] = plane->sums[group];
            finish.multiplier[group] = plane->multiplier[group];
        }
        memset(plane->levels, 0x55, sizeof plane->levels);
        levels_portable_finish(&finish, ROWS, width);
        finish.to_levels = plane->levels[1];
        assert_true(levels_wide_finish(&finish, ROWS, width));
        assert_memory_equal(plane->levels[0], plane->levels[1], sizeof plane->levels[0]);
    }
    free(plane);
}

/* 0.5, 1.5 and 2.5 go to the even level; what is beyond 255 or below 0 to the last one. */
static void a_tie_goes_to_the_even_level(void **state)
{
    (void)state;
    need_wide();
    static const int32_t some[] = {1, 3, 5, 509, 510, 511, 100000000, -1, -100000000};
    static const uint8_t wanted[] = {0, 2, 2, 254, 255, 255, 255, 0, 0};
    int32_t sums[64] = {0};
    float multiplier[64], bias[64] = {0};
    uint8_t levels[64];
    for (int i = 0; i < 64; i++)
        multiplier[i] = 0.5F;
    memcpy(sums, some, sizeof some);
    const levels_finish_t finish = {
        .groups = 1, .sums = {sums}, .multiplier = {multiplier}, .bias = bias, .per_step = 1, .to_levels = levels};
    assert_true(levels_wide_finish(&finish, 1, 64));
    assert_memory_equal(levels, wanted, sizeof wanted);
}

static void other_forms_are_left_to_the_portable_one(void **state)
{
    (void)state;
    float values[80] = {0}, step[1];
    uint8_t levels[80];
    const levels_finish_t clipped = {.groups = 1, .relu = true, .clip = 6, .to_levels = levels};
    assert_false(levels_wide_finish(&clipped, 1, 64));
    assert_false(levels_wide_finish(&(levels_finish_t){.groups = 1, .to_levels = levels}, 1, 80));
    assert_false(levels_wide_of_rows(values, 1, 80, 80, levels, step));
}

/* ===  Rows  === */

/* Rows of one kind each: random, zeros, denormals, all sizes, ties, infinities, no numbers. */
static void fill_rows(float *values, uint64_t *random)
{
    for (int i = 0; i < ROWS * STRIDE; i++) {
        const int row = i / STRIDE;
        values[i] = row == 0   ? noise(random, 3)
                    : row == 1 ? (i % 2 ? 0.0F : -0.0F)
                    : row == 2 ? float_of((uint32_t)random_between(random, 0, 0x7fffff))
                    : row == 3 ? ldexpf(noise(random, 1), random_between(random, -140, 100))
                    : row == 4 ? (float)random_between(random, -255, 255) / 2
                    : row == 5 ? (i % 50 == 0   ? INFINITY
                                  : i % 50 == 1 ? -INFINITY
                                                : noise(random, 1))
                               : (i % 70 == 0 ? NAN : noise(random, 1));
    }
    values[4 * STRIDE] = -127.5F; /* a step of 1, so all halves are ties */
}

static void rows_have_the_same_levels(void **state)
{
    (void)state;
    need_wide();
    float values[ROWS * STRIDE], step[2][ROWS];
    uint8_t levels[2][ROWS * MOST];
    int8_t signed_levels[2][ROWS * MOST];
    int32_t sum[2][ROWS];
    uint64_t random = 22;
    for (int round = 0; round < 30; round++) {
        const int width = 64 * (1 + round % 3);
        const size_t size = (size_t)(ROWS * width);
        fill_rows(values, &random);
        levels_portable_of_rows(values, ROWS, STRIDE, width, levels[0], step[0]);
        assert_true(levels_wide_of_rows(values, ROWS, STRIDE, width, levels[1], step[1]));
        assert_memory_equal(levels[0], levels[1], size);
        assert_memory_equal(step[0], step[1], sizeof step[0]);
        levels_portable_of_signed_rows(values, ROWS, STRIDE, width, signed_levels[0], step[0], sum[0]);
        assert_true(levels_wide_of_signed_rows(values, ROWS, STRIDE, width, signed_levels[1], step[1], sum[1]));
        assert_memory_equal(signed_levels[0], signed_levels[1], size);
        assert_memory_equal(step[0], step[1], sizeof step[0]);
        assert_memory_equal(sum[0], sum[1], sizeof sum[0]);
        for (int i = 0; i < width; i++) /* of the row with a step of 1: its values to the nearest, a tie to the even one */
            assert_int_equal(signed_levels[1][4 * width + i], (int)fminf(127, rintf(values[4 * STRIDE + i])));
    }
}

static void sums_become_the_same_floats(void **state)
{
    (void)state;
    need_wide();
    int32_t sums[ROWS * STRIDE], zero[MOST];
    float row_step[ROWS], step[MOST], bias[MOST], target[2][ROWS * STRIDE];
    uint64_t random = 23;
    for (int mode = 0; mode < 16; mode++) {
        const int width = 64 * (1 + mode % 3);
        for (int i = 0; i < ROWS * STRIDE; i++) {
            sums[i] = (int32_t)random_next(&random) >> random_between(&random, 1, 30);
            target[0][i] = target[1][i] = noise(&random, 5);
        }
        for (int i = 0; i < MOST; i++) {
            zero[i] = random_between(&random, -100000, 100000);
            step[i] = noise(&random, 1);
            bias[i] = noise(&random, 1);
        }
        for (int row = 0; row < ROWS; row++)
            row_step[row] = row == 0 ? 0 : row == 1 ? 1e-40F : noise(&random, 1);
        levels_rows_t finish = {.sums = sums,
                                .zero = mode & 1 ? zero : NULL,
                                .row_step = row_step,
                                .step = step,
                                .bias = mode & 2 ? bias : NULL,
                                .accumulate = (mode & 4) != 0,
                                .target = target[0],
                                .stride = STRIDE,
                                .sums_stride = mode & 8 ? STRIDE : 0};
        levels_portable_finish_rows(&finish, ROWS, width);
        finish.target = target[1];
        assert_true(levels_wide_finish_rows(&finish, ROWS, width));
        assert_memory_equal(target[0], target[1], sizeof target[0]);
    }
}

static void the_same_largest_of_a_window(void **state)
{
    (void)state;
    enum { SIDE = 5, OUT = 3, WIDTH = 130 };
    uint8_t source[SIDE * SIDE * WIDTH], target[2][OUT * OUT * WIDTH];
    const levels_window_t window = {
        .in_h = SIDE, .in_w = SIDE, .out_h = OUT, .out_w = OUT, .kernel = 3, .stride = 2, .pad_top = 1, .pad_left = 1};
    uint64_t random = 24;
    for (size_t i = 0; i < sizeof source; i++)
        source[i] = (uint8_t)random_between(&random, 0, 255);
    levels_max_pool(source, &window, WIDTH, target[0]);
    levels_portable_max_pool(source, &window, WIDTH, target[1]);
    assert_memory_equal(target[0], target[1], sizeof target[0]);
}

/* ===  GELU  === */

/* Every 1009th block of 256 floats of all 2^32; the whole was compared once, and gave 0.77 of the error. */
static void the_approximation_is_within_its_error(void **state)
{
    (void)state;
    enum { COUNT = 256 };
    gelu_table_t table;
    float x[COUNT], y[COUNT], near[COUNT];
    need_wide();
    gelu_make_table(&table);
    for (uint64_t first = 0; first <= UINT32_MAX; first += 1009 * COUNT) {
        for (uint32_t i = 0; i < COUNT; i++)
            y[i] = x[i] = float_of((uint32_t)first + i);
        rows_gelu(y, COUNT);
        assert_true(gelu_approximate(&table, x, COUNT, near));
        for (int i = 0; i < COUNT; i++)
            if (isfinite(x[i]) && !(fabsf(near[i] - y[i]) <= gelu_error(x[i])))
                fail_msg("GELU of %.9g: %.9g, approximation %.9g", (double)x[i], (double)y[i], (double)near[i]);
    }
}

static void compare_gelus(const float *values, int rows, int width)
{
    float step[2][ROWS], room[2048];
    uint8_t levels[2][ROWS * 2048];
    gelu_table_t table;
    assert_true(rows <= ROWS && width <= 2048);
    gelu_make_table(&table);
    gelu_portable_to_levels(values, rows, width, width, levels[0], step[0], room);
    assert_true(gelu_wide_to_levels(&table, values, rows, width, width, levels[1], step[1], room));
    for (int row = 0; row < rows; row++)
        if (memcmp(levels[0] + row * width, levels[1] + row * width, (size_t)width) != 0 ||
            memcmp(&step[0][row], &step[1][row], sizeof step[0][0]) != 0)
            fail_msg("row %d: other levels or another step", row);
}

static void gelus_have_the_same_levels(void **state)
{
    (void)state;
    need_wide();
    float values[ROWS * STRIDE], dense[ROWS * MOST];
    uint64_t random = 25;
    for (int round = 0; round < 200; round++) {
        const int width = 64 * (1 + round % 3);
        fill_rows(values, &random);
        for (int row = 0; row < ROWS; row++)
            for (int i = 0; i < width; i++)
                dense[row * width + i] = values[row * STRIDE + i];
        for (int i = 0; i < width && round % 2; i++) /* all negative, and one below the least largest value */
            dense[3 * width + i] = i == 5 ? 0.49F : -fabsf(noise(&random, 9));
        compare_gelus(dense, ROWS, width);
    }
}

/* One row with, for each level of a row whose largest value is `most`, the floats around the x whose GELU lies between this
 * level and the next. An approximation decides none of them. */
static void ties_of_gelus_are_decided_exactly(void **state)
{
    (void)state;
    static const float largest[] = {0.51F, 1, 2.75F, 7.3F, 60};
    float values[2048], y;
    need_wide();
    for (size_t i = 0; i < sizeof largest / sizeof *largest; i++) {
        float most = largest[i];
        int count = 0;
        rows_gelu(&most, 1);
        for (int level = 0; level < 127; level++) {
            uint32_t low = 0, high;
            memcpy(&high, &largest[i], sizeof high);
            while (low + 1 < high) { /* by the bits of positive floats, which have their order */
                const uint32_t middle = low + (high - low) / 2;
                y = float_of(middle);
                rows_gelu(&y, 1);
                if (y * (127.5F / most) < (float)level + 0.5F)
                    low = middle;
                else
                    high = middle;
            }
            for (uint32_t next = 0; next < 16; next++)
                values[count++] = float_of(low > 8 ? low - 8 + next : next);
        }
        while (count < 2048)
            values[count++] = largest[i];
        compare_gelus(values, 1, 2048);
    }
}

/* So the largest GELU of a row is that of its largest value. Every float from 0.5 to 16, from where on GELU is x, and the
 * lowest GELU of negative values, near -0.75. */
static void gelu_does_not_decrease(void **state)
{
    (void)state;
    enum { COUNT = 4096 };
    static float values[COUNT];
    float before = 0.1701F;
    for (uint32_t first = 0x3f000000; first <= 0x41800000; first += COUNT) {
        for (uint32_t i = 0; i < COUNT; i++)
            values[i] = float_of(first + i);
        rows_gelu(values, COUNT);
        for (int i = 0; i < COUNT; i++) {
            if (!(values[i] >= before))
                fail_msg("GELU of %.9g decreases", (double)float_of(first + (uint32_t)i));
            before = values[i];
        }
    }
    for (int i = 0; i < COUNT; i++)
        values[i] = (float)-i / 512;
    rows_gelu(values, COUNT);
    for (int i = 0; i < COUNT; i++)
        assert_true(values[i] > -0.1701F);
}

/* ===  Softmax  === */

static void softmax_has_the_same_levels(void **state)
{
    (void)state;
    enum { WIDEST = 256, COUNT = 21 };
    static const int widths[] = {1, 5, 15, 16, 17, 63, 64, 65, 122, 197, 256};
    int32_t *sums = calloc(COUNT * WIDEST, sizeof *sums), zero[WIDEST];
    float row_step[COUNT], step[WIDEST], *room = calloc(SOFTMAX_ROWS * WIDEST, sizeof *room);
    uint8_t levels[2][COUNT * WIDEST];
    uint64_t random = 27;
    need_wide();
    assert_true(sums != NULL && room != NULL);
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++)
        for (int mode = 0; mode < 6; mode++) { /* from scores that are all alike to exponentials that are 0 */
            for (int i = 0; i < COUNT * WIDEST; i++)
                sums[i] = mode == 0 ? 7 : random_between(&random, -100000, 100000);
            for (int i = 0; i < WIDEST; i++) {
                zero[i] = random_between(&random, -1000, 1000);
                step[i] = ldexpf(1 + fabsf(noise(&random, 1)), 3 * mode - 20);
            }
            for (int row = 0; row < COUNT; row++)
                row_step[row] = row == 3 ? 0 : 1 + fabsf(noise(&random, 1));
            const levels_rows_t scores = {.sums = sums,
                                          .sums_stride = mode % 2 ? WIDEST : 0,
                                          .zero = mode % 3 ? zero : NULL,
                                          .row_step = row_step,
                                          .step = step,
                                          .target = room};
            memset(levels, 0x55, sizeof levels);
            softmax_portable_to_levels(&scores, COUNT, widths[w], 0.125F, levels[0]);
            assert_true(softmax_wide_to_levels(&scores, COUNT, widths[w], 0.125F, levels[1]));
            assert_memory_equal(levels[0], levels[1], sizeof levels[0]);
        }
    free(sums);
    free(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_become_the_same_levels),
        cmocka_unit_test(a_tie_goes_to_the_even_level),
        cmocka_unit_test(other_forms_are_left_to_the_portable_one),
        cmocka_unit_test(rows_have_the_same_levels),
        cmocka_unit_test(sums_become_the_same_floats),
        cmocka_unit_test(the_same_largest_of_a_window),
        cmocka_unit_test(the_approximation_is_within_its_error),
        cmocka_unit_test(gelus_have_the_same_levels),
        cmocka_unit_test(ties_of_gelus_are_decided_exactly),
        cmocka_unit_test(gelu_does_not_decrease),
        cmocka_unit_test(softmax_has_the_same_levels),
    };
    return cmocka_run_group_tests_name("wide", tests, NULL, NULL);
}
