/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tensor/tensor.h"

#include "base/spill.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ALIGNMENT = 64, SPILLED = 1 << 25 /* bytes of a tensor that may be in a file */ };

static const struct {
    const char *name;
    size_t size;
} types[TENSOR_TYPE_COUNT] = {
    [TENSOR_F64] = {"F64", 8}, [TENSOR_F32] = {"F32", 4},   [TENSOR_F16] = {"F16", 2}, [TENSOR_BF16] = {"BF16", 2},
    [TENSOR_I64] = {"I64", 8}, [TENSOR_I32] = {"I32", 4},   [TENSOR_I16] = {"I16", 2}, [TENSOR_I8] = {"I8", 1},
    [TENSOR_U8] = {"U8", 1},   [TENSOR_BOOL] = {"BOOL", 1},
};

size_t tensor_type_size(tensor_type_t type)
{
    return types[type].size;
}

const char *tensor_type_name(tensor_type_t type)
{
    return types[type].name;
}

void tensor_shape_text(int rank, const int64_t *shape, char *text, size_t size)
{
    int used = snprintf(text, size, "[");
    for (int i = 0; i < rank && (size_t)used < size; i++)
        used += snprintf(text + used, size - (size_t)used, "%s%" PRId64, i ? ", " : "", shape[i]);
    if ((size_t)used < size)
        snprintf(text + used, size - (size_t)used, "]");
}

/* ===  Sets  === */

static outcome_t count_elements(const char *name, tensor_type_t type, int rank, const int64_t *shape, int64_t *count)
{
    *count = 1;
    if (rank < 0 || rank > TENSOR_MAX_RANK)
        return outcome_failed(name, "shape", text_of("%d dimensions", rank).chars, "0 to 8", NULL);
    for (int i = 0; i < rank; i++)
        if (shape[i] < 0 || __builtin_mul_overflow(*count, shape[i], count))
            return outcome_failed(name, "shape", "a negative or overflowing size", "a tensor that fits memory", NULL);
    int64_t bytes;
    if (__builtin_mul_overflow(*count, (int64_t)tensor_type_size(type), &bytes) || bytes > INT64_MAX - ALIGNMENT)
        return outcome_failed(name, "shape", "an overflowing size", "a tensor that fits memory", NULL);
    return outcome_ok();
}

/* Append a tensor without elements. */
static outcome_t add(tensor_set_t *set, const char *name, tensor_type_t type, int rank, const int64_t *shape,
                     tensor_t **added)
{
    int64_t count;
    outcome_t result = count_elements(name, type, rank, shape, &count);
    if (!outcome_is_ok(&result))
        return result;
    if (set->count == TENSOR_SET_LIMIT)
        return outcome_failed(name, NULL, "another tensor", text_of("at most %d in one set", TENSOR_SET_LIMIT).chars, NULL);
    if (tensor_set_find(set, name) != NULL)
        return outcome_failed(name, NULL, "the same tensor name twice", "unique names", NULL);
    tensor_t *grown = realloc(set->items, (set->count + 1) * sizeof *grown);
    if (grown == NULL)
        return outcome_out_of_memory(name);
    set->items = grown;
    *added = &grown[set->count];
    **added = (tensor_t){.type = type, .rank = rank, .count = count, .name = text_copy(name)};
    for (int i = 0; i < rank; i++)
        (*added)->shape[i] = shape[i];
    if ((*added)->name == NULL)
        return outcome_out_of_memory(name);
    set->count++;
    return outcome_ok();
}

/* Where there is no room for a file the tensor stays without elements, and gets plain memory. */
static void spill(tensor_set_t *set, tensor_t *tensor, size_t bytes)
{
    spill_t file;
    outcome_t result = spill_create(tensor->name, bytes, &file);
    if (!outcome_is_ok(&result))
        return;
    if (file.mapped == 0 || outcome_bad(&result, tensor_set_keep_map(set, file.data, file.mapped))) {
        spill_free(&file);
        return;
    }
    tensor->data = file.data;
    tensor->lent = true;
}

outcome_t tensor_set_reserve(tensor_set_t *set, const char *name, tensor_type_t type, int rank, const int64_t *shape,
                             tensor_t **added)
{
    tensor_t *tensor;
    outcome_t result = add(set, name, type, rank, shape, &tensor);
    if (!outcome_is_ok(&result))
        return result;
    const size_t bytes = (size_t)tensor->count * tensor_type_size(type);
    if (set->spilled && bytes >= SPILLED)
        spill(set, tensor, bytes);
    if (tensor->data == NULL)
        tensor->data = aligned_alloc(ALIGNMENT, (bytes + ALIGNMENT) / ALIGNMENT * ALIGNMENT);
    if (tensor->data == NULL) {
        free(tensor->name);
        set->count--;
        return outcome_out_of_memory(name);
    }
    if (added != NULL)
        *added = tensor;
    return outcome_ok();
}

outcome_t tensor_set_lend(tensor_set_t *set, const char *name, tensor_type_t type, int rank, const int64_t *shape,
                          const void *data)
{
    tensor_t *tensor;
    outcome_t result = add(set, name, type, rank, shape, &tensor);
    if (!outcome_is_ok(&result))
        return result;
    tensor->data = (void *)(uintptr_t)data; /* nobody writes to a tensor that is lent */
    tensor->lent = true;
    return result;
}

