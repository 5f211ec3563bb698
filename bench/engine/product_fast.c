/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fast set: oneDNN only multiplies and sums.
 *
 * Observed in oneDNN 2.6.3, and tested by tests/unit/test_products.c with every instruction set of the machine: without
 * VNNI all its u8 x s8 kernels saturate in 16 bits; its convolutions, except kernels whose name begins with "brg", convert
 * their sums to float32; dnnl_gemm_u8s8s32 does not. parts.h turns both into limits on the weights of one product. */
#include "engine/product.h"

#include "engine/onednn_internal.h"
#include "engine/parts.h"
#include "engine/tiles.h"

#include <stdlib.h>
#include <string.h>

enum { PAIR_LIMIT = 64, EXACT_FLOAT = 1 << 24 };

struct product {
    product_shape_t shape;
    parts_limits_t limits;
    int part_count;              /* parts of the current weights */
    int8_t *matrix[PARTS_LIMIT]; /* [k, c, kh, kw]; for convolutions only until all rows are set */
    onednn_t *onednn;            /* from here on only for convolutions */
    dnnl_primitive_desc_t description;
    dnnl_primitive_t primitive;
    dnnl_memory_desc_t plain; /* of all weights */
    dnnl_memory_t weights[PARTS_LIMIT];
};

static bool saturates(void)
{
    const unsigned isa = (unsigned)dnnl_get_effective_cpu_isa(), vnni = (unsigned)dnnl_cpu_isa_avx512_core_vnni;
    return (isa & vnni) != vnni && dnnl_get_effective_cpu_isa() != dnnl_cpu_isa_avx2_vnni;
}

static bool is_convolution(const product_t *product)
{
    return product->shape.in_h > 0;
}

/* ===  Making  === */

static dnnl_memory_desc_t describe(const dnnl_dims_t dims, dnnl_data_type_t type, dnnl_format_tag_t tag)
{
    dnnl_memory_desc_t description;
    dnnl_memory_desc_init_by_tag(&description, 4, dims, type, tag);
    return description;
}

static dnnl_memory_desc_t describe_weights(const product_shape_t *shape, bool plain)
{
    const int64_t groups = product_groups(shape);
    const dnnl_dims_t dims = {shape->k, shape->c, shape->kh, shape->kw},
                      grouped = {groups, shape->k / groups, shape->c / groups, shape->kh, shape->kw};
    if (groups == 1)
        return describe(dims, dnnl_s8, plain ? dnnl_oihw : dnnl_format_tag_any);
    dnnl_memory_desc_t description;
    dnnl_memory_desc_init_by_tag(&description, 5, grouped, dnnl_s8, plain ? dnnl_goihw : dnnl_format_tag_any);
    return description;
}

static dnnl_status_t make_convolution(product_t *product)
{
    const product_shape_t *shape = &product->shape;
    const dnnl_dims_t source = {1, shape->c, shape->in_h, shape->in_w}, target = {1, shape->k, shape->out_h, shape->out_w},
                      strides = {shape->stride, shape->stride}, before = {shape->pad_top, shape->pad_left},
                      after = {shape->pad_bottom, shape->pad_right};
    const dnnl_memory_desc_t from = describe(source, dnnl_u8, dnnl_nhwc), to = describe(target, dnnl_s32, dnnl_nhwc),
                             any = describe_weights(shape, false);
    product->plain = describe_weights(shape, true);
    dnnl_convolution_desc_t description;
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_status_t status = dnnl_convolution_forward_desc_init(&description, dnnl_forward_inference, dnnl_convolution_direct,
                                                              &from, &any, NULL, &to, strides, before, after);
    if (status == dnnl_success)
        status = onednn_make_attributes(&(onednn_after_t){0}, &attributes);
    if (status == dnnl_success)
        status = dnnl_primitive_desc_create(&product->description, &description, attributes, product->onednn->engine, NULL);
    if (status == dnnl_success)
        status = dnnl_primitive_create(&product->primitive, product->description);
    dnnl_primitive_attr_destroy(attributes);
    return status;
}

static bool sums_in_integers(const product_t *product)
{
    const char *name = "";
    return dnnl_primitive_desc_query(product->description, dnnl_query_impl_info_str, 0, (void *)&name) == dnnl_success &&
           strncmp(name, "brg", 3) == 0;
}

static outcome_t open_fast(const product_shape_t *shape, product_t **opened)
{
    product_t *product = calloc(1, sizeof *product);
    outcome_t result;
    *opened = product;
    if (product == NULL)
        return outcome_out_of_memory("integer weights");
    product->shape = *shape;
    product->limits = parts_whole;
    if (saturates()) {
        product->limits.least = -PAIR_LIMIT;
        product->limits.most = PAIR_LIMIT;
    }
    if (!is_convolution(product))
        return outcome_ok();
    if (outcome_bad(&result, onednn_create(&product->onednn)))
        return result;
    dnnl_status_t status = make_convolution(product);
    if (status == dnnl_success && !sums_in_integers(product))
        product->limits.total = EXACT_FLOAT / UINT8_MAX;
    return status == dnnl_success ? result : onednn_failure("integer convolution", status);
}

