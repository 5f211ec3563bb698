/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/: products that finish their sums themselves (product_reader_t.finish) give the levels that their reader gives. */
#include "engine/product.h"
#include "engine/tiles.h"

#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "testing.h"

/* The reader of a product whose sums become levels. */
static void finish_piece(void *context, const product_piece_t *piece)
{
    levels_finish_t finish = *(const levels_finish_t *)context;
    const int64_t first = piece->row * finish.stride + piece->output;
    finish.sums[0] = piece->sums;
    finish.sums_stride = piece->stride;
    finish.multiplier[0] += piece->output;
    finish.bias += piece->output;
    if (finish.levels != NULL)
        finish.levels += first;
    if (finish.floats != NULL)
        finish.floats += first;
    finish.to_levels += first;
    levels_finish(&finish, piece->rows, piece->outputs);
}

enum { SETS = 3, FINISH_K = 150, FINISH_C = 36, FINISH_ROWS = 103 };

/* What becomes of the sums of one set; all rows are further apart than they are wide. */
static void finish_product(const product_set_t *set, const int16_t *weights, const uint8_t *source,
                           const levels_finish_t *finish)
{
    product_t *product;
    int32_t *sums = calloc(FINISH_ROWS * FINISH_K, sizeof *sums);
    levels_finish_t all = *finish;
    const product_reader_t reader = {.read = finish_piece, .context = &all, .finish = &all};
    assert_non_null(sums);
    assert_ok(set->open(&(product_shape_t){.k = FINISH_K, .c = FINISH_C, .kh = 1, .kw = 1}, &product));
    assert_ok(set->set(product, 0, FINISH_K, weights));
    assert_true(set->multiply(product, FINISH_ROWS, source, FINISH_C, 0, FINISH_C, sums, NULL, &reader));
    set->close(product);
    free(sums);
}

/* A set may finish sums itself, in registers; it must do what the reader does: with and without residual, for weights of
 * one part and of two, for a last panel that is not whole, for clipped results, which it leaves to the reader. */
static void finished_sums_are_those_of_the_reader(void **state)
{
    (void)state;
    enum { STRIDE = FINISH_K + 10, BYTES = FINISH_ROWS * STRIDE };
    int16_t weights[FINISH_K * FINISH_C];
    uint8_t source[FINISH_ROWS * FINISH_C + PRODUCT_ROOM] = {0}, *residual = malloc(BYTES), *levels[SETS];
    float multiplier[FINISH_K], bias[FINISH_K], *floats = malloc(BYTES * sizeof *floats);
    static const product_set_t *const sets[SETS] = {&product_plain, &product_fast, &product_tiles};
    const int count = tiles_available() ? SETS : SETS - 1;
    uint64_t random = 14;
    assert_true(residual != NULL && floats != NULL);
    for (int set = 0; set < SETS; set++)
        assert_non_null(levels[set] = malloc(BYTES));
    for (int mode = 0; mode < 8; mode++) {
        for (int i = 0; i < FINISH_K * FINISH_C; i++)
            weights[i] = (int16_t)(mode % 2 ? random_between(&random, -160, 159) : random_weight(&random, 5));
        for (int i = 0; i < FINISH_ROWS * FINISH_C; i++)
            source[i] = (uint8_t)random_between(&random, 0, 255);
        for (int i = 0; i < BYTES; i++) {
            residual[i] = (uint8_t)random_between(&random, 0, 255);
            floats[i] = (float)random_between(&random, -40, 40) / 8;
        }
        for (int i = 0; i < FINISH_K; i++) {
            multiplier[i] = i % 3 == 0 ? 0.5F : (float)random_between(&random, -100, 100) * 1e-4F;
            bias[i] = (float)random_between(&random, -200, 200) / 8;
        }
        levels_finish_t finish = {.groups = 1,
                                  .multiplier = {multiplier},
                                  .bias = bias,
                                  .levels = mode / 2 == 1 ? residual : NULL,
                                  .level_step = 0.25F,
                                  .floats = mode / 2 == 2 ? floats : NULL,
                                  .relu = true,
                                  .clip = mode / 2 == 3 ? 6 : 0,
                                  .per_step = 0.5F,
                                  .stride = STRIDE};
        for (int set = 0; set < count; set++) {
            memset(levels[set], 0x55, BYTES);
            finish.to_levels = levels[set];
            finish_product(sets[set], weights, source, &finish);
            assert_memory_equal(levels[set], levels[0], BYTES);
        }
    }
    for (int set = 0; set < SETS; set++)
        free(levels[set]);
    free(residual);
    free(floats);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finished_sums_are_those_of_the_reader),
    };
    return cmocka_run_group_tests_name("finished", tests, NULL, NULL);
}
