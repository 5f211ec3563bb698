/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/photos.h"

#include "base/file.h"
#include "base/text.h"
#include "data/lines.h"
#include "data/picture.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char todo[] = "give a folder of JPEGs with labels.tsv, val.txt or one folder per class, with --data";

typedef struct {
    char **files; /* below the folder */
    int32_t *labels;
    int64_t count, room;
    text_t folder;
} photos_t;

/* ===  The list  === */

static outcome_t add(photos_t *photos, const char *file, int64_t label)
{
    if (photos->count == photos->room) {
        int64_t room = photos->room > 0 ? 2 * photos->room : 1024;
        char **files = realloc(photos->files, (size_t)room * sizeof(char *));
        if (files != NULL)
            photos->files = files;
        int32_t *labels = files != NULL ? realloc(photos->labels, (size_t)room * sizeof *labels) : NULL;
        if (labels == NULL)
            return outcome_out_of_memory(file);
        photos->labels = labels;
        photos->room = room;
    }
    photos->files[photos->count] = text_copy(file);
    photos->labels[photos->count] = (int32_t)label;
    return photos->files[photos->count++] != NULL ? outcome_ok() : outcome_out_of_memory(file);
}

/* "FILE<separator>LABEL[<separator>SPLIT]" */
static outcome_t add_line(photos_t *photos, const char *path, size_t number, char *line, char separator, const char *split,
                          int64_t classes)
{
    char *parts[3], *end = NULL;
    size_t count = text_split(line, separator, parts, 3);
    long label = count >= 2 ? strtol(parts[1], &end, 10) : -1;
    if (count < 2 || count > 3 || parts[0][0] == '\0' || *end != '\0' || end == parts[1] || label < 0 || label >= classes)
        return outcome_failed(path, text_of("line %zu", number + 1).chars, count < 2 ? "no label" : parts[1],
                              text_of("a file and a label below %d", (int)classes).chars,
                              "the labels are not those of the network, or the list is damaged");
    if (split != NULL && (count < 3 || !text_equal(parts[2], split)))
        return outcome_ok();
    return add(photos, parts[0], label);
}

