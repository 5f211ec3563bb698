/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/onednn_internal.h"

#include "base/large.h"

#include <stdlib.h>
#include <string.h>

/* A function of the OpenMP run-time that Debian's oneDNN uses. The number belongs to the calling thread (OpenMP 5.0,
 * section 2.5.1: nthreads-var is one per data environment). Declared here: clang comes without omp.h. */
void omp_set_num_threads(int count);

enum { SOURCE, OTHER, TARGET, WEIGHTS, BIASES, SCRATCH, ARGUMENT_LIMIT };

struct onednn_op {
    dnnl_primitive_t primitive;
    dnnl_primitive_desc_t description;
    bool takes_two;
    dnnl_memory_desc_t plain_weights, plain_biases;
    dnnl_memory_t weights, biases; /* NULL for operations without */
    void *room;                    /* of the weights */
    bool whole;                    /* all rows must be reordered at once: a layout without parts (Winograd) */
    float *waiting;                /* of such an operation: rows that were set, until the last; else NULL */
};

struct onednn_binding {
    dnnl_primitive_t primitive; /* of the operation */
    dnnl_stream_t stream;
    dnnl_memory_t own[ARGUMENT_LIMIT]; /* SOURCE, OTHER, TARGET, SCRATCH; the rest belong to the operation */
    dnnl_exec_arg_t arguments[ARGUMENT_LIMIT];
    int count;
};

outcome_t onednn_failure(const char *what, dnnl_status_t status)
{
    return outcome_failed("oneDNN", what, text_of("status %d", (int)status).chars, "success",
                          status == dnnl_out_of_memory ? "free some memory"
                                                       : "this layer is not supported by the installed oneDNN");
}

void onednn_prepare_thread(void)
{
    omp_set_num_threads(1);
}

text_t onednn_version(void)
{
    static const struct {
        dnnl_cpu_isa_t isa;
        const char *name;
    } names[] = {{dnnl_cpu_isa_sse41, "sse41"},
                 {dnnl_cpu_isa_avx, "avx"},
                 {dnnl_cpu_isa_avx2, "avx2"},
                 {dnnl_cpu_isa_avx2_vnni, "avx2_vnni"},
                 {dnnl_cpu_isa_avx512_core, "avx512_core"},
                 {dnnl_cpu_isa_avx512_core_vnni, "avx512_core_vnni"},
                 {dnnl_cpu_isa_avx512_core_bf16, "avx512_core_bf16"},
                 {dnnl_cpu_isa_avx512_core_amx, "avx512_core_amx"}};
    const char *name = "other";
    dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].isa == isa)
            name = names[i].name;
    const dnnl_version_t *version = dnnl_version();
    return text_of("oneDNN %d.%d.%d (%s)", version->major, version->minor, version->patch, name);
}

/* AVX-512 kernels use blocks of 16 channels, others of 8 (oneDNN developer guide, "Understanding Memory Formats"). */
int onednn_block(void)
{
    return ((unsigned)dnnl_get_effective_cpu_isa() & (unsigned)dnnl_cpu_isa_avx512_core) ==
                   (unsigned)dnnl_cpu_isa_avx512_core
               ? 16
               : 8;
}

outcome_t onednn_create(onednn_t **created)
{
    onednn_prepare_thread();
    dnnl_set_default_fpmath_mode(dnnl_fpmath_mode_strict); /* not what $DNNL_DEFAULT_FPMATH_MODE says: it changes results */
    *created = NULL;
    onednn_t *onednn = calloc(1, sizeof *onednn);
    if (onednn == NULL)
        return outcome_out_of_memory("oneDNN");
    dnnl_status_t status = dnnl_engine_create(&onednn->engine, dnnl_cpu, 0);
    if (status != dnnl_success) {
        free(onednn);
        return onednn_failure("engine", status);
    }
    *created = onednn;
    return outcome_ok();
}

void onednn_free(onednn_t *onednn)
{
    if (onednn != NULL)
        dnnl_engine_destroy(onednn->engine);
    free(onednn);
}

/* ===  Making operations  === */

static dnnl_memory_desc_t describe(const onednn_plane_t *plane)
{
    const dnnl_dims_t dims = {1, plane->c, plane->h, plane->w};
    dnnl_format_tag_t blocked = onednn_block() == 16 ? dnnl_nChw16c : dnnl_nChw8c;
    dnnl_memory_desc_t description;
    dnnl_memory_desc_init_by_tag(&description, 4, dims, dnnl_f32, plane->layout == ONEDNN_BLOCKED ? blocked : dnnl_nchw);
    return description;
}

