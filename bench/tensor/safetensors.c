/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tensor/safetensors.h"

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { LENGTH_SIZE = 8, HEADER_LIMIT = 100 << 20 }; /* the reference reader's limit: 100 MB of header */

/* JSON numbers are doubles: above 2^53 they are no longer exact, and no file is that long. */
static const double EXACT_LIMIT = 9007199254740992.0;

/* ===  Reading  === */

/* Element types of the format that no tensor here has: scales of FP8 training, counters, rotary tables. Such a tensor is
 * left out, and named in the note TENSOR_NOTE_LEFT_OUT. */
static const struct {
    const char *name;
    int64_t size; /* bytes */
} foreign_types[] = {{"F8_E4M3", 1}, {"F8_E5M2", 1}, {"F8_E8M0", 1}, {"U16", 2}, {"U32", 4}, {"U64", 8}, {"C64", 8}};

typedef struct {
    const cJSON *entry;
    tensor_type_t type; /* TENSOR_TYPE_COUNT: a foreign type */
    int64_t element;    /* bytes */
    int rank;
    int64_t shape[TENSOR_MAX_RANK];
    int64_t begin, end; /* offsets after the header */
} span_t;

static outcome_t bad_entry(const char *where, const cJSON *entry, const char *found, const char *expected)
{
    return outcome_failed(where, text_of("tensor %s", entry->string).chars, found, expected, "get the file again");
}

static bool integer_of(const cJSON *item, int64_t *value)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) || item->valuedouble > EXACT_LIMIT)
        return false;
    *value = (int64_t)item->valuedouble;
    return (double)*value == item->valuedouble;
}

static outcome_t read_type_and_shape(const char *where, const cJSON *entry, span_t *span)
{
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(entry, "dtype");
    const cJSON *shape = cJSON_GetObjectItemCaseSensitive(entry, "shape");
    if (!cJSON_IsString(type) || !cJSON_IsArray(shape))
        return bad_entry(where, entry, "no dtype or no shape", "a safetensors entry");
    for (span->type = 0; span->type < TENSOR_TYPE_COUNT; span->type++)
        if (text_equal(tensor_type_name(span->type), type->valuestring))
            break;
    span->element = span->type < TENSOR_TYPE_COUNT ? (int64_t)tensor_type_size(span->type) : 0;
    for (size_t i = 0; i < sizeof foreign_types / sizeof foreign_types[0] && span->element == 0; i++)
        if (text_equal(foreign_types[i].name, type->valuestring))
            span->element = foreign_types[i].size;
    if (span->element == 0)
        return bad_entry(where, entry, type->valuestring, "a dtype this version reads (F64 ... BOOL)");
    span->rank = cJSON_GetArraySize(shape);
    if (span->rank > TENSOR_MAX_RANK)
        return bad_entry(where, entry, text_of("%d dimensions", span->rank).chars, "at most 8");
    int index = 0;
    for (const cJSON *size = shape->child; size != NULL; size = size->next)
        if (!integer_of(size, &span->shape[index++]))
            return bad_entry(where, entry, "a dimension that is no integer", "a shape of integers");
    return outcome_ok();
}

static outcome_t read_span(const char *where, const cJSON *entry, int64_t body, span_t *span)
{
    *span = (span_t){.entry = entry};
    outcome_t result = read_type_and_shape(where, entry, span);
    if (!outcome_is_ok(&result))
        return result;
    const cJSON *offsets = cJSON_GetObjectItemCaseSensitive(entry, "data_offsets");
    if (!cJSON_IsArray(offsets) || cJSON_GetArraySize(offsets) != 2 || !integer_of(offsets->child, &span->begin) ||
        !integer_of(offsets->child->next, &span->end))
        return bad_entry(where, entry, "no data_offsets of two integers", "[begin, end]");
    if (span->begin > span->end || span->end > body)
        return bad_entry(where, entry, text_of("offsets %" PRId64 " to %" PRId64, span->begin, span->end).chars,
                         text_of("within the file's %" PRId64 " bytes of data", body).chars);
    int64_t bytes = span->element;
    for (int i = 0; i < span->rank; i++)
        if (__builtin_mul_overflow(bytes, span->shape[i], &bytes))
            return bad_entry(where, entry, "a shape that overflows", "a tensor that fits its offsets");
    if (bytes != span->end - span->begin)
        return bad_entry(where, entry, text_of("%" PRId64 " bytes of data", span->end - span->begin).chars,
                         text_of("%" PRId64 " for its shape", bytes).chars);
    return outcome_ok();
}