static outcome_t read_list(photos_t *photos, text_t path, bool has_header, char separator, const char *split,
                           dataset_t *dataset)
{
    lines_t lines;
    outcome_t result = lines_read(path.chars, todo, &lines);
    for (size_t i = has_header; outcome_is_ok(&result) && i < lines.count; i++)
        if (lines.items[i][0] != '\0')
            result = add_line(photos, path.chars, i, lines.items[i], separator, split, dataset->classes);
    lines_free(&lines);
    dataset->files[dataset->file_count++] = path;
    return result;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool is_jpeg(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot != NULL && (strcasecmp(dot, ".jpeg") == 0 || strcasecmp(dot, ".jpg") == 0);
}

static outcome_t add_class(photos_t *photos, const char *name, int64_t label)
{
    struct dirent **files;
    outcome_t result = outcome_ok();
    int count = scandir(text_of("%s/%s", photos->folder.chars, name).chars, &files, visible, alphasort);
    for (int i = 0; i < count; i++) {
        if (is_jpeg(files[i]->d_name) && outcome_is_ok(&result))
            result = add(photos, text_of("%s/%s", name, files[i]->d_name).chars, label);
        free(files[i]);
    }
    if (count >= 0)
        free(files);
    return result;
}

static outcome_t read_folders(photos_t *photos, int64_t classes)
{
    struct dirent **folders;
    outcome_t result = outcome_ok();
    int64_t found = 0;
    int count = scandir(photos->folder.chars, &folders, visible, alphasort);
    for (int i = 0; i < count; i++) {
        if (file_is_folder(text_of("%s/%s", photos->folder.chars, folders[i]->d_name).chars)) {
            if (outcome_is_ok(&result) && found < classes)
                result = add_class(photos, folders[i]->d_name, found);
            found++;
        }
        free(folders[i]);
    }
    if (count >= 0)
        free(folders);
    if (outcome_is_ok(&result) && found != classes)
        return outcome_missing(photos->folder.chars, "photographs",
                               text_of("neither labels.tsv nor val.txt, and %d folders", (int)found).chars,
                               text_of("a folder for each of the %d classes", (int)classes).chars, todo);
    return result;
}

/* ===  Their order  === */

typedef struct {
    char *file;
    int32_t label;
} photo_t;

static int by_file_name(const void *a, const void *b)
{
    const char *left = ((const photo_t *)a)->file, *right = ((const photo_t *)b)->file;
    int names = strcmp(strrchr(left, '/'), strrchr(right, '/'));
    return names != 0 ? names : strcmp(left, right);
}

/* ImageNet's file names number the pictures. In the order of file names, not of folders, a fixed list of samples has the
 * same pictures as with val.txt. */
static outcome_t sort_by_file_name(photos_t *photos)
{
    photo_t *items = malloc(((size_t)photos->count + 1) * sizeof *items);
    if (items == NULL)
        return outcome_out_of_memory(photos->folder.chars);
    for (int64_t i = 0; i < photos->count; i++)
        items[i] = (photo_t){photos->files[i], photos->labels[i]};
    qsort(items, (size_t)photos->count, sizeof *items, by_file_name);
    for (int64_t i = 0; i < photos->count; i++) {
        photos->files[i] = items[i].file;
        photos->labels[i] = items[i].label;
    }
    free(items);
    return outcome_ok();
}

/* ===  The data set  === */

static outcome_t read_sample(const dataset_t *dataset, int64_t sample, float *values)
{
    const photos_t *photos = dataset->state;
    const profile_t *profile = dataset->request.profile;
    text_t path = text_of("%s/%s", photos->folder.chars, photos->files[sample]);
    picture_t whole = {0}, cropped = {0};
    bytes_t bytes = {0};
    outcome_t result = file_read(path.chars, todo, &bytes);
    if (outcome_is_ok(&result))
        result = picture_decode(path.chars, bytes.data, bytes.size, &whole);
    if (outcome_is_ok(&result))
        result = picture_crop(&whole, profile->picture->resize, profile->picture->filter, profile->picture->crop, &cropped);
    if (outcome_is_ok(&result))
        profile_apply_pixels(profile, cropped.pixels, cropped.width * cropped.height, values);
    file_free_bytes(&bytes);
    picture_free(&whole);
    picture_free(&cropped);
    return result;
}

static text_t name_of(const dataset_t *dataset, int64_t sample)
{
    const photos_t *photos = dataset->state;
    return text_of("%s", photos->files[sample]);
}

static void close_photos(dataset_t *dataset)
{
    photos_t *photos = dataset->state;
    for (int64_t i = 0; i < photos->count; i++)
        free(photos->files[i]);
    free(photos->files);
    free(photos->labels);
    free(photos);
}

/* Cut off :SPLIT of FOLDER:SPLIT, unless there is a folder with the whole name. */
static const char *take_split(const char *path, photos_t *photos)
{
    photos->folder = text_of("%s", path);
    char *colon = strrchr(photos->folder.chars, ':');
    if (file_is_folder(path) || colon == NULL)
        return NULL;
    *colon = '\0';
    return colon + 1;
}

static outcome_t open_photos(const dataset_request_t *request, dataset_t *dataset)
{
    outcome_t result = file_check_path(request->path);
    if (!outcome_is_ok(&result))
        return result;
    photos_t *photos = calloc(1, sizeof *photos);
    if (photos == NULL)
        return outcome_out_of_memory(request->path);
    dataset->state = photos;
    dataset->close = close_photos;
    dataset->read = read_sample;
    dataset->name_of = name_of;
    dataset->classes = request->classes;
    dataset->channels = 3;
    if (request->profile->picture == NULL)
        return outcome_failed(request->profile->name, NULL, "a profile without a crop size", "a profile for photographs",
                              NULL);
    dataset->height = dataset->width = request->profile->picture->crop;
    const char *split = take_split(request->path, photos);
    text_t table = text_of("%s/labels.tsv", photos->folder.chars), list = text_of("%s/val.txt", photos->folder.chars);
    result = file_exists(table.chars)  ? read_list(photos, table, true, '\t', split, dataset)
             : file_exists(list.chars) ? read_list(photos, list, false, ' ', NULL, dataset)
                                       : read_folders(photos, request->classes);
    if (outcome_is_ok(&result) && dataset->file_count == 0)
        result = sort_by_file_name(photos);
    if (outcome_is_ok(&result) && photos->count == 0)
        result =
            outcome_missing(request->path, "photographs", "none", split != NULL ? "rows of that split" : "JPEGs", todo);
    dataset->samples = photos->count;
    dataset->labels = photos->labels;
    return result;
}

const dataset_kind_t dataset_imagenet = {
    .name = "imagenet",
    .title = "ImageNet-1k validation, or another folder of labelled JPEGs",
    .whole = 50000,
    .open = open_photos,
};