static dnnl_memory_desc_t describe_weights(int rank, const dnnl_dims_t dims, dnnl_format_tag_t tag)
{
    dnnl_memory_desc_t description;
    dnnl_memory_desc_init_by_tag(&description, rank, dims, dnnl_f32, tag);
    return description;
}

static dnnl_status_t append_after(const onednn_after_t *after, dnnl_post_ops_t behind)
{
    dnnl_status_t status = dnnl_success;
    if (after->accumulate)
        status = dnnl_post_ops_append_sum(behind, 1.0F);
    if (status == dnnl_success && after->relu)
        status = after->clip > 0 ? dnnl_post_ops_append_eltwise(behind, 1.0F, dnnl_eltwise_clip, 0.0F, after->clip)
                                 : dnnl_post_ops_append_eltwise(behind, 1.0F, dnnl_eltwise_relu, 0.0F, 0.0F);
    return status;
}

dnnl_status_t onednn_make_attributes(const onednn_after_t *after, dnnl_primitive_attr_t *attributes)
{
    dnnl_post_ops_t behind = NULL;
    dnnl_status_t status = dnnl_primitive_attr_create(attributes);
    if (status == dnnl_success)
        status = dnnl_primitive_attr_set_scratchpad_mode(*attributes, dnnl_scratchpad_mode_user);
    if (status == dnnl_success && (after->accumulate || after->relu)) {
        status = dnnl_post_ops_create(&behind);
        if (status == dnnl_success)
            status = append_after(after, behind);
        if (status == dnnl_success)
            status = dnnl_primitive_attr_set_post_ops(*attributes, behind);
        dnnl_post_ops_destroy(behind);
    }
    return status;
}

/* `description` is one of oneDNN's operation descriptors. */
static outcome_t make_op(onednn_t *onednn, const char *what, const_dnnl_op_desc_t description, const onednn_after_t *after,
                         onednn_op_t *op)
{
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_status_t status = onednn_make_attributes(after, &attributes);
    if (status == dnnl_success)
        status = dnnl_primitive_desc_create(&op->description, description, attributes, onednn->engine, NULL);
    if (status == dnnl_success)
        status = dnnl_primitive_create(&op->primitive, op->description);
    dnnl_primitive_attr_destroy(attributes);
    return status == dnnl_success ? outcome_ok() : onednn_failure(what, status);
}

static outcome_t make_weights(onednn_t *onednn, const char *what, onednn_op_t *op)
{
    const dnnl_memory_desc_t *wanted = dnnl_primitive_desc_query_md(op->description, dnnl_query_weights_md, 0);
    op->room = large_alloc(dnnl_memory_desc_get_size(wanted));
    if (op->room == NULL)
        return outcome_out_of_memory(what);
    dnnl_status_t status = dnnl_memory_create(&op->weights, wanted, onednn->engine, op->room);
    if (status == dnnl_success)
        status = dnnl_memory_create(&op->biases, &op->plain_biases, onednn->engine, DNNL_MEMORY_ALLOCATE);
    return status == dnnl_success ? outcome_ok() : onednn_failure(what, status);
}

/* Give the finished operation to the caller, or free it after a failure. */
static outcome_t deliver(outcome_t result, onednn_op_t *op, onednn_op_t **delivered)
{
    *delivered = outcome_is_ok(&result) ? op : NULL;
    if (!outcome_is_ok(&result))
        onednn_op_free(op);
    return result;
}

static dnnl_memory_desc_t describe_filters(const onednn_window_t *window, int64_t k, int64_t c, bool plain)
{
    const int64_t groups = window->groups > 1 ? window->groups : 1;
    const dnnl_dims_t shape = {k, c, window->kernel_h, window->kernel_w},
                      grouped = {groups, k / groups, c / groups, window->kernel_h, window->kernel_w};
    if (groups == 1)
        return describe_weights(4, shape, plain ? dnnl_oihw : dnnl_format_tag_any);
    return describe_weights(5, grouped, plain ? dnnl_goihw : dnnl_format_tag_any);
}

/* Winograd's form where it is asked for and there is one for this shape and processor. */
static outcome_t make_convolution(onednn_t *onednn, dnnl_convolution_desc_t *description, const onednn_window_t *window,
                                  const onednn_after_t *behind, onednn_op_t *op)
{
    if (window->winograd && window->kernel_h == 3 && window->kernel_w == 3 && window->stride == 1) {
        description->alg_kind = dnnl_convolution_winograd;
        const outcome_t result = make_op(onednn, "convolution", description, behind, op);
        if (outcome_is_ok(&result)) {
            op->whole = true;
            return result;
        }
        description->alg_kind = dnnl_convolution_direct;
    }
    return make_op(onednn, "convolution", description, behind, op);
}