static void close_fast(product_t *product)
{
    if (product == NULL)
        return;
    for (int part = 0; part < PARTS_LIMIT; part++) {
        free(product->matrix[part]);
        dnnl_memory_destroy(product->weights[part]);
    }
    dnnl_primitive_destroy(product->primitive);
    dnnl_primitive_desc_destroy(product->description);
    onednn_free(product->onednn);
    free(product);
}

/* ===  Weights  === */

/* Copy one part of some rows into its plain matrix, which is zero at first. */
static bool place_part(product_t *product, int part, int64_t first, int64_t rows, int64_t row, const int8_t *values)
{
    if (product->matrix[part] == NULL)
        product->matrix[part] = calloc((size_t)product->shape.k, (size_t)row);
    if (product->matrix[part] == NULL)
        return false;
    memcpy(product->matrix[part] + first * row, values, (size_t)(rows * row));
    return true;
}

/* Called when all rows are set: reorder the weights of a convolution for its kernel. (oneDNN cannot reorder only some rows
 * of INT8 weights.) */
static dnnl_status_t complete(product_t *product)
{
    dnnl_status_t status = dnnl_success;
    for (int part = 0; is_convolution(product) && part < PARTS_LIMIT && status == dnnl_success; part++) {
        if (part < product->part_count && product->weights[part] == NULL)
            status = dnnl_memory_create(&product->weights[part],
                                        dnnl_primitive_desc_query_md(product->description, dnnl_query_weights_md, 0),
                                        product->onednn->engine, DNNL_MEMORY_ALLOCATE);
        if (status == dnnl_success && part < product->part_count)
            status = onednn_reorder_rows(product->onednn, &product->plain, 0, product->shape.k, product->matrix[part],
                                         product->weights[part]);
        free(product->matrix[part]);
        product->matrix[part] = NULL;
    }
    return status;
}

static int split_rows(const product_t *product, int64_t rows, int64_t row, const int16_t *weights, int8_t *values)
{
    int8_t *parts[PARTS_LIMIT];
    int most = 1;
    for (int64_t k = 0; k < rows; k++) {
        for (int part = 0; part < PARTS_LIMIT; part++)
            parts[part] = values + (part * rows + k) * row;
        const int needed = parts_split(weights + k * row, row, &product->limits, parts);
        if (needed == 0)
            return 0;
        most = needed > most ? needed : most;
    }
    return most;
}

enum { ROWS = 64 }; /* split and placed at a time */

static outcome_t set_fast(product_t *product, int64_t first, int64_t rows, const int16_t *weights)
{
    const product_shape_t *shape = &product->shape;
    const int64_t row = product_weights(shape);
    outcome_t result = product_check(shape, first, rows, weights);
    int8_t *values = malloc((size_t)(PARTS_LIMIT * ROWS * row));
    if (values == NULL && outcome_is_ok(&result))
        result = outcome_out_of_memory("integer weights");
    if (first == 0)
        product->part_count = 1;
    onednn_prepare_thread();
    for (int64_t at = 0; at < rows && outcome_is_ok(&result); at += ROWS) {
        const int64_t count = rows - at < ROWS ? rows - at : ROWS;
        const int needed = split_rows(product, count, row, weights + at * row, values);
        product->part_count = needed > product->part_count ? needed : product->part_count;
        if (needed == 0)
            result = outcome_failed("integer kernels", "weights", "a row of too many parts", "at most 16",
                                    "use --kernels plain");
        for (int part = 0; part < PARTS_LIMIT && outcome_is_ok(&result); part++)
            if ((part < needed || product->matrix[part] != NULL) &&
                !place_part(product, part, first + at, count, row, values + part * count * row))
                result = outcome_out_of_memory("integer weights");
    }
    if (outcome_is_ok(&result) && first + rows == shape->k) {
        const dnnl_status_t status = complete(product);
        if (status != dnnl_success)
            result = onednn_failure("integer weights", status);
    }
    free(values);
    return result;
}

/* ===  Running  === */

static int64_t all_sums(const product_shape_t *shape)
{
    return shape->out_h * shape->out_w * shape->k;
}

static int64_t scratch_fast(const product_t *product)
{
    if (!is_convolution(product))
        return 0;
    const dnnl_memory_desc_t *scratch = dnnl_primitive_desc_query_md(product->description, dnnl_query_scratchpad_md, 0);
    return (int64_t)(dnnl_memory_desc_get_size(scratch) + 63) / 64 * 64 +
           all_sums(&product->shape) * (int64_t)sizeof(int32_t); /* sums of a further part */
}

static void add(const int32_t *more, int64_t count, int32_t *sums)
{
    for (int64_t i = 0; i < count; i++)
        sums[i] += more[i];
}

