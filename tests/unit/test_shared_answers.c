/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Methods that leave the same weights run once: their rows are alike, and only the first has taken time. */
#include "measure/accuracy.h"

#include <string.h>

#include "testing.h"

enum { MOST_ROWS = 8, SAMPLES = 12 };

typedef struct {
    accuracy_row_t rows[MOST_ROWS];
    size_t count;
} rows_t;

static void keep_row(void *context, const accuracy_row_t *row)
{
    rows_t *rows = context;
    assert_in_range(rows->count, 0, MOST_ROWS - 1);
    rows->rows[rows->count++] = *row;
}

static void run(const char *const *methods, size_t count, bool integers, rows_t *rows)
{
    accuracy_config_t config = {.methods = methods,
                                .method_count = count,
                                .images = SAMPLES,
                                .kernels = "fast",
                                .integers = integers,
                                .threads = 2};
    assert_ok(net_find("vgg16", &config.network));
    assert_ok(net_find_size(config.network, "compact", &config.size));
    *rows = (rows_t){.count = 0};
    assert_ok(accuracy_run(&config, keep_row, rows));
    assert_int_equal(rows->count, count);
}

static void assert_alike(const accuracy_row_t *a, const accuracy_row_t *b)
{
    assert_int_equal(a->correct, b->correct);
    assert_int_equal(a->right_to_wrong, b->right_to_wrong);
    assert_int_equal(a->wrong_to_right, b->wrong_to_right);
    assert_int_equal(a->bits.value_bits, b->bits.value_bits);
    assert_int_equal(a->bits.meta_bits, b->bits.meta_bits);
}

/* bbs-mod is zps:columns=4 with the same share of sensitive channels; without them the weights differ. */
static void equal_weights_run_once(void **state)
{
    (void)state;
    static const char *const methods[] = {
        "int8", "bbs-mod", "zps:columns=4", "zps:columns=4:beta=0", "bitflip:columns=4", "bitwave-mod"};
    for (int integers = 0; integers <= 1; integers++) {
        rows_t rows;
        run(methods, sizeof methods / sizeof *methods, integers != 0, &rows);
        assert_alike(&rows.rows[1], &rows.rows[2]);
        assert_alike(&rows.rows[4], &rows.rows[5]);
        for (size_t i = 0; i < rows.count; i++)
            assert_true((rows.rows[i].seconds > 0) == (i != 2 && i != 5));
    }
}

/* ant and ant:activations=6 have the same weights, but not the same activations. */
static void quantised_activations_are_not_shared(void **state)
{
    (void)state;
    static const char *const methods[] = {"ant", "ant:activations=6", "ant:activations=5"};
    rows_t rows;
    run(methods, sizeof methods / sizeof *methods, false, &rows);
    for (size_t i = 0; i < rows.count; i++)
        assert_true(rows.rows[i].seconds > 0);
}

/* A reference runs even if another reference has its weights: its logits are needed. */
static void references_run_themselves(void **state)
{
    (void)state;
    static const char *const methods[] = {"ptq:bits=8:beta=0", "int8", "fp32"};
    rows_t rows;
    run(methods, sizeof methods / sizeof *methods, false, &rows);
    assert_true(rows.rows[1].seconds > 0 && rows.rows[2].seconds > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_weights_run_once),
        cmocka_unit_test(quantised_activations_are_not_shared),
        cmocka_unit_test(references_run_themselves),
    };
    return cmocka_run_group_tests_name("shared_answers", tests, NULL, NULL);
}
