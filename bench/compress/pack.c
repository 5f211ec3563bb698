/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A weight of a compressed file is five tensors (NAME and NAME.scale, .stored, .meta, .bits); packed, it is one entry.
 * Every other tensor is a plain entry. All sizes are known before any weight is packed, so each weight is packed directly
 * into its place in the file, by any free thread. */
#include "compress/pack.h"

#include "base/text.h"
#include "base/threads.h"
#include "compress/columns.h"
#include "compress/pack_format.h"
#include "compress/spec.h"
#include "compress/weight_tensors.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

/* ===  What the set holds  === */

/* Method and parameters of the file, from the notes that bbsbench compress wrote into it. */
typedef struct {
    pack_coding_t coding;
    int columns, group;
    bool mixed; /* a layer may have fewer columns pruned than `columns` */
} recipe_t;

static outcome_t no_result(const char *where, const char *place, const char *found, const char *expected)
{
    return outcome_failed(where, place, found, expected, "give a file that bbsbench compress wrote");
}

static outcome_t read_recipe(const char *where, const tensor_set_t *set, recipe_t *recipe)
{
    const char *name = tensor_set_get_note(set, "method"), *columns = tensor_set_get_note(set, "columns");
    const char *group = tensor_set_get_note(set, "group");
    if (name == NULL || columns == NULL || group == NULL)
        return no_result(where, "__metadata__", "no method, columns or group", "the notes of a compressed file");
    const method_t *method;
    method_config_t config;
    outcome_t result = method_parse(name, &method, &config);
    if (!outcome_is_ok(&result))
        return no_result(where, "__metadata__, method", name, "a method of this version");
    if (!method->packs)
        return outcome_failed(where, text_of("method %s", name).chars,
                              "values that bit columns with a metadata byte cannot hold", "a method that can be packed",
                              "compress with another method, such as bbs-mod");
    int64_t n, g;
    if (!text_to_integer(columns, 0, COLUMNS_MOST, &n) || !text_to_integer(group, 1, COLUMNS_GROUP_MOST, &g))
        return no_result(where, "__metadata__", text_of("columns %s, group %s", columns, group).chars,
                         "0 to 6, and 1 to 4096");
    recipe->columns = (int)n;
    recipe->group = (int)g;
    recipe->mixed = method->plan != NULL;
    recipe->coding = method->coder == NULL           ? PACK_WHOLE
                     : method->coder->sign_magnitude ? PACK_SIGN_MAGNITUDE
                     : method->constant_is_signed    ? PACK_SIGNED
                                                     : PACK_UNSIGNED;
    return outcome_ok();
}

/* Fill `entry` for the weight `tensor`; its parts must have the types and shapes that go with it. */
static outcome_t describe_weight(const char *where, const tensor_set_t *set, const tensor_t *tensor, const recipe_t *recipe,
                                 pack_entry_t *entry)
{
    text_t place = text_of("tensor %s", tensor->name);
    const tensor_t *meta = weight_tensors_part(set, tensor->name, WEIGHT_META),
                   *bits = weight_tensors_part(set, tensor->name, WEIGHT_BITS);
    entry->packed = true;
    pack_entry_shape(entry);
    bool pruned = meta != NULL && recipe->coding != PACK_WHOLE;
    entry->weight.coding = pruned ? recipe->coding : PACK_WHOLE;
    entry->weight.columns = pruned ? recipe->columns : 0;
    entry->weight.group = recipe->group;
    if (bits == NULL || bits->type != TENSOR_U8 || bits->rank != 1 || bits->count != entry->weight.k)
        return no_result(where, place.chars, "no bits per channel", "NAME.bits, U8 [k]");
    for (int64_t channel = 0; channel < bits->count; channel++) {
        int kept = ((const uint8_t *)bits->data)[channel];
        entry->weight.whole += kept == 8;
        if (pruned && recipe->mixed && kept < 8)
            entry->weight.columns = 8 - kept;
    }
    if (!pruned && entry->weight.whole < entry->weight.k)
        return outcome_failed(where, place.chars, "pruned channels without metadata", "NAME.meta",
                              "constants of --shift-range paper do not fit the format: compress with --shift-range stored");
    if (!pack_layout(&entry->weight, &entry->layout))
        return no_result(where, place.chars, "a shape that cannot be packed",
                         "columns and sizes within the format's limits");
    const int64_t counts[WEIGHT_PARTS] = {entry->weight.k, tensor->count, entry->weight.k * entry->layout.channel_groups,
                                          entry->weight.k};
    for (weight_part_t part = 0; part < WEIGHT_PARTS; part++) {
        const tensor_t *beside = weight_tensors_part(set, tensor->name, part);
        if (part == WEIGHT_META && !pruned && beside == NULL)
            continue;
        if (part == WEIGHT_META && !pruned)
            return no_result(where, place.chars, "metadata of a weight without columns", "none");
        if (beside == NULL || beside->type != weight_part_type(part) || beside->count != counts[part])
            return no_result(
                where, place.chars, text_of("no fitting %s%s", tensor->name, weight_part_name(part)).chars,
                text_of("%s of %" PRId64 " elements", tensor_type_name(weight_part_type(part)), counts[part]).chars);
    }
    entry->size = entry->layout.size;
    return outcome_ok();
}