static dnnl_status_t memory_of(const product_t *product, dnnl_query_t what, const void *data, dnnl_memory_t *memory)
{
    return dnnl_memory_create(memory, dnnl_primitive_desc_query_md(product->description, what, 0), product->onednn->engine,
                              (void *)(uintptr_t)data);
}

static dnnl_status_t convolve_part(const product_t *product, int part, const uint8_t *source, int32_t *sums, void *scratch)
{
    dnnl_stream_t stream = NULL;
    dnnl_memory_t from = NULL, to = NULL, pad = NULL;
    dnnl_status_t status = dnnl_stream_create(&stream, product->onednn->engine, dnnl_stream_default_flags);
    if (status == dnnl_success)
        status = memory_of(product, dnnl_query_src_md, source, &from);
    if (status == dnnl_success)
        status = memory_of(product, dnnl_query_dst_md, sums, &to);
    if (status == dnnl_success)
        status = memory_of(product, dnnl_query_scratchpad_md, scratch, &pad);
    const dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_SRC, from}, {DNNL_ARG_WEIGHTS, product->weights[part]}, {DNNL_ARG_DST, to}, {DNNL_ARG_SCRATCHPAD, pad}};
    if (status == dnnl_success)
        status = dnnl_primitive_execute(product->primitive, stream, 4, arguments);
    if (status == dnnl_success)
        status = dnnl_stream_wait(stream);
    dnnl_memory_destroy(from);
    dnnl_memory_destroy(to);
    dnnl_memory_destroy(pad);
    dnnl_stream_destroy(stream);
    return status;
}

static bool convolve_fast(const product_t *product, const uint8_t *source, int32_t *sums, void *scratch,
                          const product_reader_t *reader)
{
    const int64_t count = all_sums(&product->shape);
    int32_t *more = (int32_t *)(void *)((char *)scratch + scratch_fast(product) - count * (int64_t)sizeof *more);
    dnnl_status_t status = convolve_part(product, 0, source, sums, scratch);
    for (int part = 1; part < product->part_count && status == dnnl_success; part++) {
        status = convolve_part(product, part, source, more, scratch);
        add(more, count, sums);
    }
    if (status == dnnl_success)
        product_give(sums, count / product->shape.k, product->shape.k, reader);
    return status == dnnl_success;
}

static bool gemm(bool transposed, int64_t m, int64_t n, int64_t k, const uint8_t *a, int64_t row_of_a, const int8_t *b,
                 int64_t row_of_b, bool accumulate, int32_t *sums, int64_t stride)
{
    const int32_t offset = 0;
    return dnnl_gemm_u8s8s32('N', transposed ? 'T' : 'N', 'F', m, n, k, 1.0F, a, row_of_a, 0, b, row_of_b, 0,
                             accumulate ? 1.0F : 0.0F, sums, stride, &offset) == dnnl_success;
}

static bool multiply_fast(const product_t *product, int64_t rows, const uint8_t *source, int64_t stride, int64_t first,
                          int64_t count, int32_t *sums, void *scratch, const product_reader_t *reader)
{
    const product_shape_t *shape = &product->shape;
    bool done = true;
    (void)scratch;
    for (int part = 0; part < product->part_count && done; part++)
        done = gemm(true, rows, shape->k, count, source, stride, product->matrix[part] + first, shape->c, part > 0, sums,
                    shape->k);
    if (done)
        product_give(sums, rows, shape->k, reader);
    return done;
}

/* Two halves of b, where the whole could not be multiplied exactly. */
static void pack_fast(bool transposed, int64_t n, int64_t k, const int8_t *b, int8_t *packed)
{
    (void)transposed;
    for (int64_t i = 0; i < k * n && saturates(); i++) {
        packed[i] = (int8_t)(b[i] / 2); /* rounded towards zero: -64..63; the rest is -64..64 */
        packed[k * n + i] = (int8_t)(b[i] - packed[i]);
    }
}

static bool pair_fast(bool transposed, int64_t m, int64_t n, int64_t k, const uint8_t *a, const int8_t *b,
                      const int8_t *packed, int32_t *sums, int64_t stride, int32_t *more)
{
    const int64_t row_of_b = transposed ? k : n;
    if (!saturates())
        return gemm(transposed, m, n, k, a, k, b, row_of_b, false, sums, stride);
    if (!gemm(transposed, m, n, k, a, k, packed, row_of_b, false, sums, stride) ||
        !gemm(transposed, m, n, k, a, k, packed + k * n, row_of_b, false, more, n))
        return false;
    for (int64_t row = 0; row < m; row++)
        add(more + row * n, n, sums + row * stride);
    return true;
}

const product_set_t *product_best(void)
{
    return tiles_available() && !saturates() ? &product_tiles : &product_fast;
}

const product_set_t product_fast = {.open = open_fast,
                                    .set = set_fast,
                                    .scratch = scratch_fast,
                                    .convolve = convolve_fast,
                                    .multiply = multiply_fast,
                                    .pack = pack_fast,
                                    .pair = pair_fast,
                                    .close = close_fast};
