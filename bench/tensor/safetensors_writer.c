/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tensor/safetensors_writer.h"

#include "base/json.h"
#include "base/text.h"
#include "tensor/safetensors.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH_SIZE = 8, PIECE = 1 << 22 /* bytes given to a pipe at a time */ };

/* JSON numbers are doubles: above 2^53 they are no longer exact. */
static const int64_t most_bytes = (int64_t)1 << 53;

/* ===  The header  === */

static outcome_t find_starts(const char *path, const tensor_set_t *set, int64_t *starts)
{
    int64_t at = 0;
    for (size_t i = 0; i < set->count; i++) {
        const tensor_t *tensor = &set->items[i];
        starts[i] = at;
        if (__builtin_add_overflow(at, tensor->count * (int64_t)tensor_type_size(tensor->type), &at) || at > most_bytes)
            return outcome_failed(path, text_of("tensor %s", tensor->name).chars, "more than 2^53 bytes in all",
                                  "sizes that a safetensors header can say", NULL);
    }
    starts[set->count] = at;
    return outcome_ok();
}

static cJSON *header_of(const tensor_set_t *set, const int64_t *starts)
{
    cJSON *header = cJSON_CreateObject();
    if (set->note_count > 0) {
        cJSON *notes = json_add_object(header, "__metadata__");
        for (size_t i = 0; i < set->note_count; i++)
            json_add_text(notes, set->notes[i].key, set->notes[i].value);
    }
    for (size_t i = 0; i < set->count; i++) {
        const tensor_t *tensor = &set->items[i];
        cJSON *entry = json_add_object(header, tensor->name);
        json_add_text(entry, "dtype", tensor_type_name(tensor->type));
        cJSON *shape = json_add_array(entry, "shape");
        for (int d = 0; d < tensor->rank; d++)
            json_append_number(shape, (double)tensor->shape[d]);
        cJSON *offsets = json_add_array(entry, "data_offsets");
        json_append_number(offsets, (double)starts[i]);
        json_append_number(offsets, (double)starts[i + 1]);
    }
    return header;
}

/* Returns its bytes, those of the length included. */
static int64_t write_header(const char *text, FILE *stream)
{
    const size_t length = strlen(text), padding = (LENGTH_SIZE - length % LENGTH_SIZE) % LENGTH_SIZE;
    uint8_t prefix[LENGTH_SIZE];
    for (int i = 0; i < LENGTH_SIZE; i++)
        prefix[i] = (uint8_t)((uint64_t)(length + padding) >> (8 * i));
    fwrite(prefix, 1, sizeof prefix, stream);
    fprintf(stream, "%s%*s", text, (int)padding, "");
    return (int64_t)(LENGTH_SIZE + length + padding);
}

/* ===  In steps  === */

outcome_t safetensors_begin(safetensors_writer_t *writer, const char *path, const tensor_set_t *set)
{
    *writer = (safetensors_writer_t){.count = set->count};
    writer->starts = calloc(set->count + 1, sizeof *writer->starts);
    cJSON *header = NULL;
    char *text = NULL;
    outcome_t result = writer->starts != NULL ? find_starts(path, set, writer->starts) : outcome_out_of_memory(path);
    if (!outcome_is_ok(&result))
        goto out;
    header = header_of(set, writer->starts);
    text = json_print(header, false);
    if (text == NULL) {
        result = outcome_out_of_memory(path);
        goto out;
    }
    if (outcome_bad(&result, outfile_open(&writer->file, path)))
        goto out;
    if (outfile_is_file(&writer->file)) {
        writer->header = write_header(text, writer->file.stream);
    } else {
        result = spill_create("tensors for a pipe", (size_t)writer->starts[set->count], &writer->kept);
        writer->kept_header = text;
        text = NULL;
    }

out:
    free(text);
    cJSON_Delete(header);
    if (!outcome_is_ok(&result))
        safetensors_abandon(writer);
    return result;
}

outcome_t safetensors_put(safetensors_writer_t *writer, size_t tensor, int64_t first, const void *data, size_t size)
{
    const int64_t place = writer->starts[tensor] + first;
    if (first < 0 || place + (int64_t)size > writer->starts[tensor + 1])
        return outcome_failed(writer->file.path, "data", text_of("bytes up to %" PRId64, first + (int64_t)size).chars,
                              text_of("%" PRId64, writer->starts[tensor + 1] - writer->starts[tensor]).chars, NULL);
    writer->put += (int64_t)size;
    if (outfile_is_file(&writer->file))
        return outfile_put(&writer->file, writer->header + place, data, size);
    if (size > 0)
        memcpy((char *)writer->kept.data + place, data, size);
    spill_rest(&writer->kept, (char *)writer->kept.data + place, size);
    return outcome_ok();
}

static void send_kept(safetensors_writer_t *writer)
{
    const size_t size = writer->kept.size;
    const char *data = writer->kept.data;
    (void)write_header(writer->kept_header, writer->file.stream);
    for (size_t at = 0; at < size && !ferror(writer->file.stream); at += PIECE) {
        const size_t piece = size - at < PIECE ? size - at : PIECE;
        fwrite(data + at, 1, piece, writer->file.stream);
        spill_rest(&writer->kept, data + at, piece);
    }
}

outcome_t safetensors_end(safetensors_writer_t *writer)
{
    outcome_t result = outcome_ok();
    if (writer->put != writer->starts[writer->count])
        result = outcome_failed(writer->file.path, "data", text_of("%" PRId64 " bytes", writer->put).chars,
                                text_of("%" PRId64, writer->starts[writer->count]).chars, NULL);
    else if (!outfile_is_file(&writer->file))
        send_kept(writer);
    if (outcome_is_ok(&result))
        result = outfile_commit(&writer->file);
    safetensors_abandon(writer);
    return result;
}

void safetensors_abandon(safetensors_writer_t *writer)
{
    outfile_abandon(&writer->file);
    spill_free(&writer->kept);
    free(writer->kept_header);
    free(writer->starts);
    *writer = (safetensors_writer_t){0};
}

/* ===  At once  === */

outcome_t safetensors_save(const char *path, const tensor_set_t *set)
{
    safetensors_writer_t writer;
    outcome_t result = safetensors_begin(&writer, path, set);
    if (!outcome_is_ok(&result))
        return result;
    for (size_t i = 0; i < set->count && outcome_is_ok(&result); i++)
        result = safetensors_put(&writer, i, 0, set->items[i].data,
                                 (size_t)set->items[i].count * tensor_type_size(set->items[i].type));
    if (outcome_is_ok(&result))
        return safetensors_end(&writer);
    safetensors_abandon(&writer);
    return result;
}
