/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What logits say beside right and wrong: worked out by hand, against an oracle of 50 digits, and at the ends of what
 * floats hold; and the logits of references, in memory and on disk. */
#include "measure/outputs.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/text.h"
#include "measure/logits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testing.h"
#include "folder.h"

enum { MOST = 200 };

/* Nine digits are kept. */
static void near(double value, double wanted, const char *what)
{
    if (!(fabs(value - wanted) <= 1e-8 * fabs(wanted) + 1e-15))
        fail_msg("%s: %.12g, wanted %.12g", what, value, wanted);
}

static outputs_t against(const float *logits, const float *reference, int64_t classes, int64_t label)
{
    const float *const references[] = {[OUTPUTS_INT8] = reference, [OUTPUTS_FP32] = NULL};
    return outputs_of(logits, classes, label, references);
}

/* ===  By hand  === */

/* Reference (ln 4, 0, 0, 0): q = 4/7, 1/7, 1/7, 1/7. Method (0, 0, 0, 0): p = 1/4 each. */
static void a_worked_example(void **state)
{
    (void)state;
    const float reference[] = {1.38629436f, 0, 0, 0}, logits[] = {0, 0, 0, 0};
    outputs_t outputs = against(logits, reference, 4, 2);
    near(outputs.kl[OUTPUTS_INT8], 4.0 / 7 * log(16.0 / 7) + 3.0 / 7 * log(4.0 / 7), "kl");
    near(outputs.logit_error[OUTPUTS_INT8], 1, "logit_error"); /* all of the reference is gone */
    near(outputs.cross_entropy, log(4), "cross_entropy");
    near(outputs.margin, 0, "margin");
    assert_true(isnan(outputs.kl[OUTPUTS_FP32]) && isnan(outputs.logit_error[OUTPUTS_FP32]));
    outputs = against(reference, logits, 4, 0); /* the other way round: another divergence, and nothing to divide by */
    near(outputs.kl[OUTPUTS_INT8], 0.25 * log(7.0 / 16) + 0.75 * log(7.0 / 4), "kl, other way");
    assert_true(isnan(outputs.logit_error[OUTPUTS_INT8]));
    near(outputs.cross_entropy, log(7.0 / 4), "cross_entropy, right");
    near(outputs.margin, 1.38629436f, "margin, right");
    near(against(reference, reference, 4, 1).margin, -1.38629436f, "margin, wrong");
}

/* Reference (3, -1, -2), method (2, 1, 0): less their means (3, -1, -2) and (1, 0, -1), so the difference is (-2, 1, 1). */
static void the_logit_error_leaves_out_the_means(void **state)
{
    (void)state;
    const float reference[] = {3, -1, -2}, logits[] = {2, 1, 0}, moved[] = {1002, 1001, 1000};
    near(against(logits, reference, 3, 0).logit_error[OUTPUTS_INT8], sqrt(6.0 / 14), "logit_error");
    near(against(moved, reference, 3, 0).logit_error[OUTPUTS_INT8], sqrt(6.0 / 14), "logit_error, moved");
    near(against(moved, reference, 3, 0).kl[OUTPUTS_INT8], against(logits, reference, 3, 0).kl[OUTPUTS_INT8], "kl, moved");
    near(against(moved, logits, 3, 0).kl[OUTPUTS_INT8], 0, "kl, moved alone");
}

/* ===  Against 50 digits  === */

static int64_t read_floats(const char *text, float *values)
{
    char *copy = text_copy(text), *parts[MOST];
    const size_t count = text_split(copy, ' ', parts, MOST);
    assert_in_range(count, 2, MOST);
    for (size_t i = 0; i < count; i++) {
        double value;
        assert_true(text_to_real(parts[i], &value));
        values[i] = (float)value;
    }
    free(copy);
    return (int64_t)count;
}

static void each_vector_of_the_oracle_is_met(void **state)
{
    (void)state;
    csv_table_t vectors;
    assert_ok(csv_read("tests/data/outputs.csv", &vectors));
    assert_int_equal(vectors.rows, 32);
    for (size_t row = 0; row < vectors.rows; row++) {
        float logits[MOST], reference[MOST];
        int64_t label;
        double wanted[4];
        const int64_t classes = read_floats(csv_cell(&vectors, row, 0), logits);
        assert_int_equal(read_floats(csv_cell(&vectors, row, 1), reference), classes);
        assert_ok(csv_cell_integer(&vectors, row, 2, &label));
        for (size_t i = 0; i < 4; i++)
            assert_ok(csv_cell_real(&vectors, row, 3 + i, &wanted[i]));
        const outputs_t outputs = against(logits, reference, classes, label);
        near(outputs.kl[OUTPUTS_INT8], wanted[0], csv_cell(&vectors, row, 0));
        near(outputs.logit_error[OUTPUTS_INT8], wanted[1], csv_cell(&vectors, row, 0));
        near(outputs.cross_entropy, wanted[2], csv_cell(&vectors, row, 0));
        near(outputs.margin, wanted[3], csv_cell(&vectors, row, 0));
    }
    csv_free(&vectors);
}

/* ===  The ends  === */

