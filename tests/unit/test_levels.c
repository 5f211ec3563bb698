/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/: what stands before and behind the integer products. Sums become levels, rows are scaled and rounded, windows
 * pooled, all as scalar restatements say, bit for bit; pixels stand for the normalised image.
 */
#include "engine/levels.h"
#include "engine/pixels.h"
#include "engine/shares.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "testing.h"

/* ===  Levels  === */

static float noise(uint64_t *random, float scale)
{
    return scale * (float)(random_between(random, -1000000, 1000000)) / 1e6F;
}

static uint8_t rounded(float v)
{
    return (uint8_t)(v <= 0 ? 0 : v >= 255 ? 255 : rintf(v));
}

static void sums_become_levels_as_a_scalar_would(void **state)
{
    (void)state;
    enum { ROWS = 3, MOST = 41 };
    int32_t sums[2][ROWS * MOST], kind[ROWS] = {2, 0, 1};
    float multiplier[2][MOST], bias[3 * MOST], residual[ROWS * MOST], floats[ROWS * MOST];
    uint8_t levels[ROWS * MOST], residual_levels[ROWS * MOST];
    uint64_t random = 9;
    for (int width = 1; width <= MOST; width += 5) {
        for (int i = 0; i < ROWS * width; i++) {
            sums[0][i] = random_between(&random, -9000000, 9000000);
            sums[1][i] = random_between(&random, -9000, 9000);
            residual[i] = noise(&random, 50);
            residual_levels[i] = (uint8_t)random_between(&random, 0, 255);
        }
        for (int i = 0; i < 3 * width; i++)
            bias[i] = noise(&random, 20);
        for (int i = 0; i < width; i++) {
            multiplier[0][i] = noise(&random, 1e-5F);
            multiplier[1][i] = noise(&random, 1e-2F);
        }
        for (int mode = 0; mode < 8; mode++) {
            levels_finish_t finish = {.groups = 1 + mode % 2,
                                      .sums = {sums[0], sums[1]},
                                      .multiplier = {multiplier[0], multiplier[1]},
                                      .bias = bias,
                                      .bias_row = mode % 2 ? kind : NULL,
                                      .levels = mode / 2 % 2 ? residual_levels : NULL,
                                      .level_step = 0.3F,
                                      .floats = mode / 2 % 2 ? NULL : residual,
                                      .relu = mode >= 4,
                                      .clip = mode % 4 >= 2 ? 3.0F : 0, /* without the ReLU it does nothing */
                                      .per_step = 2.7F,
                                      .to_levels = levels};
            levels_finish(&finish, ROWS, width);
            finish.to_levels = NULL;
            finish.to_floats = floats;
            levels_finish(&finish, ROWS, width);
            for (int row = 0; row < ROWS; row++)
                for (int i = 0; i < width; i++) {
                    const int at = row * width + i;
                    float v = (float)sums[0][at] * multiplier[0][i];
                    if (finish.groups > 1)
                        v += (float)sums[1][at] * multiplier[1][i];
                    v += bias[(finish.bias_row != NULL ? kind[row] * width : 0) + i];
                    v += finish.levels != NULL ? (float)residual_levels[at] * 0.3F : residual[at];
                    if (finish.relu && !(v > 0))
                        v = 0;
                    if (finish.relu && finish.clip > 0 && v > finish.clip)
                        v = finish.clip;
                    assert_true(memcmp(&v, &floats[at], sizeof v) == 0);
                    assert_int_equal(levels[at], rounded(v * 2.7F));
                }
        }
    }
}

