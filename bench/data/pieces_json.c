/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tokenizer.json of Hugging Face's library `tokenizers`: the vocabulary, the special tokens and the merges. How a text is
 * cut is read by pieces_rules.c. */
#include "data/pieces_json.h"

#include "base/json.h"
#include "base/text.h"
#include "data/unicode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

/* ===  The alphabet of bytes  === */

/* A byte is written as a character that can be seen (GPT-2's bytes_to_unicode()): as the character of its own number where
 * that is printable, the others in order as U+0100 and on. */
static bool is_itself(int byte)
{
    return (byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}

static void make_alphabet(pieces_json_t *json)
{
    int other = PIECES_BYTES;
    for (int i = 0; i < PIECES_ALPHABET; i++)
        json->byte_of[i] = -1;
    for (int byte = 0; byte < PIECES_BYTES; byte++)
        json->byte_of[is_itself(byte) ? byte : other++] = (int16_t)byte;
}

/* The bytes that `key` writes; false when a character of it is none of the alphabet. */
static bool read_bytes(const pieces_json_t *json, const char *key, size_t size, char *to, size_t *length)
{
    utf8proc_int32_t code;
    *length = 0;
    for (size_t at = 0; at < size;) {
        const utf8proc_ssize_t used =
            utf8proc_iterate((const utf8proc_uint8_t *)key + at, (utf8proc_ssize_t)(size - at), &code);
        if (used < 1 || code >= PIECES_ALPHABET || json->byte_of[code] < 0)
            return false;
        to[(*length)++] = (char)json->byte_of[code];
        at += (size_t)used;
    }
    return true;
}

/* ===  Tokens  === */

/* A token's number. It may be any below the model's, in any order. */
static outcome_t read_number(const pieces_json_t *json, const char *name, const cJSON *number, int64_t *value)
{
    const double read = cJSON_IsNumber(number) ? number->valuedouble : -1;
    *value = read >= 0 && read < PIECES_MOST && floor(read) == read ? (int64_t)read : -1;
    if (*value < 0)
        return outcome_failed(json->path, text_of("token \"%.60s\"", name).chars, "no number of a token",
                              "a whole number from 0 to 1,048,575", NULL);
    if (json->words > 0 && *value >= json->words)
        return outcome_failed(json->path, text_of("token \"%.60s\"", name).chars,
                              text_of("number %lld", (long long)*value).chars,
                              text_of("below %lld, the words of the model", (long long)json->words).chars,
                              "the tokenizer is not that of the weights");
    return outcome_ok();
}

/* Memory for the numbers of `vocabulary` and of the special tokens, and for their texts, none of which grows when it is
 * read. */
static outcome_t reserve(const pieces_json_t *json, const cJSON *vocabulary, const cJSON *added)
{
    pieces_t *pieces = json->pieces;
    size_t bytes = 1;
    outcome_t result;
    for (int part = 0; part < 2; part++)
        for (const cJSON *item = part == 0       ? vocabulary->child
                                 : added != NULL ? added->child
                                                 : NULL;
             item != NULL; item = item->next) {
            const cJSON *number = part == 0 ? item : cJSON_GetObjectItemCaseSensitive(item, "id");
            const cJSON *content = cJSON_GetObjectItemCaseSensitive(item, "content");
            const char *name = part == 0 ? item->string : cJSON_GetStringValue(content);
            int64_t value;
            if (name == NULL || name[0] == '\0' || strlen(name) > PIECES_MOST_BYTES)
                return outcome_failed(json->path, part == 0 ? "model.vocab" : "added_tokens",
                                      "a token without a name, or with a very long one", "1 to 4,096 bytes", NULL);
            if (outcome_bad(&result, read_number(json, name, number, &value)))
                return result;
            pieces->count = value + 1 > pieces->count ? value + 1 : pieces->count;
            pieces->added_count += part == 1;
            bytes += strlen(name);
        }
    pieces->items = calloc((size_t)pieces->count + 1, sizeof *pieces->items);
    pieces->added = calloc(pieces->added_count + 1, sizeof *pieces->added);
    pieces->texts = malloc(bytes);
    return pieces->items != NULL && pieces->added != NULL && pieces->texts != NULL ? outcome_ok()
                                                                                   : outcome_out_of_memory(json->path);
}

/* "<0x0A>" */
static int byte_of_name(const char *name)
{
    if (strlen(name) != strlen("<0x00>") || !text_starts(name, "<0x") || !text_ends(name, ">"))
        return -1;
    for (int byte = 0; byte < PIECES_BYTES; byte++)
        if (text_equal(text_of("<0x%02X>", (unsigned)byte).chars, name))
            return byte;
    return -1;
}

static outcome_t read_vocabulary(const pieces_json_t *json, const cJSON *vocabulary, char **to)
{
    pieces_t *pieces = json->pieces;
    for (const cJSON *item = vocabulary->child; item != NULL; item = item->next) {
        piece_t *piece = &pieces->items[(int64_t)item->valuedouble];
        const size_t size = strlen(item->string);
        const int byte = !pieces->words && item->string[0] == '<' ? byte_of_name(item->string) : -1;
        if (piece->text != NULL)
            return outcome_failed(json->path, text_of("token \"%.60s\"", item->string).chars,
                                  text_of("number %lld twice", (long long)item->valuedouble).chars, "a number of its own",
                                  NULL);
        *piece = (piece_t){.text = *to, .size = size, .plain = true};
        if (byte >= 0) {
            *piece = (piece_t){.text = pieces_byte_text(byte), .size = 1};
            pieces->bytes[byte] = (int32_t)item->valuedouble;
            continue;
        }
        if (!pieces->words)
            piece->size = pieces_unmark(item->string, size, *to);
        else if (!read_bytes(json, item->string, size, *to, &piece->size)) {
            piece->size = size;
            piece->plain = false; /* a special token that stands in the vocabulary, too */
            memcpy(*to, item->string, size);
        }
        if (pieces->words && piece->plain && piece->size == 1)
            pieces->bytes[(uint8_t) * *to] = (int32_t)item->valuedouble;
        *to += piece->size;
    }
    return outcome_ok();
}

static outcome_t read_added(const pieces_json_t *json, const cJSON *added, char **to)
{
    static const char *const unread[] = {"single_word", "lstrip", "rstrip"};
    pieces_t *pieces = json->pieces;
    size_t count = 0;
    for (const cJSON *item = added != NULL ? added->child : NULL; item != NULL; item = item->next) {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "content"));
        const int64_t number = (int64_t)cJSON_GetObjectItemCaseSensitive(item, "id")->valuedouble;
        const text_t place = text_of("added token \"%.60s\"", name);
        for (size_t i = 0; i < sizeof unread / sizeof unread[0]; i++)
            if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item, unread[i])))
                return outcome_failed(json->path, place.chars, unread[i], "a token that is found as it stands", NULL);
        if (json->normalizes && cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item, "normalized")))
            return outcome_failed(json->path, place.chars, "normalized", "a token that is found as it stands",
                                  "set \"normalized\" to false, as newer files of the model have it");
        memcpy(*to, name, strlen(name));
        pieces->items[number] = (piece_t){.text = *to, .size = strlen(name)};
        pieces->added[count++] = (int32_t)number;
        *to += strlen(name);
    }
    return outcome_ok();
}

