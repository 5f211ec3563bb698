/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/window_rows.h"

#include "base/file.h"
#include "measure/predictions.h"
#include "rows/writer.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    int64_t window, tokens, right;
    double nats, divergence;
} cells_t;

static const rows_column_t columns[] = {
    {ROWS_PLACE_INTEGER(cells_t, window), .name = "window", .heading = "Window", .key = true,
     .meaning = "number of the window in the text, from 0"},
    {ROWS_PLACE_INTEGER(cells_t, tokens), .name = "tokens", .heading = "Tokens",
     .meaning = "tokens of the window that count"},
    {ROWS_PLACE_REAL(cells_t, nats), .name = "nats", .heading = "-log p", .unit = "nats",
     .meaning = "sum of -log p over these tokens"},
    {ROWS_PLACE_REAL(cells_t, divergence), .name = "divergence", .heading = "KL from INT8", .unit = "nats",
     .meaning = "sum of KL(int8 || method) over these tokens; of int8 and fp32 it is not measured"},
    {ROWS_PLACE_INTEGER(cells_t, right), .name = "right", .heading = "Right",
     .meaning = "tokens that had the largest logit"},
    {.name = NULL},
};

static const rows_schema_t schema = {
    .name = "window", .about = "What a language model says of each window of a text.", .columns = columns};

typedef struct {
    const char *net, *text, *tokenizer, *context, *method;
} place_cells_t;

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(place_cells_t, member), .key = true

static const rows_column_t places[] = {
    {TEXT(net), .heading = "Network", .meaning = "the network"},
    {TEXT(text), .heading = "Text", .meaning = "file of the text"},
    {TEXT(tokenizer), .heading = "Tokenizer", .meaning = "file of the tokenizer"},
    {TEXT(context), .heading = "Context", .meaning = "tokens of a whole window"},
    {TEXT(method), .heading = "Method", .meaning = "the compression method, as `--method` takes it"},
    {.name = NULL},
};

text_t window_rows_folder(const char *run)
{
    return text_of("%s/windows", run);
}

static cells_t sum_up(const likelihoods_t *said, const windows_t *windows, int64_t number)
{
    const window_t *window = &windows->items[number];
    const int32_t *tokens = windows->numbers + window->first + window->predicts - window->counts;
    const double *divergence = said->kl[OUTPUTS_INT8];
    cells_t cells = {.window = number, .tokens = window->counts, .divergence = divergence != NULL ? 0 : (double)NAN};
    for (int64_t i = 0; i < window->counts; i++) {
        cells.nats += said->nats[window->at + i];
        cells.divergence += divergence != NULL ? divergence[window->at + i] : 0;
        cells.right += said->first[window->at + i] == tokens[i];
    }
    return cells;
}

outcome_t window_rows_save(const char *folder, const window_rows_name_t *name, const likelihoods_t *said,
                           const windows_t *windows)
{
    const text_t data = text_of("%s/%s", name->text, name->tokenizer);
    const text_t stem =
        predictions_stem(folder, name->net, text_of("%lld", (long long)name->context).chars, data.chars, name->method);
    rows_writer_t writer;
    outcome_t result = file_make_folder(folder);
    if (!outcome_is_ok(&result) || outcome_bad(&result, rows_create(&writer, &schema, text_of("%s.csv", stem.chars).chars)))
        return result;
    for (int64_t i = 0; i < windows->count; i++) {
        const cells_t cells = sum_up(said, windows, i);
        rows_write(&writer, &cells);
    }
    return rows_commit(&writer);
}

/* ===  The table  === */

static int is_csv(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && text_ends(entry->d_name, ".csv");
}

/* A file of another kind is left out. */
static outcome_t add_file(const char *folder, const char *file, rows_file_list_t *list)
{
    predictions_name_t name;
    char *slash = predictions_name(file, &name) ? strrchr(name.data.chars, '/') : NULL;
    if (slash == NULL)
        return outcome_ok();
    *slash = '\0'; /* the text before it, the tokenizer behind it */
    const char *const of[ROWS_FILES_PLACES] = {name.net.chars, name.data.chars, slash + 1, name.size.chars,
                                               name.spec.chars};
    return rows_file_list_add(list, text_of("%s/%s", folder, file).chars, of);
}

static outcome_t list_run(const char *run, rows_file_list_t *list)
{
    const text_t folder = window_rows_folder(run);
    struct dirent **names = NULL;
    const int count = scandir(folder.chars, &names, is_csv, alphasort); /* -1: no such folder */
    outcome_t result = outcome_ok();
    for (int i = 0; i < count; i++) {
        if (outcome_is_ok(&result))
            result = add_file(folder.chars, names[i]->d_name, list);
        free(names[i]);
    }
    free(names);
    return result;
}

const rows_files_t window_rows_files = {.name = "windows",
                                        .about =
                                            "What a language model says of each window of a text under each method; read "
                                            "from the folder windows.",
                                        .places = places,
                                        .file = &schema,
                                        .list = list_run};
