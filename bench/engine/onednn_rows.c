/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products of rows of vectors. A primitive is for one number of rows; it is made when a sequence of that length first
 * occurs, and kept. The layout of the weights is the one that oneDNN chooses for a typical number of rows, and is used for
 * all lengths. */
#include "engine/onednn_internal.h"

#include <stdlib.h>
#include <string.h>

enum { TYPICAL_ROWS = 128 };

struct onednn_matrix {
    dnnl_memory_desc_t plain;
    dnnl_memory_t weights, biases;
};

typedef struct {
    dnnl_primitive_desc_t description;
    dnnl_primitive_t primitive;
    dnnl_memory_t source, target, scratch;
} sized_t;

struct onednn_product {
    onednn_t *onednn;
    dnnl_stream_t stream;
    int64_t k, c, most_rows;
    bool accumulate;
    dnnl_memory_desc_t weights;
    sized_t *sized; /* [most_rows + 1], made when needed */
};

static dnnl_memory_desc_t describe(int rank, const dnnl_dims_t dims, dnnl_format_tag_t tag)
{
    dnnl_memory_desc_t description;
    dnnl_memory_desc_init_by_tag(&description, rank, dims, dnnl_f32, tag);
    return description;
}

static dnnl_status_t describe_product(onednn_t *onednn, int64_t rows, int64_t k, int64_t c, bool accumulate,
                                      const dnnl_memory_desc_t *weights, dnnl_primitive_desc_t *made)
{
    const dnnl_dims_t sources = {rows, c}, targets = {rows, k}, bias = {k};
    dnnl_memory_desc_t from = describe(2, sources, dnnl_nc), to = describe(2, targets, dnnl_nc),
                       biases = describe(1, bias, dnnl_x);
    dnnl_inner_product_desc_t description;
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_status_t status =
        dnnl_inner_product_forward_desc_init(&description, dnnl_forward_inference, &from, weights, &biases, &to);
    if (status == dnnl_success)
        status = onednn_make_attributes(&(onednn_after_t){.accumulate = accumulate}, &attributes);
    if (status == dnnl_success)
        status = dnnl_primitive_desc_create(made, &description, attributes, onednn->engine, NULL);
    dnnl_primitive_attr_destroy(attributes);
    return status;
}

static dnnl_status_t choose_layout(onednn_t *onednn, int64_t k, int64_t c, dnnl_memory_desc_t *layout)
{
    const dnnl_dims_t shape = {k, c};
    const dnnl_memory_desc_t any = describe(2, shape, dnnl_format_tag_any);
    dnnl_primitive_desc_t description = NULL;
    dnnl_status_t status = describe_product(onednn, TYPICAL_ROWS, k, c, false, &any, &description);
    if (status == dnnl_success)
        *layout = *dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0);
    dnnl_primitive_desc_destroy(description);
    return status;
}

/* ===  Matrices  === */

outcome_t onednn_matrix_create(onednn_t *onednn, int64_t k, int64_t c, onednn_matrix_t **created)
{
    *created = NULL;
    onednn_matrix_t *matrix = calloc(1, sizeof *matrix);
    if (matrix == NULL)
        return outcome_out_of_memory("matrix");
    const dnnl_dims_t shape = {k, c}, bias = {k};
    dnnl_memory_desc_t layout, biases = describe(1, bias, dnnl_x);
    matrix->plain = describe(2, shape, dnnl_nc);
    dnnl_status_t status = choose_layout(onednn, k, c, &layout);
    if (status == dnnl_success)
        status = dnnl_memory_create(&matrix->weights, &layout, onednn->engine, DNNL_MEMORY_ALLOCATE);
    if (status == dnnl_success)
        status = dnnl_memory_create(&matrix->biases, &biases, onednn->engine, DNNL_MEMORY_ALLOCATE);
    if (status != dnnl_success) {
        onednn_matrix_free(matrix);
        return onednn_failure("matrix", status);
    }
    *created = matrix;
    return outcome_ok();
}

outcome_t onednn_matrix_set(onednn_t *onednn, onednn_matrix_t *matrix, int64_t first, int64_t rows, const float *weights,
                            const float *biases)
{
    onednn_prepare_thread();
    void *at = NULL;
    dnnl_status_t status = onednn_reorder_rows(onednn, &matrix->plain, first, rows, weights, matrix->weights);
    if (status == dnnl_success)
        status = dnnl_memory_get_data_handle(matrix->biases, &at);
    if (status == dnnl_success)
        memcpy((float *)at + first, biases, (size_t)rows * sizeof *biases);
    return status == dnnl_success ? outcome_ok() : onednn_failure("weights", status);
}