static outcome_t check_bytes(const pieces_json_t *json)
{
    for (int byte = 0; byte < PIECES_BYTES; byte++)
        if (json->pieces->bytes[byte] < 0)
            return outcome_failed(json->path, "model.vocab", text_of("no token for byte 0x%02X", (unsigned)byte).chars,
                                  "one for each byte", NULL);
    return outcome_ok();
}

/* ===  Merges  === */

/* A vocabulary by name: cJSON would search from its start each time. */
static int by_name(const void *a, const void *b)
{
    return strcmp((*(const cJSON *const *)a)->string, (*(const cJSON *const *)b)->string);
}

static int to_name(const void *name, const void *item)
{
    return strcmp(name, (*(const cJSON *const *)item)->string);
}

typedef struct {
    const cJSON **items;
    size_t count;
} names_t;

static int32_t find_name(const names_t *names, const char *name)
{
    const cJSON **found = bsearch(name, names->items, names->count, sizeof *names->items, to_name);
    return found != NULL ? (int32_t)(*found)->valuedouble : -1;
}

/* "a b", or ["a", "b"] in newer files, which tells blanks apart. */
static outcome_t read_merge(const pieces_json_t *json, const names_t *names, const cJSON *merge, int rank)
{
    char text[2 * PIECES_MOST_BYTES + 2];
    const char *left = cJSON_GetStringValue(cJSON_GetArrayItem(merge, 0)),
               *right = cJSON_GetStringValue(cJSON_GetArrayItem(merge, 1));
    const text_t place = text_of("model.merges, entry %d", rank);
    if (cJSON_IsString(merge) && strlen(merge->valuestring) < sizeof text) {
        char *parts[2];
        strcpy(text, merge->valuestring);
        const size_t count = text_split(text, ' ', parts, 2);
        left = count == 2 ? parts[0] : NULL;
        right = count == 2 ? parts[1] : NULL;
    }
    if (left == NULL || right == NULL || strlen(left) + strlen(right) >= sizeof text ||
        (cJSON_IsArray(merge) && cJSON_GetArraySize(merge) != 2))
        return outcome_failed(json->path, place.chars, "another form", "\"a b\" or [\"a\", \"b\"]", NULL);
    char joined[sizeof text];
    stpcpy(stpcpy(joined, left), right);
    const int32_t a = find_name(names, left), b = find_name(names, right), both = find_name(names, joined);
    if (a < 0 || b < 0 || both < 0)
        return outcome_failed(json->path, place.chars,
                              text_of("\"%.60s\", which is no token", a < 0   ? left
                                                                      : b < 0 ? right
                                                                              : joined)
                                  .chars,
                              "tokens of model.vocab", NULL);
    merges_put(&json->pieces->merges, a, b, both, rank);
    return outcome_ok();
}

