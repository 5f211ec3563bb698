/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/sentences.h"

#include "base/file.h"
#include "base/text.h"
#include "data/tokenizer.h"
#include "data/tsv.h"

#include <stdlib.h>
#include <string.h>

enum { BEHIND_THE_LAST = -1, TOKEN_ROWS = 2 };

/* The tokens of one sample. */
typedef struct {
    size_t start, end, segment; /* [start, segment) is segment 0 */
    int64_t line;               /* of the file */
    int file;                   /* of the data set */
} sentence_t;

typedef struct {
    tokens_t tokens;
    sentence_t *sentences;
    int32_t *labels;
} sentences_t;

static text_t find_file(const char *path, const char *const *names)
{
    text_t file = text_of("%s", path);
    for (; file_is_folder(path) && *names != NULL; names++) {
        file = text_of("%s/%s", path, *names);
        if (file_exists(file.chars))
            break;
    }
    return file;
}

static outcome_t check_request(const dataset_request_t *request, const dataset_t *dataset)
{
    const char *name = dataset->kind->name;
    if (request->vocabulary == NULL)
        return outcome_missing(name, "vocabulary", "none given", "the WordPiece vocabulary that belongs to the weights",
                               "give their vocab.txt with --vocabulary");
    if (request->profile->text == NULL)
        return outcome_failed(name, "preprocessing profile", request->profile->name, "one for text",
                              "give the data that this network was trained on");
    if (request->tokens < TOKENIZER_LEAST_WIDTH)
        return outcome_failed(name, "longest sequence", text_of("%lld tokens", (long long)request->tokens).chars,
                              text_of("at least %d", TOKENIZER_LEAST_WIDTH).chars, NULL);
    return outcome_ok();
}

/* Where the columns of the layout are in a file. */
typedef struct {
    size_t label, first, second;
    bool pairs;
} columns_t;

static outcome_t find_columns(const sentences_layout_t *layout, const tsv_t *tsv, columns_t *columns)
{
    outcome_t result;
    columns->pairs = layout->second != NULL;
    if (outcome_bad(&result, tsv_column(tsv, layout->label, &columns->label)) ||
        outcome_bad(&result, tsv_column(tsv, layout->first, &columns->first)) || !columns->pairs)
        return result;
    return tsv_column(tsv, layout->second, &columns->second);
}

/* The embedding has one row for each piece; a few rows more fill it up to a size that a GPU likes. */
static outcome_t check_vocabulary(const dataset_request_t *request, const vocabulary_t *vocabulary, dataset_t *dataset)
{
    enum { FILL = 64 };
    const int64_t pieces = (int64_t)vocabulary->lines.count, words = request->words;
    if (words == 0 || pieces == words)
        return outcome_ok();
    if (pieces < words && (pieces + FILL - 1) / FILL * FILL >= words) {
        dataset_note(dataset, "the vocabulary has %lld pieces, the embedding %lld rows: the last rows are not used",
                     (long long)pieces, (long long)words);
        return outcome_ok();
    }
    return outcome_failed(vocabulary->lines.path, NULL, text_of("%lld pieces", (long long)pieces).chars,
                          text_of("%lld, as the embedding of the weights has rows", (long long)words).chars,
                          "give the vocab.txt of these weights with --vocabulary");
}

/* Tokenise one row as sample dataset->samples. */
static outcome_t take_row(const sentences_row_t *row, const tokenizer_t *tokenizer, dataset_t *dataset)
{
    sentences_t *sentences = dataset->state;
    sentence_t *sentence = &sentences->sentences[dataset->samples];
    outcome_t result;
    sentence->start = sentences->tokens.count;
    sentence->line = row->line;
    sentence->file = row->file;
    if (outcome_bad(&result, tokenizer_sequence(tokenizer, row->first, row->second, (size_t)dataset->request.tokens,
                                                &sentences->tokens, &sentence->segment)))
        return result;
    sentence->segment += sentence->start;
    sentence->end = sentences->tokens.count;
    sentences->labels[dataset->samples++] = row->label;
    return result;
}

/* Room for `count` samples, and the vocabulary, which is the last of the files. */
static outcome_t prepare(int64_t count, dataset_t *dataset, vocabulary_t *vocabulary)
{
    sentences_t *sentences = dataset->state;
    outcome_t result;
    if (outcome_bad(&result, vocabulary_read(dataset->files[dataset->file_count - 1].chars, vocabulary)) ||
        outcome_bad(&result, check_vocabulary(&dataset->request, vocabulary, dataset)))
        return result;
    sentences->sentences = calloc((size_t)count, sizeof *sentences->sentences);
    sentences->labels = calloc((size_t)count, sizeof *sentences->labels);
    if (sentences->sentences == NULL || sentences->labels == NULL)
        result = outcome_out_of_memory(dataset->request.path);
    return result;
}

