/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_FLOAT_TILES_H
#define BBS_ENGINE_FLOAT_TILES_H

#include "base/outcome.h"

#include <stdbool.h>
#include <stdint.h>

/* Products of float32 rows by matrices whose weights are packed once, for processors with AVX-512; one thread a call. Each
 * sum goes through the inputs in their order, with one rounding for each product and addition (FMA), whatever the number of
 * rows: the same bytes for a row in any batch. */

/* Can this processor run the functions below, and may oneDNN use AVX-512 too ($ONEDNN_MAX_CPU_ISA)? */
bool float_tiles_available(void);

/* Weights [k, c] and biases [k]; shared by the workers. */
typedef struct float_matrix float_matrix_t;
outcome_t float_matrix_create(int64_t k, int64_t c, float_matrix_t **matrix);
void float_matrix_set(float_matrix_t *matrix, int64_t first, int64_t rows, const float *weights, const float *biases);
void float_matrix_free(float_matrix_t *matrix);

/* target[rows, k] (+)= source[rows, c] W^T + b. */
void float_matrix_multiply(const float_matrix_t *matrix, int64_t rows, const float *source, bool accumulate, float *target);

/* c[m, n] = a[m, k] b, b [k, n] or, transposed, [n, k]; row strides in floats, as onednn_gemm(). `work` has room for
 * float_tiles_work() floats, aligned to 64 bytes. */
int64_t float_tiles_work(int64_t n, int64_t k);
void float_tiles_gemm(bool transposed, int64_t m, int64_t n, int64_t k, const float *a, int64_t row_of_a, const float *b,
                      int64_t row_of_b, float *c, int64_t row_of_c, float *work);

#endif
