/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_PRODUCT_H
#define BBS_ENGINE_PRODUCT_H

#include "base/outcome.h"

#include <stdbool.h>
#include <stdint.h>

/* Products of unsigned 8-bit activations and integer weights, summed in 32 bits without rounding. Only this part
 * of the integer mode uses a library; everything after the sums is our own code (levels.h).
 *
 * Two sets: `fast` is oneDNN; `plain` is a loop in C whose results `fast` must equal bit for bit. Weights are int16,
 * because compressed ones can need 9 bits; they are shared by the workers. */

/* A convolution over [in_h, in_w, c] to [out_h, out_w, k], or rows of vectors: [rows, c] to [rows, k] (in_h = 0). With
 * groups, as in PyTorch, output i reads only the c / groups channels of group i / (k / groups). */
typedef struct {
    int64_t k, c, kh, kw;
    int64_t stride, pad_top, pad_left, pad_bottom, pad_right;
    int64_t in_h, in_w, out_h, out_w;
    int64_t groups; /* of a convolution; 0 and 1: one */
} product_shape_t;

typedef struct product product_t;

typedef struct {
    outcome_t (*open)(const product_shape_t *shape, product_t **product);
    /* Weights [rows, c / groups, kh, kw] of outputs `first` to `first` + rows - 1, in order from 0 to the last. An error
     * when a sum of a row could exceed 32 bits. */
    outcome_t (*set)(product_t *product, int64_t first, int64_t rows, const int16_t *weights);
    /* Bytes of scratch memory that one run needs. */
    int64_t (*scratch)(const product_t *product);
    /* A convolution: sums[out_h * out_w, k]. False: the library refused. */
    bool (*convolve)(const product_t *product, const uint8_t *source, int32_t *sums, void *scratch);
    /* Vectors: sums[rows, k] = source[rows, count] W^T, of inputs `first` to `first` + count - 1 only; a source row begins
     * each `stride` bytes. */
    bool (*multiply)(const product_t *product, int64_t rows, const uint8_t *source, int64_t stride, int64_t first,
                     int64_t count, int32_t *sums, void *scratch);
    /* Two matrices of activations: sums[m, n] = a[m, k] b, b [k, n] or, transposed, [n, k], both dense. `halves` is room
     * for two copies of b. */
    bool (*pair)(bool transposed, int64_t m, int64_t n, int64_t k, const uint8_t *a, const int8_t *b, int8_t *halves,
                 int32_t *sums, int32_t *more);
    void (*close)(product_t *product);
} product_set_t;

extern const product_set_t product_fast, product_plain;

int64_t product_groups(const product_shape_t *shape);  /* at least 1 */
int64_t product_weights(const product_shape_t *shape); /* of one output: c / groups * kh * kw */

/* FAULT_FAILED, naming the row, when the sum of a row's |weights| times 255 exceeds 32 bits. */
outcome_t product_check(const product_shape_t *shape, int64_t first, int64_t rows, const int16_t *weights);

#endif
