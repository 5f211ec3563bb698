/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packed files are made from a set of tensors, as the program makes them, so both write the same bytes. */
#include "compress/pack.h"

#include "base/text.h"
#include "compress/columns.h"
#include "compress/notes.h"
#include "compress/spec.h"
#include "compress/weight_tensors.h"
#include "library/call.h"
#include "library/compressed.h"

#include <stdlib.h>
#include <string.h>

static const char where[] = "packed file";

static outcome_t copy_notes(const tensor_set_t *from, tensor_set_t *to)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < from->note_count && outcome_is_ok(&result); i++)
        result = tensor_set_note(to, from->notes[i].key, from->notes[i].value);
    return result;
}

/* ===  Packing  === */

/* A file has one method: tensors of two calls have other notes, or may have. */
static outcome_t check_notes(const bbs_compressed_t *first, const bbs_compressed_t *other)
{
    for (size_t i = 0; i < first->notes.note_count; i++) {
        const tensor_note_t *note = &first->notes.notes[i];
        const char *value = tensor_set_get_note(&other->notes, note->key);
        if (value == NULL || !text_equal(value, note->value))
            return outcome_usage(where, text_of("tensor %s", other->name).chars,
                                 text_of("%s %s", note->key, value != NULL ? value : "unknown").chars,
                                 text_of("%s, as tensor %s has", note->value, first->name).chars,
                                 "pack tensors of one call together");
    }
    return outcome_ok();
}

static outcome_t fill_set(bbs_compressed_t *const *tensors, size_t count, tensor_set_t *set)
{
    compress_size_t total = {0};
    outcome_t result =
        count > 0 ? copy_notes(&tensors[0]->notes, set) : outcome_usage(where, "count", "0", "at least one tensor", NULL);
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++) {
        const bbs_compressed_t *tensor = tensors[i];
        if (outcome_bad(&result, check_notes(tensors[0], tensor)))
            break;
        compress_add_size(&total, &tensor->layer, &tensor->arrays);
        result = weight_tensors_add(set, tensor->name, tensor->rank, tensor->shape, &tensor->layer, &tensor->arrays);
    }
    return outcome_is_ok(&result) ? notes_of_size(&total, set) : result;
}

bbs_code_t bbs_pack(bbs_compressed_t *const *tensors, size_t count, int threads, uint8_t **bytes, size_t *size,
                    bbs_error_t *error)
{
    call_t call;
    tensor_set_t set = {0};
    bytes_t file = {0};
    pack_report_t report;
    int crew;
    outcome_t result = call_begin(&call);
    if (!outcome_is_ok(&result) || outcome_bad(&result, call_threads(threads, &crew)) ||
        outcome_bad(&result, fill_set(tensors, count, &set)) ||
        outcome_bad(&result, pack_encode(where, &set, crew, &file, &report)))
        goto out;
    *bytes = file.data;
    *size = file.size;

out:
    tensor_set_free(&set);
    return call_end(&call, &result, error);
}

void bbs_bytes_free(uint8_t *bytes)
{
    free(bytes);
}

/* ===  Unpacking  === */

static outcome_t copy_part(const tensor_t *part, void **copy)
{
    *copy = NULL;
    if (part == NULL)
        return outcome_ok();
    size_t size = (size_t)part->count * tensor_type_size(part->type);
    *copy = malloc(size + 1);
    if (*copy == NULL)
        return outcome_out_of_memory(part->name);
    memcpy(*copy, part->data, size);
    return outcome_ok();
}

static outcome_t copy_arrays(const tensor_set_t *set, const tensor_t *weight, compressed_t *arrays)
{
    void *copies[WEIGHT_PARTS] = {NULL}, *values = NULL;
    outcome_t result = copy_part(weight, &values);
    for (weight_part_t part = 0; part < WEIGHT_PARTS && outcome_is_ok(&result); part++)
        result = copy_part(weight_tensors_part(set, weight->name, part), &copies[part]);
    *arrays = (compressed_t){.values = values,
                             .scale = copies[WEIGHT_SCALE],
                             .stored = copies[WEIGHT_STORED],
                             .meta = copies[WEIGHT_META],
                             .bits = copies[WEIGHT_BITS]};
    return result;
}

