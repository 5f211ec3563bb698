/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_ONEDNN_H
#define BBS_ENGINE_ONEDNN_H

#include "base/outcome.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The operations of the fast kernels, on oneDNN's C API. Only onednn.c, onednn_rows.c and product_fast.c depend on its
 * version: Debian 12 has 2.6; 3.x has no operation descriptors.
 *
 * An operation (primitive and reordered weights) is made once per network and shared by all workers. A binding is one
 * operation with one worker's buffers. Each call runs only on the calling thread, so no sum is split between threads.
 * Activations are [c, h, w] floats of one sample, plain or blocked by channels; a blocked tensor is as large as a plain
 * one, so blocks are used only where every channel count is a multiple of the block. */

typedef enum { ONEDNN_PLAIN, ONEDNN_BLOCKED } onednn_layout_t;

int onednn_block(void); /* channels per block on this processor: 16 or 8 */

typedef struct {
    int64_t c, h, w;
    onednn_layout_t layout;
} onednn_plane_t;

typedef struct {
    int64_t kernel_h, kernel_w, stride, pad_top, pad_bottom, pad_left, pad_right;
    int64_t groups; /* of a convolution; 0 and 1: one */
    bool winograd;  /* of a convolution: by Winograd's F(2x2, 3x3) or F(4x4, 3x3) where oneDNN has one for this shape (Lavin
                       and Gray 2016) */
} onednn_window_t;

typedef struct onednn onednn_t;                 /* oneDNN's engine: one per process is enough, but it is not a global */
typedef struct onednn_op onednn_op_t;           /* shared */
typedef struct onednn_binding onednn_binding_t; /* of one worker */

outcome_t onednn_create(onednn_t **onednn);
void onednn_free(onednn_t *onednn);

/* What follows the sums of an operation, in this order. */
typedef struct {
    bool accumulate; /* they are added to the content of the target */
    bool relu;
    float clip; /* with the ReLU: results are at most this; 0: no limit */
} onednn_after_t;

outcome_t onednn_convolution(onednn_t *onednn, const onednn_plane_t *source, const onednn_plane_t *target,
                             const onednn_window_t *window, const onednn_after_t *after, onednn_op_t **op);
outcome_t onednn_inner_product(onednn_t *onednn, const onednn_plane_t *source, int64_t outputs, const onednn_after_t *after,
                               onednn_op_t **op);
outcome_t onednn_max_pool(onednn_t *onednn, const onednn_plane_t *source, const onednn_plane_t *target,
                          const onednn_window_t *window, onednn_op_t **op);
outcome_t onednn_average_pool(onednn_t *onednn, const onednn_plane_t *source, onednn_op_t **op); /* whole plane to 1 x 1 */
outcome_t onednn_add(onednn_t *onednn, const onednn_plane_t *plane, const onednn_after_t *after, onednn_op_t **op);
void onednn_op_free(onednn_op_t *op);

/* Weights [rows, c, kh, kw] (c: of a group) and biases [rows] of a convolution or inner product, from output `first` on,
 * which is a multiple of 64 or 0; copied into the layout of the primitive. A part of a grouped convolution holds whole
 * groups. */
outcome_t onednn_set_rows(onednn_t *onednn, onednn_op_t *op, int64_t first, int64_t rows, const float *weights,
                          const float *biases);

/* source, other (of onednn_add, else NULL) and target are fixed for the life of the binding. */
outcome_t onednn_bind(onednn_t *onednn, const onednn_op_t *op, const float *source, const float *other, float *target,
                      onednn_binding_t **binding);
bool onednn_run(onednn_binding_t *binding); /* false: the library refused; see onednn_prepare_thread() */
void onednn_binding_free(onednn_binding_t *binding);

/* ===  Rows of vectors (onednn_rows.c)  === */

/* Weights [k, c] and biases [k], in the layout of the products; shared. */
typedef struct onednn_matrix onednn_matrix_t;
outcome_t onednn_matrix_create(onednn_t *onednn, int64_t k, int64_t c, onednn_matrix_t **matrix);
outcome_t onednn_matrix_set(onednn_t *onednn, onednn_matrix_t *matrix, int64_t first, int64_t rows, const float *weights,
                            const float *biases); /* `first` as above */
void onednn_matrix_free(onednn_matrix_t *matrix);

/* target[rows, k] (+)= source[rows, c] W^T + b for all matrices of one shape and any number of rows up to `most_rows`; for
 * one worker. `accumulate`: added to the content of the target. */
typedef struct onednn_product onednn_product_t;
outcome_t onednn_product_create(onednn_t *onednn, int64_t k, int64_t c, bool accumulate, int64_t most_rows,
                                onednn_product_t **product);
bool onednn_multiply(onednn_product_t *product, const onednn_matrix_t *matrix, int64_t rows, const float *source,
                     float *target);
void onednn_product_free(onednn_product_t *product);

/* c[m, n] = a[m, k] b, b [k, n] or, transposed, [n, k]; row strides in floats. */
bool onednn_gemm(bool transposed, int64_t m, int64_t n, int64_t k, const float *a, int64_t row_of_a, const float *b,
                 int64_t row_of_b, float *c, int64_t row_of_c);

/* Called by each thread before it runs bindings: the library's own parallelism is switched off for this thread. */
void onednn_prepare_thread(void);

text_t onednn_version(void); /* "oneDNN 2.6.3 (avx512_core_vnni)" */

#endif
