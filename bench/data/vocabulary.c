/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hash table with open addressing over the lines of the file, at most half full. The hash (64-bit FNV-1a) is computed
 * byte by byte, so one pass over a text gives the hashes of all its prefixes. The longest match is then looked up from the
 * longest prefix down. Pieces are valid UTF-8, so none ends inside a character. */
#include "data/vocabulary.h"

#include "base/hash.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

const char *const vocabulary_special_names[SPECIAL_COUNT] = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};

enum { LINE_LIMIT = 1 << 20 }; /* float32 holds every number below 2^24 */

static const char todo[] = "give the vocab.txt of the weights with --vocabulary";
static const char continuation[] = "##";
enum { CONTINUATION = sizeof continuation - 1 };

static uint64_t hash_start(bool continues)
{
    return hash_more(HASH_START, continuation, continues ? CONTINUATION : 0);
}

/* The slot of the piece, or the free one where it would go. */
static uint32_t *find_slot(const vocabulary_t *vocabulary, uint64_t hash, const char *prefix, const char *text, size_t size)
{
    size_t prefix_size = strlen(prefix);
    for (size_t at = hash_place(hash);; at++) {
        uint32_t *slot = &vocabulary->slots[at & vocabulary->slot_mask];
        if (*slot == 0)
            return slot;
        const char *piece = vocabulary->lines.items[*slot - 1];
        if (strlen(piece) == prefix_size + size && memcmp(piece, prefix, prefix_size) == 0 &&
            memcmp(piece + prefix_size, text, size) == 0)
            return slot;
    }
}

static outcome_t add(vocabulary_t *vocabulary, size_t line)
{
    const char *piece = vocabulary->lines.items[line], *path = vocabulary->lines.path;
    size_t size = strlen(piece);
    text_t place = text_of("line %zu", line + 1);
    if (size == 0)
        return outcome_failed(path, place.chars, "an empty line", "one piece per line",
                              "this is not a WordPiece vocabulary");
    uint32_t *slot = find_slot(vocabulary, hash_more(hash_start(false), piece, size), "", piece, size);
    if (*slot != 0)
        return outcome_failed(path, place.chars, text_of("\"%.80s\"", piece).chars,
                              text_of("each piece once; it is also in line %u", *slot).chars,
                              "this is not a WordPiece vocabulary");
    *slot = (uint32_t)line + 1;
    if (size > vocabulary->longest)
        vocabulary->longest = size;
    return outcome_ok();
}

static outcome_t find_specials(vocabulary_t *vocabulary)
{
    for (int i = 0; i < SPECIAL_COUNT; i++) {
        const char *name = vocabulary_special_names[i];
        uint32_t line = *find_slot(vocabulary, hash_more(hash_start(false), name, strlen(name)), "", name, strlen(name));
        if (line == 0)
            return outcome_failed(vocabulary->lines.path, text_of("line %zu, the last", vocabulary->lines.count).chars,
                                  text_of("no %s", name).chars, "[PAD], [UNK], [CLS], [SEP] and [MASK]", todo);
        vocabulary->specials[i] = (int32_t)line - 1;
    }
    return outcome_ok();
}

static outcome_t fill(vocabulary_t *vocabulary)
{
    size_t count = vocabulary->lines.count, slots = 2;
    if (count > LINE_LIMIT)
        return outcome_failed(vocabulary->lines.path, NULL, text_of("%zu lines", count).chars,
                              text_of("at most %d", LINE_LIMIT).chars, "this is not a WordPiece vocabulary");
    while (slots < 2 * count)
        slots *= 2;
    vocabulary->slot_mask = slots - 1;
    vocabulary->slots = calloc(slots, sizeof *vocabulary->slots);
    if (vocabulary->slots == NULL)
        return outcome_out_of_memory(vocabulary->lines.path);
    outcome_t result = outcome_ok();
    for (size_t line = 0; line < count && outcome_is_ok(&result); line++)
        result = add(vocabulary, line);
    return outcome_is_ok(&result) ? find_specials(vocabulary) : result;
}

outcome_t vocabulary_build(lines_t lines, vocabulary_t *vocabulary)
{
    *vocabulary = (vocabulary_t){.lines = lines};
    outcome_t result = fill(vocabulary);
    if (!outcome_is_ok(&result))
        vocabulary_free(vocabulary);
    return result;
}

outcome_t vocabulary_read(const char *path, vocabulary_t *vocabulary)
{
    lines_t lines;
    *vocabulary = (vocabulary_t){0};
    outcome_t result = lines_read(path, todo, &lines);
    return outcome_is_ok(&result) ? vocabulary_build(lines, vocabulary) : result;
}

void vocabulary_free(vocabulary_t *vocabulary)
{
    lines_free(&vocabulary->lines);
    free(vocabulary->slots);
    *vocabulary = (vocabulary_t){0};
}

int32_t vocabulary_longest(const vocabulary_t *vocabulary, const char *text, size_t size, bool continues, size_t *used)
{
    enum { REACH = 512 }; /* bytes: a word has at most 100 characters of at most 4 */
    uint64_t hashes[REACH + 1];
    size_t reach = size < REACH ? size : REACH, most = vocabulary->longest - (continues ? CONTINUATION : 0);
    const char *prefix = continues ? continuation : "";
    if (reach > most)
        reach = most;
    hashes[0] = hash_start(continues);
    for (size_t i = 0; i < reach; i++)
        hashes[i + 1] = hash_more(hashes[i], text + i, 1);
    for (size_t end = reach; end > 0; end--) {
        uint32_t line = *find_slot(vocabulary, hashes[end], prefix, text, end);
        if (line != 0) {
            *used = end;
            return (int32_t)line - 1;
        }
    }
    return -1;
}