static void large_logits_do_not_overflow(void **state)
{
    (void)state;
    const float sure[] = {1e4f, 0, -1e4f}, other[] = {0, 1e4f, -1e4f};
    outputs_t outputs = against(sure, other, 3, 0);
    near(outputs.kl[OUTPUTS_INT8], 1e4, "kl");
    near(outputs.cross_entropy, 0, "cross_entropy");
    near(against(sure, other, 3, 2).cross_entropy, 2e4, "cross_entropy, sure and wrong");
}

static void what_is_not_known_is_nan(void **state)
{
    (void)state;
    const float logits[] = {1, 2, 3}, broken[] = {1, NAN, 3}, infinite[] = {1, INFINITY, 3};
    const int64_t labels[] = {-1, 3};
    for (size_t i = 0; i < 2; i++) {
        outputs_t outputs = against(logits, logits, 3, labels[i]);
        assert_true(isnan(outputs.cross_entropy) && isnan(outputs.margin));
        assert_true(outputs.kl[OUTPUTS_INT8] == 0 && outputs.logit_error[OUTPUTS_INT8] == 0);
    }
    assert_true(isnan(against(broken, logits, 3, 0).kl[OUTPUTS_INT8]) &&
                isnan(against(broken, logits, 3, 0).cross_entropy));
    assert_true(isnan(against(logits, infinite, 3, 0).kl[OUTPUTS_INT8]));
    outputs_t unknown = outputs_unknown();
    assert_true(isnan(unknown.kl[0]) && isnan(unknown.kl[1]) && isnan(unknown.logit_error[0]) && isnan(unknown.margin));
}

/* Values are those of a file of nine digits: written and read they stay the same. */
static void values_are_as_a_file_keeps_them(void **state)
{
    (void)state;
    const float logits[] = {0.1f, 0.7f, -0.3f}, reference[] = {0.2f, 0.6f, -0.9f};
    const outputs_t outputs = against(logits, reference, 3, 1);
    const double values[] = {outputs.kl[OUTPUTS_INT8], outputs.logit_error[OUTPUTS_INT8], outputs.cross_entropy,
                             outputs.margin};
    for (size_t i = 0; i < 4; i++) {
        double again;
        assert_true(text_to_real(text_of(CSV_REAL, values[i]).chars, &again));
        assert_true(again == values[i] && again != 0);
    }
}

/* ===  Logits of references  === */

static text_t stem(void)
{
    return text_of("%s/net.full.int8", folder);
}

static bool is_found(const char *key, int64_t samples, int64_t classes, logits_t *logits)
{
    bool found = true;
    assert_ok(logits_create(samples, classes, logits));
    assert_ok(logits_load(stem().chars, key, logits, &found));
    return found;
}

static void logits_come_back_under_their_own_key_alone(void **state)
{
    (void)state;
    logits_t logits, again;
    const float first[] = {1, -2, 3}, third[] = {NAN, 5, 6};
    assert_ok(logits_create(3, 3, &logits));
    assert_null(logits_at(&logits, 0));
    logits_put(&logits, 0, first);
    logits_put(&logits, 2, third); /* sample 1 could not be read */
    assert_ok(logits_save(stem().chars, "weights=a", &logits));
    logits_free(&logits);
    assert_true(is_found("weights=a", 3, 3, &again));
    assert_memory_equal(logits_at(&again, 0), first, sizeof first);
    assert_null(logits_at(&again, 1));
    assert_memory_equal(logits_at(&again, 2), third, sizeof third);
    logits_free(&again);
    assert_null(logits_at(&again, 0));
    static const struct {
        const char *key;
        int64_t samples, classes;
    } others[] = {{"weights=b", 3, 3}, {"weights=", 3, 3}, {"weights=a", 4, 3}, {"weights=a", 3, 2}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_false(is_found(others[i].key, others[i].samples, others[i].classes, &again));
        logits_free(&again);
    }
    /* One bit of one logit: not taken, and nothing of it stays in memory. */
    FILE *stream = fopen(text_of("%s.logits", stem().chars).chars, "r+b");
    assert_non_null(stream);
    assert_int_equal(fseek(stream, -40, SEEK_END), 0);
    const int byte = fgetc(stream);
    assert_int_equal(fseek(stream, -40, SEEK_END), 0);
    assert_int_equal(fputc(byte ^ 1, stream), byte ^ 1);
    assert_int_equal(fclose(stream), 0);
    assert_false(is_found("weights=a", 3, 3, &again));
    for (int i = 0; i < 3; i++)
        assert_null(logits_at(&again, i));
    logits_free(&again);
    assert_int_equal(truncate(text_of("%s.logits", stem().chars).chars, 50), 0);
    assert_false(is_found("weights=a", 3, 3, &again));
    logits_free(&again);
    logits_remove(stem().chars);
    assert_false(file_exists(text_of("%s.logits", stem().chars).chars));
    logits_remove(stem().chars); /* twice does no harm */
    assert_false(is_found("weights=a", 3, 3, &again));
    logits_free(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worked_example),
        cmocka_unit_test(the_logit_error_leaves_out_the_means),
        cmocka_unit_test(each_vector_of_the_oracle_is_met),
        cmocka_unit_test(large_logits_do_not_overflow),
        cmocka_unit_test(what_is_not_known_is_nan),
        cmocka_unit_test(values_are_as_a_file_keeps_them),
        cmocka_unit_test(logits_come_back_under_their_own_key_alone),
    };
    return cmocka_run_group_tests_name("outputs", tests, make_folder, remove_empty_folder);
}
