/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer target: any bytes as a vocabulary, as a TSV file and as a text. What is read is tokenised, cased and uncased;
 * each token must be of the vocabulary, each sequence as long as it may be. */
#include "data/tokenizer.h"
#include "data/tsv.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char base_pieces[] =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##a\nab\n##b\n.\n##ing\nrun\n\xE6\x9D\xB1\n##\xCC\x81\n";

/* `head` and then the input, in memory of that size and a byte more, so that a read beyond it is seen. */
static bytes_t joined(const char *head, const uint8_t *data, size_t size)
{
    bytes_t bytes = {.size = strlen(head) + size};
    bytes.data = malloc(bytes.size + 1);
    if (bytes.data == NULL)
        return (bytes_t){0};
    memcpy(bytes.data, head, strlen(head));
    if (size > 0)
        memcpy(bytes.data + strlen(head), data, size);
    return bytes;
}

static void check(const vocabulary_t *vocabulary, const tokens_t *tokens)
{
    for (size_t i = 0; i < tokens->count; i++)
        if (tokens->items[i] < 0 || (size_t)tokens->items[i] >= vocabulary->lines.count)
            abort();
}

static void tokenise(const vocabulary_t *vocabulary, const char *text, size_t size)
{
    for (int lower = 0; lower < 2; lower++) {
        tokenizer_t tokenizer = {.vocabulary = vocabulary, .lower_case = lower == 1};
        tokens_t tokens = {0}, sequence = {0};
        size_t segment = 0, width = TOKENIZER_LEAST_WIDTH + size % 13;
        outcome_t outcome = tokenizer_encode(&tokenizer, text, size, &tokens);
        check(vocabulary, &tokens);
        if (outcome_is_ok(&outcome) && memchr(text, 0, size) == NULL) {
            const char *tab = strchr(text, '\t');
            outcome = tokenizer_sequence(&tokenizer, text, tab != NULL ? tab : NULL, width, &sequence, &segment);
            check(vocabulary, &sequence);
            if (!outcome_is_ok(&outcome) || sequence.count > width || segment > sequence.count)
                abort();
        }
        tokens_free(&tokens);
        tokens_free(&sequence);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    vocabulary_t vocabulary;
    lines_t lines;
    tsv_t tsv;
    bytes_t text = joined("", data, size);
    if (text.data == NULL)
        return 0;
    text.data[size] = 0;
    outcome_t outcome = lines_parse("base", joined(base_pieces, data, 0), &lines);
    if (outcome_is_ok(&outcome))
        outcome = vocabulary_build(lines, &vocabulary);
    if (outcome_is_ok(&outcome)) {
        tokenise(&vocabulary, (const char *)text.data, size);
        vocabulary_free(&vocabulary);
    }
    outcome = lines_parse("vocabulary", joined(base_pieces, data, size), &lines);
    if (outcome_is_ok(&outcome))
        outcome = vocabulary_build(lines, &vocabulary);
    if (outcome_is_ok(&outcome)) {
        tokenise(&vocabulary, (const char *)text.data, size);
        vocabulary_free(&vocabulary);
    }
    for (int kind = 0; kind < 2; kind++) {
        static const char *const names[] = {"0", "1", NULL}, *const headers[] = {"sentence\tlabel\n", "sentence,label\n"};
        outcome = tsv_parse("table", joined(headers[kind], data, size), &tsv);
        if (!outcome_is_ok(&outcome))
            continue;
        for (size_t row = 0; row < tsv.rows; row++) {
            int32_t label;
            if (!tsv_is_left_out(&tsv, row))
                outcome = tsv_label(&tsv, row, tsv.columns - 1, names, &label);
        }
        tsv_free(&tsv);
    }
    file_free_bytes(&text);
    return 0;
}