/* The sizes that compressing counted; a file holds the channels' bits and the metadata, not the counts. */
static void count_sizes(const tensor_t *meta, const column_coder_t *coder, const compress_layer_t *layer,
                        compressed_t *arrays)
{
    const int64_t per_channel = compress_layer_size(layer) / layer->k;
    for (int64_t channel = 0; channel < layer->k; channel++) {
        arrays->value_bits += arrays->bits[channel] * per_channel;
        arrays->sensitive += arrays->bits[channel] == 8;
    }
    const int64_t pruned = layer->k - arrays->sensitive;
    arrays->groups = meta != NULL ? meta->count : 0;
    if (meta != NULL && coder != NULL)
        arrays->meta_bits = pruned * (arrays->groups / layer->k) * coder->meta_bits;
    if (pruned > 0 && arrays->sensitive > 0)
        arrays->meta_bits += layer->k * compress_index_bits(layer->k);
}

/* A file can hold plain tensors with the names of a weight and some of its parts: only a weight with parts of its sizes is
 * taken. */
static outcome_t check_parts(const tensor_set_t *set, const bbs_compressed_t *made)
{
    const int64_t counts[WEIGHT_PARTS] = {
        [WEIGHT_SCALE] = made->layer.k, [WEIGHT_STORED] = compress_layer_size(&made->layer), [WEIGHT_BITS] = made->layer.k};
    for (weight_part_t part = 0; part < WEIGHT_PARTS; part++) {
        const tensor_t *tensor = weight_tensors_part(set, made->name, part);
        bool fits = tensor != NULL && tensor->type == weight_part_type(part) && tensor->count == counts[part];
        if (part == WEIGHT_META)
            fits = tensor == NULL || (tensor->type == weight_part_type(part) && tensor->count % made->layer.k == 0);
        if (!fits)
            return outcome_failed(where, text_of("tensor %s", made->name).chars,
                                  text_of("no fitting %s%s", made->name, weight_part_name(part)).chars, "a packed weight",
                                  NULL);
    }
    return outcome_ok();
}

static outcome_t take_weight(const tensor_set_t *set, const tensor_t *weight, const column_coder_t *coder,
                             bbs_compressed_t **made)
{
    outcome_t result = compressed_new(weight->name, weight->rank, weight->shape, made);
    if (!outcome_is_ok(&result) || outcome_bad(&result, copy_notes(set, &(*made)->notes)) ||
        outcome_bad(&result, check_parts(set, *made)) || outcome_bad(&result, copy_arrays(set, weight, &(*made)->arrays)))
        return result;
    count_sizes(weight_tensors_part(set, weight->name, WEIGHT_META), coder, &(*made)->layer, &(*made)->arrays);
    return result;
}

static outcome_t read_coder(const tensor_set_t *set, const column_coder_t **coder)
{
    const method_t *method;
    method_config_t config;
    const char *spec = tensor_set_get_note(set, "method");
    if (spec == NULL)
        return outcome_failed(where, "notes", "no method", "the notes of a compressed file", NULL);
    outcome_t result = method_parse(spec, &method, &config);
    if (!outcome_is_ok(&result))
        return outcome_failed(where, "notes, method", spec, "a method of this version", NULL);
    *coder = method->coder;
    return result;
}

bbs_code_t bbs_unpack(const uint8_t *bytes, size_t size, int threads, bbs_compressed_t ***tensors, size_t *count,
                      bbs_error_t *error)
{
    call_t call;
    tensor_set_t set = {0};
    bbs_compressed_t **made = NULL;
    const column_coder_t *coder = NULL;
    size_t taken = 0;
    int crew;
    outcome_t result = call_begin(&call);
    if (!outcome_is_ok(&result) || outcome_bad(&result, call_threads(threads, &crew)) ||
        outcome_bad(&result, pack_decode(where, bytes, size, crew, &set)) || outcome_bad(&result, read_coder(&set, &coder)))
        goto out;
    made = calloc(set.count + 1, sizeof *made);
    if (made == NULL)
        result = outcome_out_of_memory(where);
    for (size_t i = 0; i < set.count && outcome_is_ok(&result); i++)
        if (weight_tensors_is_weight(&set, &set.items[i]))
            result = take_weight(&set, &set.items[i], coder, &made[taken++]);
    if (!outcome_is_ok(&result))
        goto out;
    *tensors = made;
    *count = taken;
    made = NULL;

out:
    bbs_list_free(made, taken);
    tensor_set_free(&set);
    return call_end(&call, &result, error);
}