static int by_begin(const void *a, const void *b)
{
    const span_t *left = a, *right = b;
    if (left->begin != right->begin)
        return left->begin < right->begin ? -1 : 1;
    return (left->end > right->end) - (left->end < right->end);
}

static outcome_t read_spans(const char *where, const cJSON *header, int64_t body, span_t *spans, size_t *count)
{
    *count = 0;
    for (const cJSON *entry = header->child; entry != NULL; entry = entry->next) {
        if (text_equal(entry->string, "__metadata__"))
            continue;
        outcome_t result = read_span(where, entry, body, &spans[*count]);
        if (!outcome_is_ok(&result))
            return result;
        ++*count;
    }
    qsort(spans, *count, sizeof *spans, by_begin);
    int64_t at = 0;
    for (size_t i = 0; i < *count; at = spans[i++].end)
        if (spans[i].begin != at)
            return bad_entry(where, spans[i].entry,
                             spans[i].begin < at ? "data that overlaps another tensor's" : "a hole before its data",
                             "tensors one after the other");
    if (at != body)
        return outcome_failed(where, "end", text_of("%" PRId64 " bytes after the last tensor", body - at).chars, "none",
                              "get the file again");
    return outcome_ok();
}

static outcome_t read_notes(const char *where, const cJSON *header, tensor_set_t *set)
{
    const cJSON *notes = cJSON_GetObjectItemCaseSensitive(header, "__metadata__");
    for (const cJSON *note = notes ? notes->child : NULL; note != NULL; note = note->next) {
        if (!cJSON_IsString(note))
            return outcome_failed(where, "__metadata__", "a value that is no text", "text", NULL);
        outcome_t result = tensor_set_note(set, note->string, note->valuestring);
        if (!outcome_is_ok(&result))
            return result;
    }
    return outcome_ok();
}

static outcome_t cut_short(const char *where, const char *place)
{
    return outcome_failed(where, place, "the end of the file", "more bytes", "get the file again");
}

/* At least as many values as the JSON text has: each follows one of these characters, except the first. cJSON takes 64
 * bytes for a value, so that a header of 60 MB in which every second byte is a value would take 2 GB. A tensor has about
 * ten. */
enum { MOST_VALUES = 4000000 };

static size_t count_values(const char *text, size_t length)
{
    size_t count = 1;
    for (size_t i = 0; i < length; i++)
        count += text[i] == ',' || text[i] == '[' || text[i] == '{';
    return count;
}

/* Read the JSON after the length; `*start` is the offset of the data. */
static outcome_t take_header(const char *where, FILE *stream, size_t size, cJSON **header, size_t *start)
{
    uint8_t prefix[LENGTH_SIZE];
    if (size < LENGTH_SIZE)
        return outcome_failed(where, NULL, text_of("%zu bytes", size).chars, "a safetensors file", "get the file again");
    if (fread(prefix, 1, LENGTH_SIZE, stream) != LENGTH_SIZE)
        return cut_short(where, "byte 0");
    uint64_t length = 0;
    for (int i = LENGTH_SIZE - 1; i >= 0; i--)
        length = length << 8 | prefix[i];
    if (length > HEADER_LIMIT || length > size - LENGTH_SIZE)
        return outcome_failed(where, "byte 0", text_of("a header of %" PRIu64 " bytes", length).chars,
                              length > HEADER_LIMIT ? text_of("at most %d", HEADER_LIMIT).chars
                                                    : text_of("at most the file's %zu", size - LENGTH_SIZE).chars,
                              "this is not a safetensors file, or it is truncated");
    char *text = malloc((size_t)length + 1);
    if (text == NULL)
        return outcome_out_of_memory(where);
    bool whole = fread(text, 1, (size_t)length, stream) == length;
    if (whole && count_values(text, (size_t)length) > MOST_VALUES) {
        free(text);
        return outcome_failed(where, "header", text_of("more than %d values", MOST_VALUES).chars, "a safetensors header",
                              "get the file again");
    }
    outcome_t result = whole ? json_parse(where, "header", "a safetensors header", text, (size_t)length, header)
                             : cut_short(where, "header");
    free(text);
    *start = LENGTH_SIZE + (size_t)length;
    return result;
}

static outcome_t leave_out(const char *where, FILE *stream, const span_t *span, tensor_set_t *set)
{
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(span->entry, "dtype");
    const char *before = tensor_set_get_note(set, TENSOR_NOTE_LEFT_OUT);
    if (fseeko(stream, span->end - span->begin, SEEK_CUR) != 0)
        return cut_short(where, text_of("tensor %s", span->entry->string).chars);
    return tensor_set_note(set, TENSOR_NOTE_LEFT_OUT,
                           text_of("%.1000s%s%.200s (%s)", before != NULL ? before : "", before != NULL ? ", " : "",
                                   span->entry->string, type->valuestring)
                               .chars);
}

