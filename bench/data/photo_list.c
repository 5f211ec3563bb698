/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list is cut into rows (file, label) first, whatever its layout; then the labels are numbered, and checked as a whole.
 */
#include "data/photo_list.h"

#include "base/file.h"
#include "base/text.h"
#include "data/lines.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char photo_list_todo[] =
    "give a folder of JPEGs with labels.tsv, val.txt, LOC_val_solution.csv or one folder per class, with --data";

static const char *const endings[] = {".jpeg", ".jpg", ".png"};
enum { ENDINGS = sizeof endings / sizeof *endings };

/* ===  The list in memory  === */

bool photo_list_takes(const char *name)
{
    const char *dot = strrchr(name, '.');
    for (int i = 0; dot != NULL && i < ENDINGS; i++)
        if (strcasecmp(dot, endings[i]) == 0)
            return true;
    return false;
}

outcome_t photo_list_add(photo_list_t *list, const char *file, int64_t label)
{
    if (list->count == list->room) {
        int64_t room = list->room > 0 ? 2 * list->room : 1024;
        char **files = realloc(list->files, (size_t)room * sizeof(char *));
        if (files != NULL)
            list->files = files;
        int32_t *labels = files != NULL ? realloc(list->labels, (size_t)room * sizeof *labels) : NULL;
        if (labels == NULL)
            return outcome_out_of_memory(file);
        list->labels = labels;
        list->room = room;
    }
    list->files[list->count] = text_copy(file);
    list->labels[list->count] = (int32_t)label;
    return list->files[list->count++] != NULL ? outcome_ok() : outcome_out_of_memory(file);
}

void photo_list_free(photo_list_t *list)
{
    for (int64_t i = 0; i < list->count; i++)
        free(list->files[i]);
    free(list->files);
    free(list->labels);
    *list = (photo_list_t){0};
}

/* ===  Rows  === */

typedef struct {
    char *file;
    const char *label; /* a number or a WordNet id */
} row_t;

/* A layout cuts a line in place. False: the line is not of this layout. A row without a file is none of the samples. */
typedef bool (*cut_t)(char *line, const char *split, row_t *row);

/* file<TAB>label[<TAB>split] */
static bool cut_table(char *line, const char *split, row_t *row)
{
    char *parts[3];
    size_t count = text_split(line, '\t', parts, 3);
    if (count < 2 || count > 3)
        return false;
    *row = (row_t){parts[0], text_trim(parts[1])};
    if (split != NULL && (count < 3 || !text_equal(parts[2], split)))
        row->file = NULL;
    return true;
}

/* FILE LABEL: the label is what follows the last blank, tab or comma. */
static bool cut_line(char *line, const char *split, row_t *row)
{
    (void)split;
    char *text = text_trim(line), *at = text + strlen(text);
    while (at > text && strchr(" \t,", at[-1]) == NULL)
        at--;
    if (at == text)
        return false;
    row->label = at;
    at[-1] = '\0';
    row->file = text_trim(text);
    size_t length = strlen(row->file);
    if (length > 0 && row->file[length - 1] == ',')
        row->file[length - 1] = '\0';
    return true;
}

/* ImageId,PredictionString: the string is the id of the class and a box, once or more. */
static bool cut_kaggle(char *line, const char *split, row_t *row)
{
    (void)split;
    char *comma = strchr(line, ',');
    if (comma == NULL)
        return false;
    *comma = '\0';
    row->file = text_trim(line);
    char *label = text_trim(comma + 1);
    label[strcspn(label, " ")] = '\0';
    row->label = label;
    return true;
}

static const struct {
    const char *name;
    cut_t cut;
    bool has_header, by_file_name;
} layouts[] = {
    {"labels.tsv", cut_table, true, false},
    {"val.txt", cut_line, false, false},
    {"LOC_val_solution.csv", cut_kaggle, true, true},
};

/* ===  Labels  === */

typedef struct {
    photo_classes_t classes; /* of WordNet ids */
    bool by_id;
    int64_t least, most;
    size_t most_line;
} labels_t;

static outcome_t refuse(const char *path, size_t line, const char *found, int64_t classes)
{
    return outcome_failed(path, text_of("line %zu", line + 1).chars, found,
                          text_of("a file and a label below %d", (int)classes).chars,
                          "the labels are not those of the network, or the list is damaged");
}