/* Tokenise all rows. Afterwards neither the file nor the vocabulary is needed. */
static outcome_t take_rows(const sentences_layout_t *layout, dataset_t *dataset)
{
    const dataset_request_t *request = &dataset->request;
    vocabulary_t vocabulary = {0};
    tsv_t tsv = {0};
    lines_bad_t bad = {0};
    columns_t columns;
    outcome_t result;
    if (outcome_bad(&result, tsv_read(dataset->files[0].chars, layout->todo, request->skip_bad ? &bad : NULL, &tsv)) ||
        outcome_bad(&result, find_columns(layout, &tsv, &columns)) ||
        outcome_bad(&result, prepare((int64_t)tsv.rows, dataset, &vocabulary)))
        goto out;
    if (tsv.quoted && tsv.separator == '\t')
        dataset_note(dataset, "the fields of this file are quoted, unlike GLUE's own: quotes around a field are taken off");
    const tokenizer_t tokenizer = {.vocabulary = &vocabulary, .lower_case = request->profile->text->lower_case};
    for (size_t row = 0; row < tsv.rows && outcome_is_ok(&result); row++) {
        if (tsv_is_left_out(&tsv, row))
            continue;
        sentences_row_t found = {.line = (int64_t)row + 2};
        outcome_t label = tsv_label(&tsv, row, columns.label, layout->labels, &found.label);
        found.first = tsv_cell(&tsv, row, columns.first);
        found.second = columns.pairs ? tsv_cell(&tsv, row, columns.second) : NULL;
        result = outcome_is_ok(&label) ? take_row(&found, &tokenizer, dataset) : lines_judge(tsv.lines.bad, label);
    }
    if (outcome_is_ok(&result) && dataset->samples == 0)
        result =
            outcome_failed(dataset->files[0].chars, NULL, "no line that can be read", "at least one", "get the file again");
    dataset->skipped = bad.count;
    dataset->first_skipped = bad.first;

out:
    tsv_free(&tsv);
    vocabulary_free(&vocabulary);
    return result;
}

static outcome_t read_sample(const dataset_t *dataset, int64_t sample, float *values)
{
    const sentences_t *sentences = dataset->state;
    const sentence_t *sentence = &sentences->sentences[sample];
    float *numbers = values, *segments = values + dataset->width;
    size_t count = sentence->end - sentence->start;
    for (size_t i = 0; i < (size_t)dataset->width; i++) {
        numbers[i] = i < count ? (float)sentences->tokens.items[sentence->start + i] : BEHIND_THE_LAST;
        segments[i] = i < count && sentence->start + i >= sentence->segment ? 1 : 0;
    }
    return outcome_ok();
}

static text_t name_of(const dataset_t *dataset, int64_t sample)
{
    const sentences_t *sentences = dataset->state;
    const sentence_t *sentence = &sentences->sentences[sample];
    return text_of("%.400s line %lld", file_name(dataset->files[sentence->file].chars), (long long)sentence->line);
}

static void close_sentences(dataset_t *dataset)
{
    sentences_t *sentences = dataset->state;
    tokens_free(&sentences->tokens);
    free(sentences->sentences);
    free(sentences->labels);
    free(sentences);
}

static int64_t count_names(const char *const *names)
{
    int64_t count = 0;
    while (names[count] != NULL)
        count++;
    return count;
}

/* The memory of the data set, and the vocabulary as its last file. */
static outcome_t open_empty(const dataset_request_t *request, dataset_t *dataset)
{
    sentences_t *sentences = calloc(1, sizeof *sentences);
    if (sentences == NULL)
        return outcome_out_of_memory(request->path);
    dataset->state = sentences;
    dataset->close = close_sentences;
    dataset->read = read_sample;
    dataset->name_of = name_of;
    dataset->files[dataset->file_count++] = text_of("%s", request->vocabulary);
    for (int i = 0; i < dataset->file_count; i++)
        if (!text_fits(&dataset->files[i]))
            return outcome_failed(dataset->files[i].chars, NULL, "a path that is too long", "a shorter one", NULL);
    return outcome_ok();
}

static void describe(int64_t classes, dataset_t *dataset)
{
    const sentences_t *sentences = dataset->state;
    dataset->classes = classes;
    dataset->channels = TOKEN_ROWS;
    dataset->height = 1;
    dataset->width = dataset->request.tokens;
    dataset->labels = sentences->labels;
}

outcome_t sentences_open(const sentences_layout_t *layout, const dataset_request_t *request, dataset_t *dataset)
{
    outcome_t result = check_request(request, dataset);
    if (!outcome_is_ok(&result))
        return result;
    dataset->files[dataset->file_count++] = find_file(request->path, layout->names);
    if (outcome_bad(&result, open_empty(request, dataset)) || outcome_bad(&result, take_rows(layout, dataset)))
        return result;
    describe(count_names(layout->labels), dataset);
    return result;
}

outcome_t sentences_open_rows(const sentences_row_t *rows, int64_t count, int64_t classes, const dataset_request_t *request,
                              dataset_t *dataset)
{
    vocabulary_t vocabulary = {0};
    outcome_t result = check_request(request, dataset);
    if (!outcome_is_ok(&result))
        return result;
    if (count == 0)
        return outcome_failed(request->path, NULL, "no sentence", "at least one", "get the files again");
    if (!outcome_bad(&result, open_empty(request, dataset)))
        result = prepare(count, dataset, &vocabulary);
    const tokenizer_t tokenizer = {.vocabulary = &vocabulary, .lower_case = request->profile->text->lower_case};
    for (int64_t row = 0; row < count && outcome_is_ok(&result); row++)
        result = take_row(&rows[row], &tokenizer, dataset);
    vocabulary_free(&vocabulary);
    describe(classes, dataset);
    return result;
}