outcome_t onednn_convolution(onednn_t *onednn, const onednn_plane_t *source, const onednn_plane_t *target,
                             const onednn_window_t *window, const onednn_after_t *behind, onednn_op_t **delivered)
{
    onednn_op_t *op = calloc(1, sizeof *op);
    if (op == NULL)
        return outcome_out_of_memory("convolution");
    const dnnl_dims_t strides = {window->stride, window->stride}, biases = {target->c};
    const dnnl_dims_t before = {window->pad_top, window->pad_left}, after = {window->pad_bottom, window->pad_right};
    dnnl_memory_desc_t from = describe(source), to = describe(target),
                       any = describe_filters(window, target->c, source->c, false);
    op->plain_weights = describe_filters(window, target->c, source->c, true);
    op->plain_biases = describe_weights(1, biases, dnnl_x);
    dnnl_convolution_desc_t description;
    dnnl_status_t status = dnnl_convolution_forward_desc_init(&description, dnnl_forward_inference, dnnl_convolution_direct,
                                                              &from, &any, &op->plain_biases, &to, strides, before, after);
    outcome_t result = status == dnnl_success ? outcome_ok() : onednn_failure("convolution", status);
    if (outcome_is_ok(&result))
        result = make_convolution(onednn, &description, window, behind, op);
    if (outcome_is_ok(&result))
        result = make_weights(onednn, "convolution weights", op);
    return deliver(result, op, delivered);
}

outcome_t onednn_inner_product(onednn_t *onednn, const onednn_plane_t *source, int64_t outputs, const onednn_after_t *after,
                               onednn_op_t **delivered)
{
    onednn_op_t *op = calloc(1, sizeof *op);
    if (op == NULL)
        return outcome_out_of_memory("inner product");
    const dnnl_dims_t shape = {outputs, source->c, source->h, source->w}, biases = {outputs}, dims = {1, outputs};
    dnnl_memory_desc_t from = describe(source), to = describe_weights(2, dims, dnnl_nc);
    dnnl_memory_desc_t any = describe_weights(4, shape, dnnl_format_tag_any);
    op->plain_weights = describe_weights(4, shape, dnnl_oihw);
    op->plain_biases = describe_weights(1, biases, dnnl_x);
    dnnl_inner_product_desc_t description;
    dnnl_status_t status =
        dnnl_inner_product_forward_desc_init(&description, dnnl_forward_inference, &from, &any, &op->plain_biases, &to);
    outcome_t result = status == dnnl_success ? outcome_ok() : onednn_failure("inner product", status);
    if (outcome_is_ok(&result))
        result = make_op(onednn, "inner product", &description, after, op);
    if (outcome_is_ok(&result))
        result = make_weights(onednn, "inner product weights", op);
    return deliver(result, op, delivered);
}

static outcome_t make_pool(onednn_t *onednn, dnnl_alg_kind_t kind, const onednn_plane_t *source,
                           const onednn_plane_t *target, const onednn_window_t *window, onednn_op_t **delivered)
{
    onednn_op_t *op = calloc(1, sizeof *op);
    if (op == NULL)
        return outcome_out_of_memory("pooling");
    const dnnl_dims_t strides = {window->stride, window->stride}, kernel = {window->kernel_h, window->kernel_w};
    const dnnl_dims_t before = {window->pad_top, window->pad_left}, after = {window->pad_bottom, window->pad_right};
    dnnl_memory_desc_t from = describe(source), to = describe(target);
    dnnl_pooling_desc_t description;
    dnnl_status_t status = dnnl_pooling_forward_desc_init(&description, dnnl_forward_inference, kind, &from, &to, strides,
                                                          kernel, before, after);
    outcome_t result = status == dnnl_success ? make_op(onednn, "pooling", &description, &(onednn_after_t){0}, op)
                                              : onednn_failure("pooling", status);
    return deliver(result, op, delivered);
}

outcome_t onednn_max_pool(onednn_t *onednn, const onednn_plane_t *source, const onednn_plane_t *target,
                          const onednn_window_t *window, onednn_op_t **op)
{
    return make_pool(onednn, dnnl_pooling_max, source, target, window, op);
}