/* The number of a row's label; an id is numbered by the classes. */
static outcome_t number(const char *path, size_t line, const row_t *row, const labels_t *labels, int64_t classes,
                        int64_t *label)
{
    *label = labels->by_id ? photo_classes_find(&labels->classes, row->label) : -1;
    if ((row->file != NULL && row->file[0] == '\0') || (labels->by_id && *label < 0) ||
        (!labels->by_id && !text_to_integer(row->label, 0, INT32_MAX, label)))
        return refuse(path, line, row->label, classes);
    return outcome_ok();
}

/* Labels by WordNet id need the ids of all classes: from a list beside the pictures, else those that occur. */
static outcome_t open_ids(const char *folder, const lines_t *rows, const row_t *cut, int64_t classes, dataset_t *dataset,
                          labels_t *labels)
{
    outcome_t result = photo_classes_read(folder, &labels->classes);
    if (!outcome_is_ok(&result) || labels->classes.count > 0)
        return result;
    for (size_t i = 0; i < rows->count && outcome_is_ok(&result); i++)
        if (cut[i].file != NULL && photo_classes_is_id(cut[i].label))
            result = photo_classes_add(&labels->classes, cut[i].label);
    photo_classes_sort(&labels->classes);
    if (outcome_is_ok(&result) && labels->classes.count != classes)
        dataset_note(
            dataset,
            "WARNING: the list has %lld WordNet ids and the network %lld classes: they are numbered from 0 in their "
            "order, which is right only if they are the first; put the list of all classes beside it "
            "(LOC_synset_mapping.txt)",
            (long long)labels->classes.count, (long long)classes);
    return result;
}

/* Labels as a whole: all below the number of classes, and probably not counted from 1. */
static outcome_t check_labels(const char *path, const photo_list_t *list, const labels_t *labels, int64_t classes,
                              dataset_t *dataset)
{
    if (list->count == 0)
        return outcome_ok();
    if (labels->most >= classes && labels->least == 1 && labels->most == classes)
        return outcome_failed(path, text_of("line %zu", labels->most_line + 1).chars,
                              text_of("labels from 1 to %d", (int)classes).chars,
                              text_of("labels from 0 to %d", (int)classes - 1).chars, "subtract 1 from each label");
    if (labels->most >= classes)
        return refuse(path, labels->most_line, text_of("%d", (int)labels->most).chars, classes);
    if (labels->least == 1 && labels->most == classes - 1 && classes > 2)
        dataset_note(dataset, "WARNING: no sample has label 0, and the largest is %d: are the labels counted from 1?",
                     (int)labels->most);
    return outcome_ok();
}

/* ===  Files  === */

text_t photo_list_path(const photo_list_t *list, const char *file)
{
    return file[0] == '/' ? text_of("%s", file) : text_of("%s/%s", list->folder.chars, file);
}

/* Lists are written elsewhere: a file that is not at its path may lie in the folder itself, and Kaggle's names lack the
 * ending. A file that is nowhere stays as it is: reading the sample says so. */
static outcome_t settle_file(photo_list_t *list, int64_t index)
{
    static const char *const more[] = {"", ".JPEG", ".jpg", ".png"};
    const char *const bases[] = {list->files[index], file_name(list->files[index])};
    for (int base = 0; base < 2; base++)
        for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
            text_t name = text_of("%s%s", bases[base], more[i]);
            if (!file_exists(photo_list_path(list, name.chars).chars))
                continue;
            char *copy = text_copy(name.chars);
            if (copy == NULL)
                return outcome_out_of_memory(name.chars);
            free(list->files[index]);
            list->files[index] = copy;
            return outcome_ok();
        }
    return outcome_ok();
}

/* ===  All of it  === */

static outcome_t cut_rows(const char *path, const lines_t *lines, size_t layout, const char *split, row_t *rows,
                          bool *by_id)
{
    *by_id = false;
    for (size_t i = layouts[layout].has_header; i < lines->count; i++) {
        if (lines->items[i][0] == '\0')
            continue;
        if (!layouts[layout].cut(lines->items[i], split, &rows[i]))
            return outcome_failed(path, text_of("line %zu", i + 1).chars, "no label", "a file and its label",
                                  photo_list_todo);
        *by_id = *by_id || photo_classes_is_id(rows[i].label);
    }
    return outcome_ok();
}

