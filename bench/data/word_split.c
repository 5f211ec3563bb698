/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/word_split.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* \s and \S by Unicode's property, inside a class too. Other escapes stay. */
static char *with_white_space(const char *pattern)
{
    text_builder_t builder = {0};
    for (const char *at = pattern; *at != '\0'; at++) {
        if (at[0] == '\\' && (at[1] == 's' || at[1] == 'S'))
            text_append(&builder, "\\%c{White_Space}", at[1] == 's' ? 'p' : 'P');
        else if (at[0] == '\\' && at[1] != '\0')
            text_append(&builder, "%.2s", at);
        else
            text_append(&builder, "%c", *at);
        at += at[0] == '\\' && at[1] != '\0';
    }
    if (builder.failed) {
        free(builder.chars);
        return NULL;
    }
    return builder.chars;
}

outcome_t word_split_add(word_split_t *split, const char *where, const char *place, const char *pattern, bool literal)
{
    enum { MOST_BYTES = 4096 };
    int error;
    PCRE2_SIZE at;
    if (split->count == WORD_SPLIT_MOST || pattern[0] == '\0' || strlen(pattern) > MOST_BYTES)
        return outcome_failed(where, place,
                              text_of("%zu patterns, or one of %zu bytes", split->count, strlen(pattern)).chars,
                              "at most 8 patterns of 1 to 4,096 bytes", NULL);
    char *read = literal ? text_copy(pattern) : with_white_space(pattern);
    if (read == NULL)
        return outcome_out_of_memory(where);
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)read, PCRE2_ZERO_TERMINATED,
                      PCRE2_UTF | (literal ? PCRE2_LITERAL : PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C), &error, &at, NULL);
    free(read);
    if (code == NULL) {
        PCRE2_UCHAR message[256];
        pcre2_get_error_message(error, message, sizeof message);
        return outcome_failed(where, place, text_of("%.200s at byte %zu", (const char *)message, at).chars,
                              "a pattern that PCRE2 reads", NULL);
    }
    (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* without it the same matches, slower */
    split->patterns[split->count++] = code;
    return outcome_ok();
}

void word_split_free(word_split_t *split)
{
    for (size_t i = 0; i < split->count; i++)
        pcre2_code_free(split->patterns[i]);
    *split = (word_split_t){.count = 0};
}

typedef struct {
    const word_split_t *split;
    word_split_take_t take;
    void *context;
} run_t;

/* The words of pattern `depth` and of those after it. */
static outcome_t run_from(const run_t *run, size_t depth, const char *text, size_t size)
{
    if (depth == run->split->count)
        return size > 0 ? run->take(run->context, text, size) : outcome_ok();
    pcre2_code *code = run->split->patterns[depth];
    pcre2_match_data *match = pcre2_match_data_create_from_pattern(code, NULL);
    outcome_t result = match != NULL ? outcome_ok() : outcome_out_of_memory("words of a text");
    size_t begin = 0;
    for (size_t at = 0; at < size && outcome_is_ok(&result);) {
        const int found = pcre2_match(code, (PCRE2_SPTR)text, size, at, PCRE2_NO_UTF_CHECK | PCRE2_NOTEMPTY, match, NULL);
        if (found == PCRE2_ERROR_NOMATCH)
            break;
        if (found < 0) {
            result = outcome_failed("text", text_of("byte %zu", at).chars, text_of("error %d of PCRE2", found).chars,
                                    "a text that the tokenizer's pattern can cut", "is there a very long run of blanks?");
            break;
        }
        const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(match);
        const size_t from = ends[0] > begin ? ends[0] : begin, to = ends[1] > from ? ends[1] : from + 1;
        if (!outcome_bad(&result, run_from(run, depth + 1, text + begin, from - begin)))
            result = run_from(run, depth + 1, text + from, to - from);
        begin = at = to;
    }
    if (outcome_is_ok(&result) && begin < size)
        result = run_from(run, depth + 1, text + begin, size - begin);
    pcre2_match_data_free(match);
    return result;
}

outcome_t word_split_run(const word_split_t *split, const char *text, size_t size, word_split_take_t take, void *context)
{
    const run_t run = {.split = split, .take = take, .context = context};
    return run_from(&run, 0, text, size);
}
