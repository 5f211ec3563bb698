/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/passages.h"

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "data/unicode.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

outcome_t passages_check(const char *where, const char *text, size_t size)
{
    const size_t wrong = unicode_check(text, size);
    size_t line = 1;
    if (wrong == size)
        return outcome_ok();
    for (size_t at = 0; at < wrong; at++)
        line += text[at] == '\n';
    return outcome_failed(where, text_of("line %zu, byte %zu", line, wrong + 1).chars,
                          text_of("byte 0x%02x", (uint8_t)text[wrong]).chars, "text in UTF-8", "convert it to UTF-8");
}

static bool is_blank(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!isspace((unsigned char)text[i]))
            return false;
    return true;
}

static outcome_t add_document(const char *text, size_t size, const pieces_t *pieces, const windows_rule_t *rule,
                              windows_t *windows)
{
    pieces_tokens_t tokens;
    outcome_t result;
    if (is_blank(text, size))
        return outcome_ok();
    if (outcome_bad(&result, pieces_encode(pieces, text, size, &tokens)))
        return result;
    result = windows_add(windows, rule, tokens.numbers, tokens.bytes, tokens.count);
    pieces_tokens_free(&tokens);
    return result;
}

/* Does a line of JSON hold the character NUL, as it is or escaped? cJSON ends a text there. */
static bool has_nul(const char *text, size_t size)
{
    static const char escaped[] = "\\u0000";
    for (size_t at = 0; at < size; at++) {
        if (text[at] == '\0' || (size - at >= strlen(escaped) && memcmp(text + at, escaped, strlen(escaped)) == 0))
            return true;
        at += text[at] == '\\'; /* what follows is escaped */
    }
    return false;
}

/* One line of JSON; an empty one is none. */
static outcome_t add_object(const char *path, size_t line, const char *text, size_t size, const char *name,
                            const pieces_t *pieces, const windows_rule_t *rule, windows_t *windows)
{
    const text_t place = text_of("line %zu", line);
    cJSON *object;
    outcome_t result;
    if (is_blank(text, size))
        return outcome_ok();
    if (has_nul(text, size))
        return outcome_failed(path, place.chars, "the character NUL", "text without it", "leave that line out");
    if (outcome_bad(&result, json_parse(path, place.chars, "a JSON object on each line", text, size, &object)))
        return result;
    const char *document = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    result = document != NULL ? add_document(document, strlen(document), pieces, rule, windows)
                              : outcome_failed(path, place.chars, text_of("no text \"%.60s\"", name).chars,
                                               "that member, a text", "--json names the member that holds a document");
    cJSON_Delete(object);
    return result;
}

outcome_t passages_read(const char *path, const passages_form_t *form, const pieces_t *pieces, const windows_rule_t *rule,
                        windows_t *windows)
{
    static const size_t most = (size_t)1 << 32;
    const char *separator = form->member != NULL ? "\n" : form->separator;
    bytes_t bytes;
    outcome_t result = file_read_gzip(path, "a plain text, such as WikiText-2's test part", most, &bytes);
    if (!outcome_is_ok(&result))
        return result;
    const char *at = (const char *)bytes.data, *end = at + bytes.size;
    const size_t gap = separator != NULL ? strlen(separator) : 0;
    result = passages_check(path, at, bytes.size);
    for (size_t part = 1; at < end && outcome_is_ok(&result) && !windows_full(windows, rule); part++) {
        const char *next = gap > 0 ? memmem(at, (size_t)(end - at), separator, gap) : NULL;
        const size_t size = (size_t)((next != NULL ? next : end) - at);
        result = form->member != NULL ? add_object(path, part, at, size, form->member, pieces, rule, windows)
                                      : add_document(at, size, pieces, rule, windows);
        at = next != NULL ? next + gap : end;
    }
    file_free_bytes(&bytes);
    return result;
}
