/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One folder for each class, as torchvision's ImageFolder takes them: pictures at any depth below the folder of a class.
 * Folders that are all numbers are ordered by value, because "10" comes before "2" by name. */
#include "data/photo_list.h"

#include "base/file.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DEPTH = 8, MOST_NUMBER = 1 << 30 };

typedef struct {
    photo_list_t *list;
    int64_t left_out; /* files that are no pictures */
    text_t first_left_out;
} walk_t;

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* The visible entries of a folder in the order of their names. */
static outcome_t scan(const char *path, struct dirent ***entries, int *count)
{
    *count = scandir(path, entries, visible, alphasort);
    if (*count < 0)
        return outcome_missing(path, NULL, strerror(errno), "a folder that can be read", photo_list_todo);
    return outcome_ok();
}

static void free_entries(struct dirent **entries, int count)
{
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
}

static void leave_out(walk_t *walk, const char *name)
{
    if (walk->left_out++ == 0)
        walk->first_left_out = text_of("%s", name);
}

/* All pictures below `name`, a folder of the list's. */
static outcome_t walk_class(walk_t *walk, const char *name, int64_t label, int depth)
{
    struct dirent **entries;
    int count;
    outcome_t result = scan(text_of("%s/%s", walk->list->folder.chars, name).chars, &entries, &count);
    if (!outcome_is_ok(&result))
        return result;
    for (int i = 0; i < count && outcome_is_ok(&result); i++) {
        text_t inner = text_of("%s/%s", name, entries[i]->d_name);
        if (file_is_folder(text_of("%s/%s", walk->list->folder.chars, inner.chars).chars))
            result = depth < MOST_DEPTH
                         ? walk_class(walk, inner.chars, label, depth + 1)
                         : outcome_failed(walk->list->folder.chars, inner.chars, "folders in folders",
                                          text_of("at most %d", MOST_DEPTH).chars, "is there a link to itself?");
        else if (photo_list_takes(entries[i]->d_name))
            result = photo_list_add(walk->list, inner.chars, label);
        else
            leave_out(walk, inner.chars);
    }
    free_entries(entries, count);
    return result;
}

/* ===  The labels of the folders  === */

typedef struct {
    const char *name;
    int64_t number; /* -1: no number */
} folder_t;

static int by_number(const void *a, const void *b)
{
    const int64_t left = ((const folder_t *)a)->number, right = ((const folder_t *)b)->number;
    return (left > right) - (left < right);
}

/* Sort folders that are all numbers by value; others stay sorted by name. */
static outcome_t order(const char *path, folder_t *folders, int64_t count, dataset_t *dataset)
{
    for (int64_t i = 0; i < count; i++)
        if (!text_to_integer(folders[i].name, 0, MOST_NUMBER, &folders[i].number))
            return outcome_ok();
    qsort(folders, (size_t)count, sizeof *folders, by_number);
    for (int64_t i = 1; i < count; i++)
        if (folders[i].number == folders[i - 1].number)
            return outcome_failed(path, folders[i].name, "two folders of one number", "one folder for each class", NULL);
    if (count > 0 && (folders[0].number != 0 || folders[count - 1].number != count - 1))
        dataset_note(dataset, "the class folders are numbered %lld to %lld: they are taken as classes 0 to %lld",
                     (long long)folders[0].number, (long long)folders[count - 1].number, (long long)count - 1);
    return outcome_ok();
}

static outcome_t walk_classes(const folder_t *folders, int64_t count, const photo_classes_t *known, walk_t *walk)
{
    outcome_t result = outcome_ok();
    for (int64_t i = 0; i < count && outcome_is_ok(&result); i++) {
        int64_t label = known->count > 0 ? photo_classes_find(known, folders[i].name) : i;
        if (label < 0)
            return outcome_failed(walk->list->folder.chars, folders[i].name, "no class of the list beside it",
                                  "the WordNet id of a class", NULL);
        result = walk_class(walk, folders[i].name, label, 0);
    }
    return result;
}

/* As many folders as classes, or some of the classes of a list beside them. */
static outcome_t check_count(const char *path, int64_t count, int64_t classes, const photo_classes_t *known)
{
    if (count == classes || (count > 0 && known->count == classes))
        return outcome_ok();
    return outcome_missing(path, "photographs", text_of("neither labels.tsv nor val.txt, and %d folders", (int)count).chars,
                           text_of("a folder for each of the %d classes", (int)classes).chars, photo_list_todo);
}

outcome_t photo_folders_read(dataset_t *dataset, int64_t classes, photo_list_t *list)
{
    const char *path = list->folder.chars;
    walk_t walk = {.list = list};
    photo_classes_t known = {0};
    folder_t *folders = NULL;
    struct dirent **entries;
    int count;
    int64_t found = 0;
    outcome_t result = file_is_folder(path) ? scan(path, &entries, &count) : check_count(path, 0, classes, &known);
    if (!outcome_is_ok(&result))
        return result;
    folders = calloc((size_t)count + 1, sizeof *folders);
    if (folders == NULL) {
        result = outcome_out_of_memory(path);
        goto out;
    }
    for (int i = 0; i < count; i++)
        if (file_is_folder(text_of("%s/%s", path, entries[i]->d_name).chars))
            folders[found++] = (folder_t){entries[i]->d_name, -1};
        else
            leave_out(&walk, entries[i]->d_name);
    if (outcome_bad(&result, photo_classes_read(path, &known)) ||
        outcome_bad(&result, check_count(path, found, classes, &known)) ||
        outcome_bad(&result, order(path, folders, found, dataset)) ||
        outcome_bad(&result, walk_classes(folders, found, &known, &walk)))
        goto out;
    if (walk.left_out > 0)
        dataset_note(dataset, "%lld files were left out, which are no JPEG or PNG by name; the first: %s",
                     (long long)walk.left_out, walk.first_left_out.chars);

out:
    free_entries(entries, count);
    free(folders);
    photo_classes_free(&known);
    return result;
}