outcome_t onednn_average_pool(onednn_t *onednn, const onednn_plane_t *source, onednn_op_t **op)
{
    const onednn_plane_t target = {.c = source->c, .h = 1, .w = 1, .layout = source->layout};
    const onednn_window_t window = {.kernel_h = source->h, .kernel_w = source->w, .stride = 1};
    return make_pool(onednn, dnnl_pooling_avg_exclude_padding, source, &target, &window, op);
}

outcome_t onednn_add(onednn_t *onednn, const onednn_plane_t *plane, const onednn_after_t *after, onednn_op_t **delivered)
{
    onednn_op_t *op = calloc(1, sizeof *op);
    if (op == NULL)
        return outcome_out_of_memory("addition");
    op->takes_two = true;
    dnnl_memory_desc_t both = describe(plane);
    dnnl_binary_desc_t description;
    dnnl_status_t status = dnnl_binary_desc_init(&description, dnnl_binary_add, &both, &both, &both);
    outcome_t result =
        status == dnnl_success ? make_op(onednn, "addition", &description, after, op) : onednn_failure("addition", status);
    return deliver(result, op, delivered);
}

void onednn_op_free(onednn_op_t *op)
{
    if (op == NULL)
        return;
    dnnl_memory_destroy(op->weights);
    dnnl_memory_destroy(op->biases);
    dnnl_primitive_destroy(op->primitive);
    dnnl_primitive_desc_destroy(op->description);
    free(op->room);
    free(op->waiting);
    free(op);
}

/* ===  Weights  === */

/* Copy plain values into the part of `target` that begins at `offsets`. */
static dnnl_status_t reorder(dnnl_engine_t engine, const dnnl_memory_desc_t *plain, const void *values,
                             const dnnl_memory_desc_t *part, void *target)
{
    dnnl_primitive_desc_t description = NULL;
    dnnl_primitive_t primitive = NULL;
    dnnl_memory_t from = NULL, to = NULL;
    dnnl_stream_t stream = NULL;
    dnnl_status_t status = dnnl_memory_create(&from, plain, engine, (void *)(uintptr_t)values);
    if (status == dnnl_success)
        status = dnnl_memory_create(&to, part, engine, target);
    if (status == dnnl_success)
        status = dnnl_reorder_primitive_desc_create(&description, plain, engine, part, engine, NULL);
    if (status == dnnl_success)
        status = dnnl_primitive_create(&primitive, description);
    if (status == dnnl_success)
        status = dnnl_stream_create(&stream, engine, dnnl_stream_default_flags);
    if (status == dnnl_success) {
        const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
        status = dnnl_primitive_execute(primitive, stream, 2, arguments);
    }
    if (status == dnnl_success)
        status = dnnl_stream_wait(stream);
    dnnl_stream_destroy(stream);
    dnnl_primitive_destroy(primitive);
    dnnl_primitive_desc_destroy(description);
    dnnl_memory_destroy(from);
    dnnl_memory_destroy(to);
    return status;
}

dnnl_status_t onednn_reorder_rows(onednn_t *onednn, const dnnl_memory_desc_t *plain, int64_t first, int64_t rows,
                                  const void *values, dnnl_memory_t target)
{
    const dnnl_memory_desc_t *whole = NULL;
    dnnl_memory_desc_t from = *plain, part;
    dnnl_dims_t dims, offsets = {0};
    void *data = NULL;
    dnnl_status_t status = dnnl_memory_get_memory_desc(target, &whole);
    if (status == dnnl_success)
        status = dnnl_memory_get_data_handle(target, &data);
    if (status != dnnl_success)
        return status;
    const int64_t each = plain->ndims == 5 ? plain->dims[1] : 1; /* filters of a group; the first dimension is the groups */
    if (rows == plain->dims[0] * each)
        return reorder(onednn->engine, plain, values, whole, data);
    if (first % each != 0 || rows % each != 0)
        return dnnl_invalid_arguments;
    memcpy(dims, plain->dims, sizeof dims);
    offsets[0] = first / each;
    dims[0] = rows / each;
    from.dims[0] = from.padded_dims[0] = dims[0]; /* plain: the strides stay */
    status = dnnl_memory_desc_init_submemory(&part, whole, dims, offsets);
    return status == dnnl_success ? reorder(onednn->engine, &from, values, &part, data) : status;
}

