/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two passes, as in Hugging Face's BertNormalizer and BertPreTokenizer. The first cleans the text: characters of the
 * class REMOVED are dropped, white space becomes a space, ideographs get spaces around them. For lower case, utf8proc then
 * decomposes the text canonically (NFD), and marks are dropped. The second pass cuts the result into words. The order
 * matters: a character can decompose into punctuation (U+1FEF into a grave accent), which is then cut off, or into an
 * ideograph (U+F900), which is not.
 *
 * Decompositions are those of the machine's utf8proc. Unicode never changes a decomposition, but new characters bring
 * new ones (since Hugging Face's tables only U+11938, up to Unicode 15). Such a word is [UNK] in any case, as no
 * checkpoint's vocabulary has these characters. */
#include "data/words.h"

#include "base/text.h"
#include "data/unicode.h"

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h> /* utf8proc_iterate, utf8proc_encode_char, utf8proc_decompose, utf8proc_tolower */

enum { ASCII_END = 0x80, CHARACTER_BYTES = 4 };

typedef struct {
    char *bytes;
    size_t size;
} buffer_t;

static void put(buffer_t *buffer, const char *bytes, size_t size)
{
    memcpy(buffer->bytes + buffer->size, bytes, size);
    buffer->size += size;
}

/* Read one character of UTF-8. Returns its length in bytes; below 1 when it is invalid. */
static int64_t take(const char *text, size_t size, int32_t *character)
{
    if ((uint8_t)*text < ASCII_END) {
        *character = (uint8_t)*text;
        return 1;
    }
    return utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size, character);
}

static outcome_t clean(const char *text, size_t size, buffer_t *cleaned)
{
    for (size_t at = 0; at < size;) {
        int32_t character;
        int64_t used = take(text + at, size - at, &character);
        if (used < 1)
            return outcome_failed("text", text_of("byte %zu", at).chars, text_of("0x%02x", (uint8_t)text[at]).chars,
                                  "text in UTF-8", NULL);
        switch (unicode_class(character)) {
        case UNICODE_REMOVED:
            break;
        case UNICODE_SPACE:
            put(cleaned, " ", 1);
            break;
        case UNICODE_IDEOGRAPH:
            put(cleaned, " ", 1);
            put(cleaned, text + at, (size_t)used);
            put(cleaned, " ", 1);
            break;
        default:
            put(cleaned, text + at, (size_t)used);
        }
        at += (size_t)used;
    }
    return outcome_ok();
}

/* Replace the text by its lower case without accents. */
static outcome_t make_plain(buffer_t *text)
{
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text->bytes;
    utf8proc_ssize_t size = (utf8proc_ssize_t)text->size;
    utf8proc_ssize_t count = utf8proc_decompose(bytes, size, NULL, 0, UTF8PROC_DECOMPOSE);
    if (count < 0)
        return outcome_failed("text", "decomposing", utf8proc_errmsg(count), "text in UTF-8", NULL);
    utf8proc_int32_t *characters = malloc((size_t)count * sizeof *characters + 1);
    char *plain = malloc((size_t)count * CHARACTER_BYTES + 1);
    if (characters == NULL || plain == NULL) {
        free(characters);
        free(plain);
        return outcome_out_of_memory("text");
    }
    count = utf8proc_decompose(bytes, size, characters, count, UTF8PROC_DECOMPOSE);
    free(text->bytes);
    *text = (buffer_t){.bytes = plain};
    for (utf8proc_ssize_t i = 0; i < count; i++)
        if (unicode_class(characters[i]) != UNICODE_MARK)
            text->size +=
                (size_t)utf8proc_encode_char(utf8proc_tolower(characters[i]), (utf8proc_uint8_t *)plain + text->size);
    free(characters);
    return outcome_ok();
}

static void end_word(words_t *words, size_t end)
{
    if (end > (words->count > 0 ? words->ends[words->count - 1] : 0))
        words->ends[words->count++] = end;
}

/* Remove the spaces from the text, in place, and record where the words end. */
static outcome_t cut(buffer_t *text, words_t *words)
{
    words->ends = malloc(text->size * sizeof *words->ends + 1);
    if (words->ends == NULL)
        return outcome_out_of_memory("text");
    size_t end = 0;
    for (size_t at = 0; at < text->size;) {
        int32_t character;
        size_t used = (size_t)take(text->bytes + at, text->size - at, &character);
        unicode_class_t class = unicode_class(character);
        if (class == UNICODE_SPACE || class == UNICODE_PUNCTUATION)
            end_word(words, end);
        if (class != UNICODE_SPACE) {
            memmove(text->bytes + end, text->bytes + at, used);
            end += used;
        }
        if (class == UNICODE_PUNCTUATION)
            end_word(words, end);
        at += used;
    }
    end_word(words, end);
    return outcome_ok();
}

outcome_t words_split(const char *text, size_t size, bool lower_case, words_t *words)
{
    *words = (words_t){0};
    buffer_t buffer = {.bytes = malloc(2 * size + 1)}; /* an ideograph has 3 bytes or more: with its spaces, 5/3 */
    if (buffer.bytes == NULL)
        return outcome_out_of_memory("text");
    outcome_t result;
    if (!outcome_bad(&result, clean(text, size, &buffer)) && (!lower_case || !outcome_bad(&result, make_plain(&buffer))))
        result = cut(&buffer, words);
    words->text = buffer.bytes;
    if (!outcome_is_ok(&result))
        words_free(words);
    return result;
}

void words_free(words_t *words)
{
    free(words->text);
    free(words->ends);
    *words = (words_t){0};
}