static outcome_t read_merges(const pieces_json_t *json, const cJSON *vocabulary, const cJSON *merges)
{
    names_t names = {.items = calloc((size_t)cJSON_GetArraySize(vocabulary) + 1, sizeof *names.items)};
    outcome_t result = names.items != NULL ? merges_create((size_t)cJSON_GetArraySize(merges), &json->pieces->merges)
                                           : outcome_out_of_memory(json->path);
    int rank = 0;
    for (const cJSON *item = vocabulary->child; item != NULL && names.items != NULL; item = item->next)
        names.items[names.count++] = item;
    if (outcome_is_ok(&result))
        qsort(names.items, names.count, sizeof *names.items, by_name);
    for (const cJSON *merge = merges->child; merge != NULL && outcome_is_ok(&result); merge = merge->next)
        result = read_merge(json, &names, merge, rank++);
    json->pieces->by_merges = true;
    free(names.items);
    return result;
}

/* ===  The file  === */

static outcome_t read_tree(pieces_json_t *json, const cJSON *tree)
{
    const cJSON *model = cJSON_GetObjectItemCaseSensitive(tree, "model"),
                *vocabulary = cJSON_GetObjectItemCaseSensitive(model, "vocab"),
                *merges = cJSON_GetObjectItemCaseSensitive(model, "merges"),
                *added = cJSON_GetObjectItemCaseSensitive(tree, "added_tokens");
    pieces_t *pieces = json->pieces;
    outcome_t result;
    for (int byte = 0; byte < PIECES_BYTES; byte++)
        pieces->bytes[byte] = -1;
    make_alphabet(json);
    if (outcome_bad(&result, pieces_json_rules(json, tree)))
        return result;
    if (!cJSON_IsObject(vocabulary) || !cJSON_IsArray(merges))
        return outcome_failed(json->path, "model", "no vocab and merges", "the vocabulary and the merges of BPE", NULL);
    if (outcome_bad(&result, reserve(json, vocabulary, added)))
        return result;
    char *to = pieces->texts;
    if (outcome_bad(&result, read_vocabulary(json, vocabulary, &to)) ||
        outcome_bad(&result, read_added(json, added, &to)) || outcome_bad(&result, check_bytes(json)) ||
        outcome_bad(&result, read_merges(json, vocabulary, merges)))
        return result;
    return pieces_json_ends(json, tree);
}

outcome_t pieces_read_json(const char *path, int64_t words, pieces_t *pieces)
{
    pieces_json_t json = {.path = path, .words = words, .pieces = pieces};
    const char *text = (const char *)pieces->file.data;
    const size_t wrong = unicode_check(text, pieces->file.size);
    cJSON *tree;
    outcome_t result;
    /* Texts are cut at the names of tokens: a name of half a character would cut one, and patterns need whole ones. */
    if (wrong < pieces->file.size)
        return outcome_failed(path, text_of("byte %zu", wrong).chars, text_of("byte 0x%02x", (uint8_t)text[wrong]).chars,
                              "text in UTF-8", "get the file again");
    if (outcome_bad(&result, json_parse(path, NULL, "a tokenizer.json of Hugging Face", text, pieces->file.size, &tree)))
        return result;
    file_free_bytes(&pieces->file);
    result = read_tree(&json, tree);
    cJSON_Delete(tree);
    return result;
}