static bool is_part(const tensor_set_t *set, const tensor_t *tensor)
{
    for (weight_part_t part = 0; part < WEIGHT_PARTS; part++) {
        if (!text_ends(tensor->name, weight_part_name(part)))
            continue;
        int stem = (int)(strlen(tensor->name) - strlen(weight_part_name(part)));
        const tensor_t *weight = tensor_set_find(set, text_of("%.*s", stem, tensor->name).chars);
        if (weight != NULL && weight_tensors_is_weight(set, weight))
            return true;
    }
    return false;
}

static outcome_t describe(const char *where, const tensor_set_t *set, const recipe_t *recipe, pack_head_t *head)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < set->count; i++) {
        const tensor_t *tensor = &set->items[i];
        if (is_part(set, tensor))
            continue;
        pack_entry_t *entry = &head->entries[head->count++];
        *entry = (pack_entry_t){.name = tensor->name, .type = tensor->type, .rank = tensor->rank};
        memcpy(entry->shape, tensor->shape, sizeof entry->shape);
        entry->size = tensor->count * (int64_t)tensor_type_size(tensor->type);
        if (weight_tensors_is_weight(set, tensor) &&
            outcome_bad(&result, describe_weight(where, set, tensor, recipe, entry)))
            return result;
        if (strlen(tensor->name) > PACK_NAME_MOST || head->count > PACK_ENTRIES_MOST)
            return no_result(where, text_of("tensor %.60s", tensor->name).chars, "too long a name, or too many tensors",
                             "400 bytes and 16384 tensors at most");
    }
    head->size = pack_head_size(head);
    head->file_size = head->size;
    for (size_t i = 0; i < head->count; i++) {
        head->entries[i].offset = pack_aligned(head->file_size);
        head->file_size = head->entries[i].offset + head->entries[i].size;
    }
    return outcome_ok();
}

/* ===  Packing and unpacking, entry by entry  === */

typedef struct {
    pack_head_t *head;
    uint8_t *bytes;
    const uint8_t *source; /* when reading */
    const char *where;
    const tensor_set_t *set;
    outcome_t *results; /* one per entry: the first failed entry is reported, for any number of threads */
} crew_t;

/* The arrays of one weight in the set; borrowed. */
static compressed_t arrays_of(const tensor_set_t *set, const pack_entry_t *entry)
{
    const tensor_t *values = tensor_set_find(set, entry->name);
    const tensor_t *meta = entry->weight.coding != PACK_WHOLE ? weight_tensors_part(set, values->name, WEIGHT_META) : NULL;
    return (compressed_t){.values = values->data,
                          .scale = weight_tensors_part(set, values->name, WEIGHT_SCALE)->data,
                          .stored = weight_tensors_part(set, values->name, WEIGHT_STORED)->data,
                          .meta = meta != NULL ? meta->data : NULL,
                          .bits = weight_tensors_part(set, values->name, WEIGHT_BITS)->data};
}

static void write_entry(void *context, int64_t index, int worker)
{
    (void)worker;
    crew_t *crew = context;
    pack_entry_t *entry = &crew->head->entries[index];
    uint8_t *to = crew->bytes + entry->offset;
    crew->results[index] = outcome_ok();
    if (entry->packed) {
        compressed_t arrays = arrays_of(crew->set, entry);
        crew->results[index] = pack_layer_write(crew->where, entry->name, &entry->weight, &entry->layout, &arrays, to);
    } else {
        memcpy(to, tensor_set_find(crew->set, entry->name)->data, (size_t)entry->size);
    }
    entry->crc = (uint32_t)crc32_z(0, to, (size_t)entry->size);
}

static void read_entry(void *context, int64_t index, int worker)
{
    (void)worker;
    crew_t *crew = context;
    const pack_entry_t *entry = &crew->head->entries[index];
    const uint8_t *from = crew->source + entry->offset;
    uint32_t crc = (uint32_t)crc32_z(0, from, (size_t)entry->size);
    crew->results[index] = outcome_ok();
    if (crc != entry->crc) {
        crew->results[index] =
            outcome_failed(crew->where, text_of("offset %" PRId64 ", tensor %s", entry->offset, entry->name).chars,
                           text_of("checksum %08" PRIx32, crc).chars, text_of("%08" PRIx32, entry->crc).chars,
                           "get or pack the file again");
    } else if (entry->packed) {
        compressed_t arrays = arrays_of(crew->set, entry);
        crew->results[index] =
            pack_layer_read(crew->where, entry->name, entry->offset, &entry->weight, &entry->layout, from, &arrays);
    } else {
        memcpy(tensor_set_find(crew->set, entry->name)->data, from, (size_t)entry->size);
    }
}