outcome_t tensor_set_keep_map(tensor_set_t *set, void *data, size_t size)
{
    tensor_map_t *grown = realloc(set->maps, (set->map_count + 1) * sizeof *grown);
    if (grown == NULL)
        return outcome_out_of_memory("tensors");
    set->maps = grown;
    set->maps[set->map_count++] = (tensor_map_t){data, size};
    return outcome_ok();
}

outcome_t tensor_set_describe(tensor_set_t *set, const char *name, tensor_type_t type, int rank, const int64_t *shape)
{
    return tensor_set_lend(set, name, type, rank, shape, NULL);
}

void tensor_rest(const tensor_t *tensor)
{
    tensor_rest_part(tensor, 0, tensor->count);
}

void tensor_rest_part(const tensor_t *tensor, int64_t first_element, int64_t count)
{
    const uintptr_t size = tensor_type_size(tensor->type), page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t data = (uintptr_t)tensor->data + (uintptr_t)first_element * size, bytes = (uintptr_t)count * size;
    const uintptr_t first = (data + page - 1) / page * page, end = (data + bytes) / page * page; /* whole pages only */
    if (tensor->lent && end > first)
        madvise((void *)first, end - first, MADV_DONTNEED);
}

outcome_t tensor_set_note(tensor_set_t *set, const char *key, const char *value)
{
    char *copy = text_copy(value);
    if (copy == NULL)
        return outcome_out_of_memory(key);
    for (size_t i = 0; i < set->note_count; i++)
        if (text_equal(set->notes[i].key, key)) {
            free(set->notes[i].value);
            set->notes[i].value = copy;
            return outcome_ok();
        }
    tensor_note_t *grown = realloc(set->notes, (set->note_count + 1) * sizeof *grown);
    if (grown != NULL)
        set->notes = grown;
    char *name = grown == NULL ? NULL : text_copy(key);
    if (name == NULL) {
        free(copy);
        return outcome_out_of_memory(key);
    }
    set->notes[set->note_count++] = (tensor_note_t){.key = name, .value = copy};
    return outcome_ok();
}

const char *tensor_set_get_note(const tensor_set_t *set, const char *key)
{
    for (size_t i = 0; i < set->note_count; i++)
        if (text_equal(set->notes[i].key, key))
            return set->notes[i].value;
    return NULL;
}

tensor_t *tensor_set_find(const tensor_set_t *set, const char *name)
{
    for (size_t i = 0; i < set->count; i++)
        if (text_equal(set->items[i].name, name))
            return &set->items[i];
    return NULL;
}

outcome_t tensor_set_rename(tensor_set_t *set, size_t index, const char *name)
{
    if (tensor_set_find(set, name) != NULL)
        return outcome_failed(name, NULL, "the same tensor name twice", "unique names", NULL);
    char *copy = text_copy(name);
    if (copy == NULL)
        return outcome_out_of_memory(name);
    free(set->items[index].name);
    set->items[index].name = copy;
    return outcome_ok();
}

outcome_t tensor_set_move(tensor_set_t *set, tensor_set_t *from)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < from->note_count; i++)
        if (tensor_set_get_note(set, from->notes[i].key) == NULL &&
            outcome_bad(&result, tensor_set_note(set, from->notes[i].key, from->notes[i].value)))
            return result;
    for (size_t i = 0; i < from->count; i++)
        if (tensor_set_find(set, from->items[i].name) != NULL)
            return outcome_failed(from->items[i].name, NULL, "the same tensor name twice", "unique names", NULL);
    if (set->count + from->count > TENSOR_SET_LIMIT)
        return outcome_failed("tensors", NULL, text_of("%zu tensors", set->count + from->count).chars,
                              text_of("at most %d in one set", TENSOR_SET_LIMIT).chars, NULL);
    tensor_t *grown = realloc(set->items, (set->count + from->count + 1) * sizeof *grown);
    if (grown == NULL)
        return outcome_out_of_memory("tensors");
    set->items = grown;
    for (; from->map_count > 0; from->map_count--)
        if (outcome_bad(&result, tensor_set_keep_map(set, from->maps[from->map_count - 1].data,
                                                     from->maps[from->map_count - 1].size)))
            return result;
    if (from->count > 0)
        memcpy(set->items + set->count, from->items, from->count * sizeof *from->items);
    set->count += from->count;
    from->count = 0;
    tensor_set_free(from);
    return result;
}

void tensor_set_free(tensor_set_t *set)
{
    for (size_t i = 0; i < set->count; i++) {
        free(set->items[i].name);
        if (!set->items[i].lent)
            free(set->items[i].data);
    }
    for (size_t i = 0; i < set->map_count; i++)
        munmap(set->maps[i].data, set->maps[i].size);
    free(set->maps);
    for (size_t i = 0; i < set->note_count; i++) {
        free(set->notes[i].key);
        free(set->notes[i].value);
    }
    free(set->items);
    free(set->notes);
    *set = (tensor_set_t){0};
}

