/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/pack_format.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h> /* crc32 */

const uint8_t pack_magic[8] = {0x89, 'B', 'B', 'S', '\r', '\n', 0x1A, '\n'};
enum { CRC_AT = 12, CRC_SIZE = 4, ENTRY_FIXED = 4 + 4 + 8 + 8 + 4 + 4, ENTRY_WEIGHT = 4 + 4 + 4 + 4 + 8 };

/* The index of a type is its number in files, so the order never changes. */
static const tensor_type_t file_types[] = {TENSOR_F64, TENSOR_F32, TENSOR_F16, TENSOR_BF16, TENSOR_I64,
                                           TENSOR_I32, TENSOR_I16, TENSOR_I8,  TENSOR_U8,   TENSOR_BOOL};
enum { FILE_TYPES = sizeof file_types / sizeof *file_types };

int64_t pack_aligned(int64_t offset)
{
    return (offset + PACK_ALIGNMENT - 1) / PACK_ALIGNMENT * PACK_ALIGNMENT;
}

void pack_head_free(pack_head_t *head)
{
    for (size_t i = 0; i < head->count; i++)
        free(head->entries[i].name);
    for (size_t i = 0; i < head->note_count; i++) {
        free(head->notes[i].key);
        free(head->notes[i].value);
    }
    free(head->entries);
    free(head->notes);
    *head = (pack_head_t){0};
}

void pack_entry_shape(pack_entry_t *entry)
{
    pack_shape_t *weight = &entry->weight;
    weight->k = entry->rank > 0 ? entry->shape[0] : 0;
    weight->c = entry->rank > 1 ? entry->shape[1] : 0;
    weight->kh = entry->rank >= 4 ? entry->shape[2] : 1;
    weight->kw = 1;
    for (int i = entry->rank >= 4 ? 3 : 2; i < entry->rank; i++)
        if (__builtin_mul_overflow(weight->kw, entry->shape[i], &weight->kw))
            weight->kw = 0; /* refused by pack_layout() */
}

/* The checksum of the head, with the four bytes of the checksum taken as zeros. */
static uint32_t head_crc(const uint8_t *bytes, int64_t size)
{
    static const uint8_t zeros[CRC_SIZE];
    uLong crc = crc32_z(0, bytes, CRC_AT);
    crc = crc32_z(crc, zeros, CRC_SIZE);
    return (uint32_t)crc32_z(crc, bytes + CRC_AT + CRC_SIZE, (size_t)size - CRC_AT - CRC_SIZE);
}

/* ===  Writing  === */

static uint8_t *put(uint8_t *to, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        *to++ = (uint8_t)(value >> (8 * i));
    return to;
}

static uint8_t *put_text(uint8_t *to, const char *text)
{
    size_t length = strlen(text);
    memcpy(to, text, length);
    return to + length;
}

int64_t pack_head_size(const pack_head_t *head)
{
    size_t size = PACK_HEADER_SIZE;
    for (size_t i = 0; i < head->note_count; i++)
        size += 8 + strlen(head->notes[i].key) + strlen(head->notes[i].value);
    for (size_t i = 0; i < head->count; i++) {
        const pack_entry_t *entry = &head->entries[i];
        size += ENTRY_FIXED + strlen(entry->name) + 8 * (size_t)entry->rank + (entry->packed ? ENTRY_WEIGHT : 0);
    }
    return (int64_t)size;
}

static uint8_t *put_entry(uint8_t *to, const pack_entry_t *entry)
{
    int type = 0;
    while (file_types[type] != entry->type)
        type++;
    to = put(to, strlen(entry->name), 4);
    to = put(to, entry->packed, 1);
    to = put(to, (uint64_t)type, 1);
    to = put(to, (uint64_t)entry->rank, 1);
    to = put(to, 0, 1);
    to = put_text(to, entry->name);
    for (int i = 0; i < entry->rank; i++)
        to = put(to, (uint64_t)entry->shape[i], 8);
    to = put(to, (uint64_t)entry->offset, 8);
    to = put(to, (uint64_t)entry->size, 8);
    to = put(to, entry->crc, 4);
    to = put(to, 0, 4);
    if (!entry->packed)
        return to;
    to = put(to, entry->weight.coding, 4);
    to = put(to, (uint64_t)entry->weight.columns, 4);
    to = put(to, (uint64_t)entry->weight.group, 4);
    to = put(to, 0, 4);
    return put(to, (uint64_t)entry->weight.whole, 8);
}

void pack_head_write(const pack_head_t *head, uint8_t *bytes)
{
    memcpy(bytes, pack_magic, sizeof pack_magic);
    uint8_t *to = put(bytes + sizeof pack_magic, PACK_VERSION, 4);
    to = put(to, 0, CRC_SIZE);
    to = put(to, (uint64_t)head->size, 8);
    to = put(to, (uint64_t)head->file_size, 8);
    to = put(to, head->count, 4);
    put(to, head->note_count, 4);
    to = bytes + PACK_HEADER_SIZE;
    for (size_t i = 0; i < head->note_count; i++) {
        to = put(to, strlen(head->notes[i].key), 4);
        to = put(to, strlen(head->notes[i].value), 4);
        to = put_text(to, head->notes[i].key);
        to = put_text(to, head->notes[i].value);
    }
    for (size_t i = 0; i < head->count; i++)
        to = put_entry(to, &head->entries[i]);
    put(bytes + CRC_AT, head_crc(bytes, head->size), CRC_SIZE);
}