void onednn_matrix_free(onednn_matrix_t *matrix)
{
    if (matrix == NULL)
        return;
    dnnl_memory_destroy(matrix->weights);
    dnnl_memory_destroy(matrix->biases);
    free(matrix);
}

/* ===  Products  === */

outcome_t onednn_product_create(onednn_t *onednn, int64_t k, int64_t c, bool accumulate, int64_t most_rows,
                                onednn_product_t **created)
{
    *created = NULL;
    onednn_product_t *product = calloc(1, sizeof *product);
    if (product == NULL)
        return outcome_out_of_memory("product");
    *product = (onednn_product_t){.onednn = onednn, .k = k, .c = c, .most_rows = most_rows, .accumulate = accumulate};
    product->sized = calloc((size_t)most_rows + 1, sizeof *product->sized);
    dnnl_status_t status = product->sized == NULL ? dnnl_out_of_memory : dnnl_success;
    if (status == dnnl_success)
        status = dnnl_stream_create(&product->stream, onednn->engine, dnnl_stream_default_flags);
    if (status == dnnl_success)
        status = choose_layout(onednn, k, c, &product->weights);
    if (status != dnnl_success) {
        onednn_product_free(product);
        return onednn_failure("product", status);
    }
    *created = product;
    return outcome_ok();
}

static dnnl_status_t make_sized(onednn_product_t *product, int64_t rows, sized_t *sized)
{
    dnnl_engine_t engine = product->onednn->engine;
    dnnl_status_t status = describe_product(product->onednn, rows, product->k, product->c, product->accumulate,
                                            &product->weights, &sized->description);
    if (status == dnnl_success)
        status = dnnl_memory_create(&sized->source, dnnl_primitive_desc_query_md(sized->description, dnnl_query_src_md, 0),
                                    engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success)
        status = dnnl_memory_create(&sized->target, dnnl_primitive_desc_query_md(sized->description, dnnl_query_dst_md, 0),
                                    engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success)
        status = dnnl_memory_create(&sized->scratch,
                                    dnnl_primitive_desc_query_md(sized->description, dnnl_query_scratchpad_md, 0), engine,
                                    DNNL_MEMORY_ALLOCATE);
    if (status == dnnl_success)
        status = dnnl_primitive_create(&sized->primitive, sized->description);
    return status;
}

bool onednn_multiply(onednn_product_t *product, const onednn_matrix_t *matrix, int64_t rows, const float *source,
                     float *target)
{
    sized_t *sized = &product->sized[rows];
    dnnl_status_t status = sized->primitive == NULL ? make_sized(product, rows, sized) : dnnl_success;
    if (status == dnnl_success)
        status = dnnl_memory_set_data_handle(sized->source, (void *)(uintptr_t)source);
    if (status == dnnl_success)
        status = dnnl_memory_set_data_handle(sized->target, target);
    if (status != dnnl_success)
        return false;
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, sized->source},
                                         {DNNL_ARG_WEIGHTS, matrix->weights},
                                         {DNNL_ARG_BIAS, matrix->biases},
                                         {DNNL_ARG_DST, sized->target},
                                         {DNNL_ARG_SCRATCHPAD, sized->scratch}};
    return dnnl_primitive_execute(sized->primitive, product->stream, 5, arguments) == dnnl_success &&
           dnnl_stream_wait(product->stream) == dnnl_success;
}

void onednn_product_free(onednn_product_t *product)
{
    if (product == NULL)
        return;
    for (int64_t rows = 0; rows <= product->most_rows && product->sized != NULL; rows++) {
        sized_t *sized = &product->sized[rows];
        dnnl_memory_destroy(sized->source);
        dnnl_memory_destroy(sized->target);
        dnnl_memory_destroy(sized->scratch);
        dnnl_primitive_destroy(sized->primitive);
        dnnl_primitive_desc_destroy(sized->description);
    }
    dnnl_stream_destroy(product->stream);
    free(product->sized);
    free(product);
}

bool onednn_gemm(bool transposed, int64_t m, int64_t n, int64_t k, const float *a, int64_t row_of_a, const float *b,
                 int64_t row_of_b, float *c, int64_t row_of_c)
{
    return dnnl_sgemm('N', transposed ? 'T' : 'N', m, n, k, 1.0F, a, row_of_a, b, row_of_b, 0.0F, c, row_of_c) ==
           dnnl_success;
}
