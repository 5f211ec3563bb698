/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/samples.h"

#include "base/file.h"
#include "measure/predictions.h"
#include "rows/writer.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *net, *size, *data, *activations, *method;
} place_cells_t;

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(place_cells_t, member), .key = true

static const rows_column_t places[] = {
    {TEXT(net), .heading = "Network", .meaning = "the network, as `--net` calls it"},
    {TEXT(size), .heading = "Size", .meaning = "full: the paper's network; compact: its stand-in"},
    {TEXT(data), .heading = "Data", .meaning = "the data set, or the list of samples of it"},
    {TEXT(activations), .heading = "Activations", .meaning = "fp32: float, the rows of accuracy; int8: those of integers"},
    {TEXT(method), .heading = "Method", .meaning = "the compression method, as `--method` takes it"},
    {.name = NULL},
};

text_t samples_folder(const char *run, bool integers)
{
    return text_of("%s/predictions%s", run, integers ? "_integers" : "");
}

/* Does the file begin with the header of this version? */
static bool is_current(const char *path)
{
    char *header = rows_header(&predictions_schema), *line = NULL;
    size_t size = 0;
    FILE *stream = header != NULL ? fopen(path, "r") : NULL;
    const ssize_t length = stream != NULL ? getline(&line, &size, stream) : -1;
    const bool same = length > 0 && strcspn(line, "\r\n") == strlen(header) && memcmp(line, header, strlen(header)) == 0;
    if (stream != NULL)
        fclose(stream);
    free(line);
    free(header);
    return same;
}

static int is_csv(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && text_ends(entry->d_name, ".csv");
}

static outcome_t list_folder(const char *folder, const char *activations, rows_file_list_t *list)
{
    struct dirent **names = NULL;
    const int count = scandir(folder, &names, is_csv, alphasort); /* -1: no such folder */
    outcome_t result = outcome_ok();
    for (int i = 0; i < count; i++) {
        const text_t path = text_of("%s/%s", folder, names[i]->d_name);
        predictions_name_t name;
        if (outcome_is_ok(&result) && predictions_name(names[i]->d_name, &name) && is_current(path.chars)) {
            const char *const of[ROWS_FILES_PLACES] = {name.net.chars, name.size.chars, name.data.chars, activations,
                                                       name.spec.chars};
            result = rows_file_list_add(list, path.chars, of);
        }
        free(names[i]);
    }
    free(names);
    return result;
}

static outcome_t list_run(const char *run, rows_file_list_t *list)
{
    outcome_t result = list_folder(samples_folder(run, false).chars, "fp32", list);
    return outcome_is_ok(&result) ? list_folder(samples_folder(run, true).chars, "int8", list) : result;
}

const rows_files_t samples_files = {.name = "samples",
                                    .about = "The answers of each sample under each method, and what the logits say "
                                             "(docs/outputs.md); read from the folders of predictions.",
                                    .places = places,
                                    .file = &predictions_schema,
                                    .list = list_run};