/* ===  Reading  === */

/* A position in the head. Reading beyond the end sets `bad` and returns zeros. */
typedef struct {
    const char *where;
    const uint8_t *bytes;
    int64_t size, at;
    bool bad;
} cursor_t;

static uint64_t get(cursor_t *cursor, int bytes)
{
    uint64_t value = 0;
    cursor->bad = cursor->bad || cursor->size - cursor->at < bytes;
    for (int i = 0; i < bytes && !cursor->bad; i++)
        value |= (uint64_t)cursor->bytes[cursor->at + i] << (8 * i);
    cursor->at += cursor->bad ? 0 : bytes;
    return value;
}

/* A text of `length` bytes, to free(); NULL when the head ends earlier, the text holds a NUL, or memory is out. */
static char *get_text(cursor_t *cursor, uint64_t length)
{
    cursor->bad = cursor->bad || length > (uint64_t)(cursor->size - cursor->at) ||
                  memchr(cursor->bytes + cursor->at, '\0', (size_t)length) != NULL;
    char *text = cursor->bad ? NULL : malloc((size_t)length + 1);
    if (text == NULL)
        return NULL;
    memcpy(text, cursor->bytes + cursor->at, (size_t)length);
    text[length] = '\0';
    cursor->at += (int64_t)length;
    return text;
}

static outcome_t bad_at(const char *where, int64_t offset, const char *found, const char *expected)
{
    return outcome_failed(where, text_of("offset %" PRId64, offset).chars, found, expected, "get or pack the file again");
}

static outcome_t read_header(const char *where, const uint8_t *bytes, size_t size, pack_head_t *head)
{
    if (size < PACK_HEADER_SIZE || memcmp(bytes, pack_magic, sizeof pack_magic) != 0)
        return bad_at(where, 0, size < PACK_HEADER_SIZE ? text_of("%zu bytes", size).chars : "another format",
                      "a .bbs file");
    cursor_t cursor = {.where = where, .bytes = bytes, .size = PACK_HEADER_SIZE, .at = sizeof pack_magic};
    uint64_t version = get(&cursor, 4), crc = get(&cursor, 4), head_size = get(&cursor, 8), file_size = get(&cursor, 8);
    if (version != PACK_VERSION)
        return outcome_failed(where, "offset 8", text_of("format version %" PRIu64, version).chars,
                              text_of("version %d", PACK_VERSION).chars, "use the bbsbench that wrote it");
    if (file_size != size)
        return bad_at(where, 24, text_of("a file size of %" PRIu64, file_size).chars,
                      text_of("%zu, as the file has", size).chars);
    if (head_size < PACK_HEADER_SIZE || head_size > size)
        return bad_at(where, 16, text_of("a head of %" PRIu64 " bytes", head_size).chars, "one within the file");
    head->size = (int64_t)head_size;
    head->file_size = (int64_t)file_size;
    head->count = (size_t)get(&cursor, 4);
    head->note_count = (size_t)get(&cursor, 4);
    if (crc != head_crc(bytes, head->size))
        return bad_at(where, CRC_AT, text_of("head checksum %08" PRIx64, crc).chars,
                      text_of("%08" PRIx32, head_crc(bytes, head->size)).chars);
    while (cursor.at < PACK_HEADER_SIZE)
        if (get(&cursor, 1) != 0)
            return bad_at(where, cursor.at - 1, "a reserved byte that is set", "0");
    if (head->count > PACK_ENTRIES_MOST || head->note_count > PACK_ENTRIES_MOST)
        return bad_at(where, 32, text_of("%zu tensors, %zu notes", head->count, head->note_count).chars,
                      text_of("at most %d each", PACK_ENTRIES_MOST).chars);
    return outcome_ok();
}

static outcome_t read_notes(cursor_t *cursor, pack_head_t *head, size_t count)
{
    for (; head->note_count < count; head->note_count++) {
        int64_t at = cursor->at;
        uint64_t key = get(cursor, 4), value = get(cursor, 4);
        tensor_note_t *note = &head->notes[head->note_count];
        note->key = get_text(cursor, key);
        note->value = get_text(cursor, value);
        if (note->key == NULL || note->value == NULL) {
            free(note->key);
            free(note->value);
            return bad_at(cursor->where, at, "a note that is cut off", "key and value");
        }
    }
    return outcome_ok();
}