static void rows_are_scaled_by_their_largest_value(void **state)
{
    (void)state;
    enum { ROWS = 4, MOST = 67, STRIDE = 70 };
    float values[ROWS * STRIDE], step[ROWS], signed_step[ROWS], column_step[MOST];
    uint8_t levels[ROWS * MOST];
    int8_t signed_levels[ROWS * MOST], column_levels[ROWS * MOST];
    int32_t sum[ROWS];
    uint64_t random = 10;
    for (int width = 1; width <= MOST; width += 11) {
        for (int i = 0; i < ROWS * STRIDE; i++)
            values[i] = i / STRIDE == 2 ? 0 : noise(&random, ldexpf(1, i / STRIDE * 9 - 9));
        levels_of_rows(values, ROWS, STRIDE, width, levels, step);
        levels_of_signed_rows(values, ROWS, STRIDE, width, signed_levels, signed_step, sum);
        levels_of_columns(values, ROWS, STRIDE, width, column_levels, column_step);
        for (int row = 0; row < ROWS; row++) {
            float most = 0;
            int32_t total = 0;
            for (int i = 0; i < width; i++)
                most = fmaxf(most, fabsf(values[row * STRIDE + i]));
            assert_true(memcmp(&(float){most / 127.5F}, &step[row], sizeof most) == 0);
            assert_true(memcmp(&step[row], &signed_step[row], sizeof most) == 0);
            for (int i = 0; i < width; i++) {
                const float x = most > 0 ? values[row * STRIDE + i] * (127.5F / most) : 0;
                const int want = (int)fmaxf(-128, fminf(127, rintf(x)));
                assert_int_equal(levels[row * width + i] - 128, want);
                assert_int_equal(signed_levels[row * width + i], want);
                total += want;
            }
            assert_int_equal(sum[row], total);
        }
        for (int i = 0; i < width; i++) {
            float most = 0;
            for (int row = 0; row < ROWS; row++)
                most = fmaxf(most, fabsf(values[row * STRIDE + i]));
            assert_true(memcmp(&(float){most / 127.5F}, &column_step[i], sizeof most) == 0);
            for (int row = 0; row < ROWS; row++)
                assert_int_equal(column_levels[row * width + i],
                                 (int)fmaxf(-128, fminf(127, rintf(values[row * STRIDE + i] * (127.5F / most)))));
        }
    }
}

static void the_largest_of_a_window_is_kept(void **state)
{
    (void)state;
    enum { SIDE = 5, OUT = 3, WIDTH = 19 };
    uint8_t source[SIDE * SIDE * WIDTH], target[OUT * OUT * WIDTH];
    const levels_window_t window = {
        .in_h = SIDE, .in_w = SIDE, .out_h = OUT, .out_w = OUT, .kernel = 3, .stride = 2, .pad_top = 1, .pad_left = 1};
    uint64_t random = 11;
    for (size_t i = 0; i < sizeof source; i++)
        source[i] = (uint8_t)random_between(&random, 0, 255);
    levels_max_pool(source, &window, WIDTH, target);
    for (int y = 0; y < OUT; y++)
        for (int x = 0; x < OUT; x++)
            for (int c = 0; c < WIDTH; c++) {
                int most = 0;
                for (int at = 0; at < SIDE * SIDE; at++)
                    if (abs(at / SIDE - 2 * y) <= 1 && abs(at % SIDE - 2 * x) <= 1 && source[at * WIDTH + c] > most)
                        most = source[at * WIDTH + c];
                assert_int_equal(target[(y * OUT + x) * WIDTH + c], most);
            }
}

/* ===  Pixels  === */

/* Sums of pixels, steps and terms together are the convolution of what the profile makes of the pixels, borders included.
 */
