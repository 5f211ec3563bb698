/* SPDX-License-Identifier: GPL-3.0-or-later */
/* First all tensors of the new file are described, and its header is written. Then the file that is read is gone through in
 * its order: a weight is read, compressed and written in parts, any other tensor is copied in pieces. A part of a weight
 * has bytes of up to five tensors, each of which has its own place in the file. */
#include "weights/int8_file.h"

#include "compress/weight_tensors.h"
#include "tensor/safetensors_writer.h"
#include "weights/int8_tensors.h"

enum { PIECE = 1 << 24 /* elements that are copied at a time */ };

outcome_t int8_file_notes(const tensor_set_t *set, tensor_set_t *out)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < set->note_count && outcome_is_ok(&result); i++)
        result = tensor_set_note(out, set->notes[i].key, set->notes[i].value);
    return result;
}

typedef struct {
    const int8_file_t *file;
    const compress_parts_t *parts; /* NULL: INT8 weights */
    tensor_set_t *out;
    safetensors_writer_t writer;
    size_t at;       /* the next tensor of the new file */
    int64_t layer_k; /* channels of the layer that is written */
} work_t;

/* ===  What the file will hold  === */

static bool is_weight(const int8_file_t *file, size_t tensor, size_t layer)
{
    return layer < file->network->count && file->network->places[layer] == tensor;
}

static outcome_t describe_weight(const work_t *work, const tensor_t *tensor, size_t layer)
{
    if (work->parts != NULL)
        return weight_tensors_describe(work->out, tensor->name, tensor->rank, tensor->shape, &work->parts->forms[layer]);
    outcome_t result = tensor_set_describe(work->out, tensor->name, TENSOR_I8, tensor->rank, tensor->shape);
    return outcome_is_ok(&result) ? weight_tensors_describe_part(work->out, tensor->name, WEIGHT_SCALE, 1, tensor->shape)
                                  : result;
}

static outcome_t describe(const work_t *work)
{
    const int8_file_t *file = work->file;
    outcome_t result = outcome_ok();
    for (size_t i = 0, layer = 0; i < file->set->count && outcome_is_ok(&result); i++) {
        const tensor_t *tensor = &file->set->items[i];
        if (is_weight(file, i, layer))
            result = describe_weight(work, tensor, layer++);
        else if (!int8_tensors_is_scale(file->set, file->network, tensor))
            result = tensor_set_describe(work->out, tensor->name, tensor->type, tensor->rank, tensor->shape);
    }
    return result;
}

/* ===  Writing  === */

/* Channels [first, first + channels) of one of the weight's tensors, which has as many bytes for each channel. */
static outcome_t put_channels(work_t *work, size_t *at, int64_t first, int64_t channels, const void *data)
{
    const tensor_t *tensor = &work->out->items[*at];
    const int64_t each = tensor->count * (int64_t)tensor_type_size(tensor->type) / work->layer_k;
    return safetensors_put(&work->writer, (*at)++, first * each, data, (size_t)(channels * each));
}

static outcome_t put_int8(void *context, int64_t first, const compress_layer_t *part)
{
    work_t *work = context;
    size_t at = work->at;
    outcome_t result = put_channels(work, &at, first, part->k, part->q);
    return outcome_is_ok(&result) ? put_channels(work, &at, first, part->k, part->scale) : result;
}

static outcome_t put_compressed(void *context, int64_t first, const compress_layer_t *part, const compressed_t *compressed)
{
    work_t *work = context;
    size_t at = work->at;
    const float *floats = compressed->floats != NULL ? compressed->floats : part->weights;
    const void *values = compressed->values != NULL ? (const void *)compressed->values : floats;
    const void *const arrays[] = {values, compressed->scale, compressed->stored, compressed->meta, compressed->bits};
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays && outcome_is_ok(&result); i++)
        if (arrays[i] != NULL)
            result = put_channels(work, &at, first, part->k, arrays[i]);
    return result;
}

static outcome_t write_weight(work_t *work, size_t layer)
{
    const int8_file_t *file = work->file;
    work->layer_k = file->network->layers[layer].k;
    return work->parts != NULL
               ? compress_parts_layer(work->parts, layer, put_compressed, work)
               : compress_source_each(file->source, layer, compress_source_step(file->source, layer, 1), put_int8, work);
}

static outcome_t copy(work_t *work, const tensor_t *tensor)
{
    const int64_t size = (int64_t)tensor_type_size(tensor->type);
    outcome_t result = outcome_ok();
    for (int64_t first = 0; first < tensor->count && outcome_is_ok(&result); first += PIECE) {
        const int64_t count = tensor->count - first < PIECE ? tensor->count - first : PIECE;
        result = safetensors_put(&work->writer, work->at, first * size, (const char *)tensor->data + first * size,
                                 (size_t)(count * size));
        tensor_rest_part(tensor, first, count);
    }
    return result;
}

/* How many tensors of the new file are this weight. */
static size_t tensors_of(const work_t *work, size_t layer)
{
    if (work->parts == NULL)
        return 2;
    const compress_form_t *form = &work->parts->forms[layer];
    return 2u + form->integers + form->stored + form->meta;
}

static outcome_t write_tensors(work_t *work)
{
    const int8_file_t *file = work->file;
    outcome_t result = outcome_ok();
    for (size_t i = 0, layer = 0; i < file->set->count && outcome_is_ok(&result); i++) {
        const tensor_t *tensor = &file->set->items[i];
        if (is_weight(file, i, layer)) {
            result = write_weight(work, layer);
            work->at += tensors_of(work, layer++);
        } else if (!int8_tensors_is_scale(file->set, file->network, tensor)) {
            result = copy(work, tensor);
            work->at++;
        }
    }
    return result;
}

static outcome_t write_file(work_t *work, const char *path)
{
    outcome_t result;
    if (outcome_bad(&result, describe(work)) || outcome_bad(&result, safetensors_begin(&work->writer, path, work->out)))
        return result;
    if (!outcome_bad(&result, write_tensors(work)))
        result = safetensors_end(&work->writer);
    safetensors_abandon(&work->writer);
    return result;
}

outcome_t int8_file_quantised(const int8_file_t *file, const char *path, tensor_set_t *out)
{
    work_t work = {.file = file, .out = out};
    return write_file(&work, path);
}

outcome_t int8_file_compressed(const int8_file_t *file, const compress_parts_t *parts, const char *path, tensor_set_t *out)
{
    work_t work = {.file = file, .parts = parts, .out = out};
    return write_file(&work, path);
}