static outcome_t read_weight(cursor_t *cursor, pack_entry_t *entry)
{
    int64_t at = cursor->at;
    uint64_t coding = get(cursor, 4), columns = get(cursor, 4), group = get(cursor, 4), zero = get(cursor, 4);
    uint64_t whole = get(cursor, 8);
    pack_entry_shape(entry);
    pack_shape_t *weight = &entry->weight;
    bool small =
        !cursor->bad && coding < PACK_CODING_COUNT && columns <= 8 && group <= INT32_MAX && whole <= INT64_MAX && zero == 0;
    if (small) {
        weight->coding = (pack_coding_t)coding;
        weight->columns = (int)columns;
        weight->group = (int)group;
        weight->whole = (int64_t)whole;
    }
    if (!small || entry->type != TENSOR_I16 || !pack_layout(weight, &entry->layout) || entry->layout.size != entry->size)
        return bad_at(cursor->where, at, text_of("a packed weight %s whose sizes do not fit", entry->name).chars,
                      "coding, columns, group and channels of its shape and bytes");
    return outcome_ok();
}

/* Bytes of a plain tensor, or -1. */
static int64_t plain_size(const pack_entry_t *entry)
{
    int64_t size = (int64_t)tensor_type_size(entry->type);
    for (int i = 0; i < entry->rank; i++)
        if (entry->shape[i] < 0 || __builtin_mul_overflow(size, entry->shape[i], &size))
            return -1;
    return size;
}

static outcome_t read_entry(cursor_t *cursor, pack_entry_t *entry)
{
    int64_t at = cursor->at;
    uint64_t length = get(cursor, 4), packed = get(cursor, 1), type = get(cursor, 1), rank = get(cursor, 1),
             zero = get(cursor, 1);
    if (cursor->bad || length > PACK_NAME_MOST || packed > 1 || type >= FILE_TYPES || rank > TENSOR_MAX_RANK || zero != 0)
        return bad_at(cursor->where, at, "no entry of a tensor", "name length, kind, type and rank within their limits");
    entry->name = get_text(cursor, length);
    entry->packed = packed != 0;
    entry->type = file_types[type];
    entry->rank = (int)rank;
    for (int i = 0; i < entry->rank; i++)
        entry->shape[i] = (int64_t)get(cursor, 8);
    entry->offset = (int64_t)get(cursor, 8);
    entry->size = (int64_t)get(cursor, 8);
    entry->crc = (uint32_t)get(cursor, 4);
    zero = get(cursor, 4);
    if (entry->name == NULL || cursor->bad || zero != 0)
        return bad_at(cursor->where, at, "an entry that is cut off", "name, shape, offset, size, checksum");
    if (entry->packed)
        return read_weight(cursor, entry);
    if (entry->size != plain_size(entry))
        return bad_at(cursor->where, at, text_of("tensor %s of %" PRId64 " bytes", entry->name, entry->size).chars,
                      text_of("%" PRId64 " for its shape", plain_size(entry)).chars);
    return outcome_ok();
}

/* Tensors must lie one after the other, aligned, with zeros between. */
static outcome_t check_places(const char *where, const uint8_t *bytes, const pack_head_t *head)
{
    int64_t at = head->size;
    for (size_t i = 0; i <= head->count; i++) {
        const pack_entry_t *entry = i < head->count ? &head->entries[i] : NULL;
        int64_t start = entry == NULL ? head->file_size : entry->offset;
        if (start != (entry == NULL ? at : pack_aligned(at)) || (entry != NULL && entry->size > head->file_size - start))
            return bad_at(where, at, text_of("%s at %" PRId64, entry ? entry->name : "the end", start).chars,
                          text_of("at %" PRId64 ", within the file", entry == NULL ? at : pack_aligned(at)).chars);
        for (; at < start; at++)
            if (bytes[at] != 0)
                return bad_at(where, at, "a padding byte that is set", "0");
        at = entry != NULL ? start + entry->size : at;
    }
    return outcome_ok();
}

outcome_t pack_head_read(const char *where, const uint8_t *bytes, size_t size, pack_head_t *head)
{
    *head = (pack_head_t){0};
    outcome_t result = read_header(where, bytes, size, head);
    size_t count = head->count, notes = head->note_count;
    head->count = head->note_count = 0;
    if (!outcome_is_ok(&result))
        return result;
    head->entries = calloc(count + 1, sizeof *head->entries);
    head->notes = calloc(notes + 1, sizeof *head->notes);
    cursor_t cursor = {.where = where, .bytes = bytes, .size = head->size, .at = PACK_HEADER_SIZE};
    if (head->entries == NULL || head->notes == NULL) {
        result = outcome_out_of_memory(where);
        goto out;
    }
    if (outcome_bad(&result, read_notes(&cursor, head, notes)))
        goto out;
    while (head->count < count)
        if (outcome_bad(&result, read_entry(&cursor, &head->entries[head->count++])))
            goto out;
    if (cursor.at != head->size) {
        result = bad_at(where, cursor.at, text_of("%" PRId64 " bytes after the last entry", head->size - cursor.at).chars,
                        "none");
        goto out;
    }
    result = check_places(where, bytes, head);

out:
    if (!outcome_is_ok(&result))
        pack_head_free(head);
    return result;
}