/* A tensor of a mapped file stays there, if the file has it at a multiple of its elements' size. */
static outcome_t lend_tensor(const span_t *span, const uint8_t *data, tensor_set_t *set)
{
    const uint8_t *at = data + span->begin;
    const char *name = span->entry->string;
    tensor_t *tensor;
    if ((uintptr_t)at % (uintptr_t)span->element == 0)
        return tensor_set_lend(set, name, span->type, span->rank, span->shape, at);
    outcome_t result = tensor_set_reserve(set, name, span->type, span->rank, span->shape, &tensor);
    if (outcome_is_ok(&result))
        memcpy(tensor->data, at, (size_t)(span->end - span->begin));
    return result;
}

/* The spans follow each other, so the data are read in sequence, each tensor into its place. `data` are those of a mapped
 * file, or NULL. */
static outcome_t take_tensors(const char *where, FILE *stream, const span_t *spans, size_t count, const uint8_t *data,
                              tensor_set_t *set)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++) {
        const span_t *span = &spans[i];
        size_t bytes = (size_t)(span->end - span->begin);
        tensor_t *tensor;
        if (span->type == TENSOR_TYPE_COUNT) {
            result = leave_out(where, stream, span, set);
            continue;
        }
        if (data != NULL) {
            result = lend_tensor(span, data, set);
            continue;
        }
        if (outcome_bad(&result,
                        tensor_set_reserve(set, span->entry->string, span->type, span->rank, span->shape, &tensor)))
            break;
        if (fread(tensor->data, 1, bytes, stream) != bytes)
            result = cut_short(where, text_of("tensor %s", span->entry->string).chars);
    }
    return result;
}

/* `file` is the whole file in memory, or NULL. */
static outcome_t read_stream(const char *where, FILE *stream, size_t size, const uint8_t *file, tensor_set_t *set)
{
    cJSON *header = NULL;
    span_t *spans = NULL;
    size_t start = 0, count = 0;
    outcome_t result;
    if (outcome_bad(&result, take_header(where, stream, size, &header, &start)))
        goto out;
    spans = calloc((size_t)cJSON_GetArraySize(header) + 1, sizeof *spans);
    if (spans == NULL) {
        result = outcome_out_of_memory(where);
        goto out;
    }
    if (outcome_bad(&result, read_spans(where, header, (int64_t)(size - start), spans, &count)) ||
        outcome_bad(&result, read_notes(where, header, set)))
        goto out;
    result = take_tensors(where, stream, spans, count, file != NULL ? file + start : NULL, set);

out:
    free(spans);
    cJSON_Delete(header);
    if (!outcome_is_ok(&result))
        tensor_set_free(set);
    return result;
}

outcome_t safetensors_parse(const char *where, const uint8_t *bytes, size_t size, tensor_set_t *set)
{
    *set = (tensor_set_t){0};
    if (size == 0)
        return outcome_failed(where, NULL, "0 bytes", "a safetensors file", "get the file again");
    FILE *stream = fmemopen((void *)(uintptr_t)bytes, size, "rb"); /* read only; the prototype lacks the const */
    if (stream == NULL)
        return outcome_out_of_memory(where);
    outcome_t result = read_stream(where, stream, size, NULL, set);
    fclose(stream);
    return result;
}

outcome_t safetensors_map(const char *path, const char *todo, tensor_set_t *set)
{
    *set = (tensor_set_t){.spilled = true};
    FILE *stream;
    int64_t size;
    outcome_t result = file_open(path, todo, &stream, &size);
    if (!outcome_is_ok(&result))
        return result;
    void *file = size > 0 ? mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fileno(stream), 0) : MAP_FAILED;
    if (file == MAP_FAILED) /* an empty file, or one of a kind that cannot be mapped */
        result = read_stream(path, stream, (size_t)size, NULL, set);
    else if (!outcome_bad(&result, tensor_set_keep_map(set, file, (size_t)size)))
        result = read_stream(path, stream, (size_t)size, file, set);
    fclose(stream);
    return result;
}

outcome_t safetensors_load(const char *path, const char *todo, tensor_set_t *set)
{
    *set = (tensor_set_t){0};
    FILE *stream;
    int64_t size;
    outcome_t result = file_open(path, todo, &stream, &size);
    if (!outcome_is_ok(&result))
        return result;
    result = read_stream(path, stream, (size_t)size, NULL, set);
    fclose(stream);
    return result;
}
