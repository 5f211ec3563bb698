/* SPDX-License-Identifier: GPL-3.0-or-later */
/* WordNet ids: ImageNet's classes are numbered in the order of their ids, in torchvision, timm and Kaggle's files. */
#include "data/lines.h"
#include "data/photo_list.h"

#include "base/file.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { ID_LENGTH = 9 };

/* Lists of all classes, one a line, the id first: Kaggle's, Caffe's, Tiny ImageNet's. */
static const char *const class_lists[] = {"LOC_synset_mapping.txt", "synset_words.txt", "synsets.txt", "wnids.txt"};

bool photo_classes_is_id(const char *text)
{
    if (text[0] != 'n' || strlen(text) != ID_LENGTH)
        return false;
    for (int i = 1; i < ID_LENGTH; i++)
        if (!isdigit((unsigned char)text[i]))
            return false;
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void photo_classes_sort(photo_classes_t *classes)
{
    if (classes->count > 0)
        qsort(classes->ids, (size_t)classes->count, sizeof *classes->ids, by_text);
}

int64_t photo_classes_find(const photo_classes_t *classes, const char *id)
{
    char *const *found =
        classes->count > 0 ? bsearch(&id, classes->ids, (size_t)classes->count, sizeof *classes->ids, by_text) : NULL;
    return found != NULL ? found - classes->ids : -1;
}

outcome_t photo_classes_add(photo_classes_t *classes, const char *id)
{
    for (int64_t i = classes->count; i-- > 0;) /* the last one first: lists are often sorted by class */
        if (text_equal(classes->ids[i], id))
            return outcome_ok();
    char **grown = realloc(classes->ids, (size_t)(classes->count + 1) * sizeof *grown);
    if (grown != NULL)
        classes->ids = grown;
    char *copy = grown != NULL ? text_copy(id) : NULL;
    if (copy == NULL)
        return outcome_out_of_memory("classes");
    classes->ids[classes->count++] = copy;
    return outcome_ok();
}

void photo_classes_free(photo_classes_t *classes)
{
    for (int64_t i = 0; i < classes->count; i++)
        free(classes->ids[i]);
    free(classes->ids);
    *classes = (photo_classes_t){0};
}

outcome_t photo_classes_read(const char *folder, photo_classes_t *classes)
{
    text_t path = text_of("%s", "");
    outcome_t result = outcome_ok();
    lines_t lines = {0};
    *classes = (photo_classes_t){0};
    for (size_t i = 0; i < sizeof class_lists / sizeof *class_lists; i++) {
        path = text_of("%s/%s", folder, class_lists[i]);
        if (file_exists(path.chars))
            break;
        path = text_of("%s", "");
    }
    if (path.chars[0] == '\0' || outcome_bad(&result, lines_read(path.chars, NULL, &lines)))
        return result;
    for (size_t i = 0; i < lines.count && outcome_is_ok(&result); i++) {
        char *line = text_trim(lines.items[i]);
        line[strcspn(line, " \t,")] = '\0';
        if (!photo_classes_is_id(line))
            result = outcome_failed(path.chars, text_of("line %zu", i + 1).chars, line, "a WordNet id, as n01440764", NULL);
        else
            result = photo_classes_add(classes, line);
    }
    lines_free(&lines);
    photo_classes_sort(classes);
    return result;
}