/* Keep rows until the last one comes, and reorder all then. */
static dnnl_status_t set_whole(onednn_t *onednn, onednn_op_t *op, int64_t first, int64_t rows, const float *weights)
{
    const int64_t *dims = op->plain_weights.dims;
    const int64_t row = dims[1] * dims[2] * dims[3], all = dims[0];
    dnnl_status_t status = dnnl_success;
    if (op->waiting == NULL)
        op->waiting = malloc((size_t)(all * row) * sizeof *weights);
    if (op->waiting == NULL)
        return dnnl_out_of_memory;
    memcpy(op->waiting + first * row, weights, (size_t)(rows * row) * sizeof *weights);
    if (first + rows == all) {
        status = onednn_reorder_rows(onednn, &op->plain_weights, 0, all, op->waiting, op->weights);
        free(op->waiting);
        op->waiting = NULL;
    }
    return status;
}

outcome_t onednn_set_rows(onednn_t *onednn, onednn_op_t *op, int64_t first, int64_t rows, const float *weights,
                          const float *biases)
{
    onednn_prepare_thread();
    void *at = NULL;
    dnnl_status_t status = op->whole ? set_whole(onednn, op, first, rows, weights)
                                     : onednn_reorder_rows(onednn, &op->plain_weights, first, rows, weights, op->weights);
    if (status == dnnl_success)
        status = dnnl_memory_get_data_handle(op->biases, &at);
    if (status == dnnl_success)
        memcpy((float *)at + first, biases, (size_t)rows * sizeof *biases);
    return status == dnnl_success ? outcome_ok() : onednn_failure("weights", status);
}

/* ===  Running  === */

static dnnl_status_t own_memory(onednn_t *onednn, const onednn_op_t *op, dnnl_query_t query, int index, void *values,
                                dnnl_memory_t *memory)
{
    return dnnl_memory_create(memory, dnnl_primitive_desc_query_md(op->description, query, index), onednn->engine, values);
}

outcome_t onednn_bind(onednn_t *onednn, const onednn_op_t *op, const float *source, const float *other, float *target,
                      onednn_binding_t **bound)
{
    *bound = NULL;
    onednn_binding_t *binding = calloc(1, sizeof *binding);
    if (binding == NULL)
        return outcome_out_of_memory("binding");
    binding->primitive = op->primitive;
    dnnl_status_t status = dnnl_stream_create(&binding->stream, onednn->engine, dnnl_stream_default_flags);
    if (status == dnnl_success)
        status = own_memory(onednn, op, dnnl_query_src_md, 0, (void *)(uintptr_t)source, &binding->own[SOURCE]);
    if (status == dnnl_success && op->takes_two)
        status = own_memory(onednn, op, dnnl_query_src_md, 1, (void *)(uintptr_t)other, &binding->own[OTHER]);
    if (status == dnnl_success)
        status = own_memory(onednn, op, dnnl_query_dst_md, 0, target, &binding->own[TARGET]);
    if (status == dnnl_success)
        status = own_memory(onednn, op, dnnl_query_scratchpad_md, 0, DNNL_MEMORY_ALLOCATE, &binding->own[SCRATCH]);
    if (status != dnnl_success) {
        onednn_binding_free(binding);
        return onednn_failure("binding", status);
    }
    const dnnl_exec_arg_t all[ARGUMENT_LIMIT] = {[SOURCE] = {DNNL_ARG_SRC_0, binding->own[SOURCE]},
                                                 [OTHER] = {DNNL_ARG_SRC_1, binding->own[OTHER]},
                                                 [TARGET] = {DNNL_ARG_DST, binding->own[TARGET]},
                                                 [WEIGHTS] = {DNNL_ARG_WEIGHTS, op->weights},
                                                 [BIASES] = {DNNL_ARG_BIAS, op->biases},
                                                 [SCRATCH] = {DNNL_ARG_SCRATCHPAD, binding->own[SCRATCH]}};
    for (int i = 0; i < ARGUMENT_LIMIT; i++)
        if (all[i].memory != NULL)
            binding->arguments[binding->count++] = all[i];
    *bound = binding;
    return outcome_ok();
}

bool onednn_run(onednn_binding_t *binding)
{
    return dnnl_primitive_execute(binding->primitive, binding->stream, binding->count, binding->arguments) ==
               dnnl_success &&
           dnnl_stream_wait(binding->stream) == dnnl_success;
}

void onednn_binding_free(onednn_binding_t *binding)
{
    if (binding == NULL)
        return;
    for (int i = 0; i < ARGUMENT_LIMIT; i++)
        dnnl_memory_destroy(binding->own[i]);
    dnnl_stream_destroy(binding->stream);
    free(binding);
}