static void pixels_give_the_convolution_of_the_normalised_image(void **state)
{
    (void)state;
    enum { SIDE = 9, OUT = 5, ROW = 3 * 5 * 5 };
    const product_shape_t shape = {.k = 1,
                                   .c = 3,
                                   .kh = 5,
                                   .kw = 5,
                                   .stride = 2,
                                   .pad_top = 2,
                                   .pad_left = 2,
                                   .in_h = SIDE,
                                   .in_w = SIDE,
                                   .out_h = OUT,
                                   .out_w = OUT};
    static const char *const profiles[] = {"torchvision-v1", "fashion-mnist-v1"};
    for (int p = 0; p < 2; p++) {
        const net_size_t size = {.channels = 3, .height = SIDE, .width = SIDE};
        const net_weights_t weighted = {.size = &size, .profile = profiles[p]};
        uint8_t image[3 * SIDE * SIDE], bytes[3 * SIDE * SIDE + PIXELS_ROOM], rows[OUT * OUT * ROW + PIXELS_ROOM];
        float input[3 * SIDE * SIDE];
        int16_t weights[ROW];
        int32_t kind[OUT * OUT];
        double terms[25];
        pixels_t pixels;
        uint64_t random = 12;
        for (int i = 0; i < 3 * SIDE * SIDE; i++)
            image[i] = (uint8_t)(i < 256 ? i : random_between(&random, 0, 255));
        for (int i = 0; i < ROW; i++)
            weights[i] = (int16_t)random_between(&random, -150, 150);
        assert_ok(pixels_open(&weighted, &pixels));
        assert_int_equal(pixels.groups, p == 0 ? 3 : 1);
        profile_apply_planes(pixels.profile, image, SIDE * SIDE, input);
        pixels_recover(&pixels, input, bytes);
        assert_memory_equal(image, bytes, sizeof image);
        const int64_t kinds = pixels_kinds(&shape, kind);
        assert_int_equal(kinds, 9);
        pixels_terms(&pixels, &shape, weights, kind, kinds, terms);
        pixels_gather(&shape, bytes, 0, OUT * OUT, rows);
        for (int at = 0; at < OUT * OUT; at++) {
            double have = -terms[kind[at]], want = 0;
            for (int i = 0; i < ROW; i++) {
                const int c = i / 25, y = at / OUT * 2 - 2 + i / 5 % 5, x = at % OUT * 2 - 2 + i % 5;
                have += pixels_step(&pixels, pixels.groups > 1 ? c : 0) * weights[i] * rows[at * ROW + i];
                if (y >= 0 && y < SIDE && x >= 0 && x < SIDE)
                    want += (double)weights[i] * (double)input[(c * SIDE + y) * SIDE + x];
            }
            assert_true(fabs(have - want) < 1e-3);
        }
    }
}

static void shares_are_scaled_by_the_largest_product_of_their_row(void **state)
{
    (void)state;
    enum { MOST = 37 };
    const float by_hand[8] = {0.5F, 0.25F, 0.25F, 0, 0, 0, 0, 0}, steps[4] = {1, 4, 0.1F, 9};
    uint8_t levels[2 * MOST], wanted[MOST];
    float row_step[2], shares[MOST], step[MOST];
    uint64_t random = 5;
    shares_to_levels(by_hand, 2, 4, steps, levels, row_step); /* products 0.5, 1, 0.025, 0: a half goes to the even level */
    assert_memory_equal(levels, ((uint8_t[]){128, 255, 6, 0, 0, 0, 0, 0}), 8);
    assert_true(row_step[0] == 1.0F / 255.0F && row_step[1] == 0); /* a row of zeros has no step */
    for (int width = 1; width <= MOST; width += 4) {
        float most = 0;
        for (int i = 0; i < width; i++) {
            shares[i] = fabsf(noise(&random, 1));
            step[i] = fabsf(noise(&random, 0.01F));
            most = fmaxf(most, shares[i] * step[i]);
        }
        for (int i = 0; i < width; i++)
            wanted[i] = rounded(shares[i] * step[i] * (255.0F / most));
        shares_to_levels(shares, 1, width, step, levels, row_step);
        assert_memory_equal(levels, wanted, (size_t)width);
        assert_true(row_step[0] == most / 255.0F);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_become_levels_as_a_scalar_would),
        cmocka_unit_test(rows_are_scaled_by_their_largest_value),
        cmocka_unit_test(shares_are_scaled_by_the_largest_product_of_their_row),
        cmocka_unit_test(the_largest_of_a_window_is_kept),
        cmocka_unit_test(pixels_give_the_convolution_of_the_normalised_image),
    };
    return cmocka_run_group_tests_name("levels", tests, NULL, NULL);
}