static outcome_t run_crew(crew_t *crew, int threads, threads_task_t task)
{
    size_t count = crew->head->count;
    crew->results = calloc(count + 1, sizeof *crew->results);
    if (crew->results == NULL)
        return outcome_out_of_memory(crew->where);
    outcome_t result = threads_for(threads, (int64_t)count, task, crew);
    for (size_t i = 0; outcome_is_ok(&result) && i < count; i++)
        result = crew->results[i];
    free(crew->results);
    return result;
}

static pack_report_t report_of(const pack_head_t *head)
{
    pack_report_t report = {.head = head->size, .file = head->file_size};
    for (size_t i = 0; i < head->count; i++) {
        const pack_entry_t *entry = &head->entries[i];
        report.plain += entry->packed ? 0 : entry->size;
        if (!entry->packed)
            continue;
        report.weights += entry->weight.k * entry->weight.c * entry->weight.kh * entry->weight.kw;
        int64_t bits = pack_value_bits(&entry->weight);
        report.columns += (bits + 7) / 8;
        report.padding += entry->layout.column_bytes - (bits + 7) / 8;
        report.meta += entry->layout.meta_bytes;
        report.index += entry->layout.index_bytes;
        report.scales += entry->layout.scale_bytes;
    }
    report.alignment = report.file - report.head - report.plain - report.columns - report.padding - report.meta -
                       report.index - report.scales;
    return report;
}

outcome_t pack_encode(const char *where, const tensor_set_t *set, int threads, bytes_t *file, pack_report_t *report)
{
    *file = (bytes_t){0};
    recipe_t recipe = {0};
    pack_head_t head = {.notes = set->notes, .note_count = set->note_count};
    outcome_t result = read_recipe(where, set, &recipe);
    if (!outcome_is_ok(&result))
        return result;
    head.entries = calloc(set->count + 1, sizeof *head.entries);
    if (head.entries == NULL) {
        result = outcome_out_of_memory(where);
        goto out;
    }
    if (outcome_bad(&result, describe(where, set, &recipe, &head)))
        goto out;
    file->size = (size_t)head.file_size;
    file->data = calloc(file->size + 1, 1);
    if (file->data == NULL) {
        result = outcome_out_of_memory(where);
        goto out;
    }
    crew_t crew = {.head = &head, .bytes = file->data, .where = where, .set = set};
    if (outcome_bad(&result, run_crew(&crew, threads, write_entry)))
        goto out;
    pack_head_write(&head, file->data);
    *report = report_of(&head);

out:
    free(head.entries);
    if (!outcome_is_ok(&result))
        file_free_bytes(file);
    return result;
}

static outcome_t add_tensors(const pack_entry_t *entry, tensor_set_t *set)
{
    outcome_t result = tensor_set_reserve(set, entry->name, entry->type, entry->rank, entry->shape, NULL);
    int64_t groups = entry->packed ? entry->weight.k * entry->layout.channel_groups : 0;
    for (weight_part_t part = 0; entry->packed && outcome_is_ok(&result) && part < WEIGHT_PARTS; part++) {
        bool whole_shape = part == WEIGHT_STORED;
        if (part == WEIGHT_META && entry->weight.coding == PACK_WHOLE)
            continue;
        result = tensor_set_reserve(set, text_of("%s%s", entry->name, weight_part_name(part)).chars, weight_part_type(part),
                                    whole_shape ? entry->rank : 1,
                                    whole_shape           ? entry->shape
                                    : part == WEIGHT_META ? &groups
                                                          : &entry->weight.k,
                                    NULL);
    }
    return result;
}

outcome_t pack_decode(const char *where, const uint8_t *bytes, size_t size, int threads, tensor_set_t *set)
{
    *set = (tensor_set_t){0};
    pack_head_t head;
    outcome_t result = pack_head_read(where, bytes, size, &head);
    if (!outcome_is_ok(&result))
        return result;
    for (size_t i = 0; i < head.note_count; i++)
        if (outcome_bad(&result, tensor_set_note(set, head.notes[i].key, head.notes[i].value)))
            goto out;
    for (size_t i = 0; i < head.count; i++)
        if (outcome_bad(&result, add_tensors(&head.entries[i], set)))
            goto out;
    crew_t crew = {.head = &head, .source = bytes, .where = where, .set = set};
    result = run_crew(&crew, threads, read_entry);

out:
    pack_head_free(&head);
    if (!outcome_is_ok(&result))
        tensor_set_free(set);
    return result;
}

bool pack_is_packed(const char *path)
{
    uint8_t head[sizeof pack_magic] = {0};
    FILE *stream = fopen(path, "rb");
    if (stream == NULL)
        return false;
    size_t count = fread(head, 1, sizeof head, stream);
    fclose(stream);
    return count == sizeof head && memcmp(head, pack_magic, sizeof head) == 0;
}
