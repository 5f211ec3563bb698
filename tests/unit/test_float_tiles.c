/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/: products of floats by our own tiles, against sums in double precision, and bit for bit against one fused
 * multiplication after the other. */
#include "engine/float_tiles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "testing.h"

static float real(uint64_t *random)
{
    return (float)random_between(random, -1000, 1000) / 512.0F;
}

/* What the header says: inputs in their order, each product and sum rounded once, then the bias, then the target. */
static float wanted(const float *source, const float *weights, int64_t c, float bias, bool accumulate, float before)
{
    float sum = 0;
    for (int64_t i = 0; i < c; i++)
        sum = fmaf(source[i], weights[i], sum);
    sum = sum + bias;
    return accumulate ? sum + before : sum;
}

static void compare(int64_t rows, int64_t k, int64_t c, bool accumulate)
{
    enum { FENCE = 16 };
    float_matrix_t *matrix;
    uint64_t random = 1;
    float *weights = malloc((size_t)(k * c) * sizeof *weights), *biases = malloc((size_t)k * sizeof *biases),
          *source = malloc((size_t)(rows * c) * sizeof *source),
          *target = malloc((size_t)(rows * k + FENCE) * sizeof *target),
          *before = malloc((size_t)(rows * k + FENCE) * sizeof *before);
    assert_true(weights != NULL && biases != NULL && source != NULL && target != NULL && before != NULL);
    for (int64_t i = 0; i < k * c; i++)
        weights[i] = real(&random);
    for (int64_t i = 0; i < k; i++)
        biases[i] = real(&random);
    for (int64_t i = 0; i < rows * c; i++)
        source[i] = real(&random);
    for (int64_t i = 0; i < rows * k + FENCE; i++)
        before[i] = target[i] = real(&random);
    assert_ok(float_matrix_create(k, c, &matrix));
    const int64_t first = k > 64 ? 64 : k; /* in two portions */
    float_matrix_set(matrix, 0, first, weights, biases);
    if (first < k)
        float_matrix_set(matrix, first, k - first, weights + first * c, biases + first);
    float_matrix_multiply(matrix, rows, source, accumulate, target);
    for (int64_t row = 0; row < rows; row++)
        for (int64_t o = 0; o < k; o++) {
            const float want = wanted(source + row * c, weights + o * c, c, biases[o], accumulate, before[row * k + o]);
            assert_memory_equal(&target[row * k + o], &want, sizeof want);
        }
    assert_memory_equal(target + rows * k, before + rows * k, FENCE * sizeof *target); /* nothing behind the result */
    float_matrix_free(matrix);
    free(weights);
    free(biases);
    free(source);
    free(target);
    free(before);
}

static void tiles_are_fused_sums_in_the_order_of_the_inputs(void **state)
{
    (void)state;
    if (!float_tiles_available()) {
        print_message("# no AVX-512\n");
        skip();
    }
    static const struct {
        int64_t rows, k, c;
    } cases[] = {{1, 64, 64},  {6, 65, 7},    {7, 32, 33},  {11, 96, 513},   {13, 17, 1},
                 {9, 16, 512}, {205, 70, 19}, {410, 33, 5}, {10, 130, 1030}, {8, 1, 40}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int accumulate = 0; accumulate < 2; accumulate++)
            compare(cases[i].rows, cases[i].k, cases[i].c, accumulate == 1);
}

/* A row of a batch has the bytes that it has alone. */
static void the_number_of_rows_changes_nothing(void **state)
{
    (void)state;
    enum { ROWS = 215, K = 70, C = 600 };
    if (!float_tiles_available())
        skip();
    float_matrix_t *matrix;
    uint64_t random = 3;
    float *weights = malloc(sizeof(float) * K * C), *source = malloc(sizeof(float) * ROWS * C),
          *all = malloc(sizeof(float) * ROWS * K), one[K], biases[K] = {0};
    assert_true(weights != NULL && source != NULL && all != NULL);
    for (int i = 0; i < K * C; i++)
        weights[i] = real(&random);
    for (int i = 0; i < ROWS * C; i++)
        source[i] = real(&random);
    assert_ok(float_matrix_create(K, C, &matrix));
    float_matrix_set(matrix, 0, K, weights, biases);
    float_matrix_multiply(matrix, ROWS, source, false, all);
    for (int row = 0; row < ROWS; row++) {
        float_matrix_multiply(matrix, 1, source + row * C, false, one);
        assert_memory_equal(one, all + row * K, sizeof one);
    }
    float_matrix_free(matrix);
    free(weights);
    free(source);
    free(all);
}

/* Rows of all three matrices lie further apart than they are long. */
static void products_of_two_matrices_are_sums_in_order(void **state)
{
    (void)state;
    enum { M = 23, MOST_N = 70, MOST_K = 67, STRIDE = 75 };
    if (!float_tiles_available())
        skip();
    float *a = malloc(sizeof(float) * M * STRIDE), *b = malloc(sizeof(float) * STRIDE * STRIDE),
          *c = malloc(sizeof(float) * M * STRIDE);
    float *work = aligned_alloc(64, sizeof(float) * (size_t)float_tiles_work(MOST_N, MOST_K));
    uint64_t random = 5;
    assert_true(a != NULL && b != NULL && c != NULL && work != NULL);
    for (int i = 0; i < M * STRIDE; i++)
        a[i] = real(&random);
    for (int i = 0; i < STRIDE * STRIDE; i++)
        b[i] = real(&random);
    for (int n = 1; n <= MOST_N; n += 23)
        for (int k = 1; k <= MOST_K; k += 33)
            for (int transposed = 0; transposed < 2; transposed++) {
                for (int i = 0; i < M * STRIDE; i++)
                    c[i] = 77;
                float_tiles_gemm(transposed == 1, M, n, k, a, STRIDE, b, STRIDE, c, STRIDE, work);
                for (int row = 0; row < M; row++)
                    for (int column = 0; column < STRIDE; column++) {
                        float sum = 0;
                        for (int i = 0; i < k; i++)
                            sum = fmaf(a[row * STRIDE + i], b[transposed ? column * STRIDE + i : i * STRIDE + column], sum);
                        assert_true(c[row * STRIDE + column] == (column < n ? sum : 77));
                    }
            }
    free(a);
    free(b);
    free(c);
    free(work);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiles_are_fused_sums_in_the_order_of_the_inputs),
        cmocka_unit_test(the_number_of_rows_changes_nothing),
        cmocka_unit_test(products_of_two_matrices_are_sums_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