/* A name in the set that ends like the wanted one: usually only a prefix ("module.") differs. */
static const char *similar_name(const tensor_set_t *set, const char *name)
{
    for (size_t i = 0; i < set->count; i++)
        if (text_ends(set->items[i].name, name) || text_ends(name, set->items[i].name))
            return set->items[i].name;
    return NULL;
}

outcome_t tensor_set_require(const tensor_set_t *set, const char *where, const char *name, int rank, const int64_t *shape,
                             const tensor_t **tensor)
{
    const tensor_t *found = tensor_set_find(set, name);
    text_t place = text_of("tensor %s", name);
    if (found == NULL) {
        const char *similar = similar_name(set, name);
        return outcome_failed(where, place.chars, similar ? text_of("only %s", similar).chars : "no such tensor",
                              "the names of the network's framework", "check that the file belongs to this network");
    }
    if (found->type > TENSOR_BF16)
        return outcome_failed(where, place.chars, tensor_type_name(found->type), "F64, F32, F16 or BF16",
                              "give the float checkpoint, not a quantised one");
    bool same = rank < 0 || rank == found->rank;
    for (int i = 0; same && i < rank; i++)
        same = shape[i] == found->shape[i];
    if (!same) {
        char have[128], want[128];
        tensor_shape_text(found->rank, found->shape, have, sizeof have);
        tensor_shape_text(rank, shape, want, sizeof want);
        return outcome_failed(where, place.chars, have, want, "check --net and --size against the file");
    }
    *tensor = found;
    return outcome_ok();
}

/* ===  Conversion  === */

float tensor_half_to_float(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000u) << 16, exponent = (half >> 10) & 31u, fraction = half & 1023u;
    union {
        uint32_t bits;
        float value;
    } word;
    if (exponent == 0) { /* zero or subnormal: fraction * 2^-24 is exact */
        float magnitude = (float)fraction * 0x1p-24f;
        return sign ? -magnitude : magnitude;
    }
    word.bits = sign | (exponent == 31 ? 0x7F800000u : (exponent + 112) << 23) | fraction << 13;
    return word.value;
}

static float bfloat_to_float(uint16_t half)
{
    union {
        uint32_t bits;
        float value;
    } word = {.bits = (uint32_t)half << 16};
    return word.value;
}

static outcome_t part_to_f32(const tensor_t *tensor, const char *where, int64_t first, int64_t count, float *values)
{
    switch (tensor->type) {
    case TENSOR_F32:
        memcpy(values, (const float *)tensor->data + first, (size_t)count * sizeof *values);
        return outcome_ok();
    case TENSOR_F64:
        for (int64_t i = 0; i < count; i++)
            values[i] = (float)((const double *)tensor->data)[first + i];
        return outcome_ok();
    case TENSOR_F16:
        for (int64_t i = 0; i < count; i++)
            values[i] = tensor_half_to_float(((const uint16_t *)tensor->data)[first + i]);
        return outcome_ok();
    case TENSOR_BF16:
        for (int64_t i = 0; i < count; i++)
            values[i] = bfloat_to_float(((const uint16_t *)tensor->data)[first + i]);
        return outcome_ok();
    default:
        return outcome_failed(where, text_of("tensor %s", tensor->name).chars, tensor_type_name(tensor->type),
                              "F64, F32, F16 or BF16", NULL);
    }
}

outcome_t tensor_to_f32(const tensor_t *tensor, const char *where, float *values)
{
    return part_to_f32(tensor, where, 0, tensor->count, values);
}

/* 0 * x is 0 of every finite x, and NaN of the others. */
static bool all_finite(const float *values, int64_t count)
{
    enum { LANES = 32 };
    float sums[LANES] = {0}, sum = 0;
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (int lane = 0; lane < LANES; lane++)
            sums[lane] += 0 * values[i + lane];
    for (; i < count; i++)
        sum += 0 * values[i];
    for (int lane = 0; lane < LANES; lane++)
        sum += sums[lane];
    return sum == 0;
}

outcome_t tensor_check_finite(const tensor_t *tensor, const char *where, int64_t first, int64_t count, const float *values)
{
    outcome_t result = outcome_ok();
    if (all_finite(values, count))
        return result;
    for (int64_t i = 0; outcome_is_ok(&result) && i < count; i++)
        if (!isfinite(values[i]))
            result = outcome_failed(where, text_of("tensor %s, element %" PRId64, tensor->name, first + i).chars,
                                    isnan(values[i]) ? "NaN" : "an infinity", "finite weights", "get the checkpoint again");
    return result;
}

outcome_t tensor_part_to_finite_f32(const tensor_t *tensor, const char *where, int64_t first, int64_t count, float *values)
{
    outcome_t result = part_to_f32(tensor, where, first, count, values);
    return outcome_is_ok(&result) ? tensor_check_finite(tensor, where, first, count, values) : result;
}

outcome_t tensor_to_finite_f32(const tensor_t *tensor, const char *where, float *values)
{
    return tensor_part_to_finite_f32(tensor, where, 0, tensor->count, values);
}