static outcome_t add_rows(const char *path, const row_t *rows, size_t count, int64_t classes, labels_t *labels,
                          photo_list_t *list)
{
    outcome_t result = outcome_ok();
    labels->least = INT32_MAX;
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++) {
        int64_t label;
        if (rows[i].label == NULL || outcome_bad(&result, number(path, i, &rows[i], labels, classes, &label)))
            continue;
        if (label > labels->most || i == 0)
            labels->most_line = i;
        labels->most = label > labels->most ? label : labels->most;
        labels->least = label < labels->least ? label : labels->least;
        if (rows[i].file == NULL)
            continue; /* of another split */
        result = photo_list_add(list, rows[i].file, label);
        if (outcome_is_ok(&result))
            result = settle_file(list, list->count - 1);
    }
    return result;
}

static outcome_t read_rows(text_t path, size_t layout, const char *split, dataset_t *dataset, photo_list_t *list)
{
    const int64_t classes = dataset->classes;
    lines_t lines;
    labels_t labels = {.least = 0};
    row_t *rows = NULL;
    outcome_t result = lines_read(path.chars, photo_list_todo, &lines);
    if (!outcome_is_ok(&result))
        return result;
    rows = calloc(lines.count, sizeof *rows);
    if (rows == NULL) {
        result = outcome_out_of_memory(path.chars);
        goto out;
    }
    if (outcome_bad(&result, cut_rows(path.chars, &lines, layout, split, rows, &labels.by_id)) ||
        (labels.by_id && outcome_bad(&result, open_ids(list->folder.chars, &lines, rows, classes, dataset, &labels))) ||
        outcome_bad(&result, add_rows(path.chars, rows, lines.count, classes, &labels, list)) ||
        outcome_bad(&result, check_labels(path.chars, list, &labels, classes, dataset)))
        goto out;
    dataset->files[dataset->file_count++] = path;

out:
    free(rows);
    lines_free(&lines);
    photo_classes_free(&labels.classes);
    return result;
}

typedef struct {
    char *file;
    int32_t label;
} photo_t;

static int by_file_name(const void *a, const void *b)
{
    const char *left = ((const photo_t *)a)->file, *right = ((const photo_t *)b)->file;
    int names = strcmp(file_name(left), file_name(right));
    return names != 0 ? names : strcmp(left, right);
}

/* ImageNet's file names number the pictures. In the order of file names, not of folders, a fixed list of samples has the
 * same pictures as with val.txt. */
static outcome_t sort_by_file_name(photo_list_t *list)
{
    photo_t *items = malloc(((size_t)list->count + 1) * sizeof *items);
    if (items == NULL)
        return outcome_out_of_memory(list->folder.chars);
    for (int64_t i = 0; i < list->count; i++)
        items[i] = (photo_t){list->files[i], list->labels[i]};
    qsort(items, (size_t)list->count, sizeof *items, by_file_name);
    for (int64_t i = 0; i < list->count; i++) {
        list->files[i] = items[i].file;
        list->labels[i] = items[i].label;
    }
    free(items);
    return outcome_ok();
}

/* Cut off :SPLIT of FOLDER:SPLIT, unless there is a folder with the whole name. */
static const char *take_split(const char *path, photo_list_t *list)
{
    list->folder = text_of("%s", path);
    char *colon = strrchr(list->folder.chars, ':');
    if (file_is_folder(path) || colon == NULL)
        return NULL;
    *colon = '\0';
    return colon + 1;
}

outcome_t photo_list_read(const dataset_request_t *request, dataset_t *dataset, photo_list_t *list)
{
    const char *split = take_split(request->path, list);
    bool sorted = true;
    outcome_t result;
    size_t layout = 0;
    while (layout < sizeof layouts / sizeof *layouts &&
           !file_exists(text_of("%s/%s", list->folder.chars, layouts[layout].name).chars))
        layout++;
    if (layout < sizeof layouts / sizeof *layouts) {
        sorted = layouts[layout].by_file_name;
        result = read_rows(text_of("%s/%s", list->folder.chars, layouts[layout].name), layout, split, dataset, list);
    } else {
        result = photo_folders_read(dataset, request->classes, list);
    }
    if (outcome_is_ok(&result) && sorted)
        result = sort_by_file_name(list);
    if (outcome_is_ok(&result) && list->count == 0)
        result = outcome_missing(request->path, "photographs", "none",
                                 split != NULL ? "rows of that split" : "JPEGs or PNGs", photo_list_todo);
    return result;
}
