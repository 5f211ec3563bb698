/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_PHOTO_LIST_H
#define BBS_DATA_PHOTO_LIST_H

#include "data/dataset.h"

/* Which pictures a folder holds, and their labels. A label is the number of the class, or its WordNet id (n01440764), which
 * is numbered in the order of all ids.
 *     labels.tsv              header file<TAB>label[<TAB>split]
 *     val.txt                 "FILE LABEL" a line; blanks, tabs or a comma between; names may have blanks, or be absolute
 *     LOC_val_solution.csv    Kaggle's: ImageId,PredictionString with the WordNet id first
 *     a folder for each class; its name is the WordNet id, the number of the class (by value), or anything (by name)
 * The ids of all classes come from a list beside the pictures where there is one (class_lists in photo_list.c), else from
 * the labels or folders themselves. */
typedef struct {
    char **files; /* below the folder, or absolute */
    int32_t *labels;
    int64_t count, room;
    text_t folder;
} photo_list_t;

/* Read the list of request->path, or of one :SPLIT of its labels.tsv, into a zeroed list. Lists that were read become files
 * of the data set; notes say what was not taken and what looks wrong. Free with photo_list_free(), also on failure. */
outcome_t photo_list_read(const dataset_request_t *request, dataset_t *dataset, photo_list_t *list);
void photo_list_free(photo_list_t *list);

/* For the parts of this reader: append a picture. */
outcome_t photo_list_add(photo_list_t *list, const char *file, int64_t label);
/* The path of a file of the list. */
text_t photo_list_path(const photo_list_t *list, const char *file);
/* A file whose name ends as that of a picture that can be read. */
bool photo_list_takes(const char *name);

/* The part of photo_list_read() for folders of classes (photo_folders.c). */
outcome_t photo_folders_read(dataset_t *dataset, int64_t classes, photo_list_t *list);

/* The sorted ids of all classes, from a list beside the pictures; none: a count of 0. */
typedef struct {
    char **ids;
    int64_t count;
} photo_classes_t;

outcome_t photo_classes_read(const char *folder, photo_classes_t *classes);
void photo_classes_free(photo_classes_t *classes);
/* "n" and 8 digits. */
bool photo_classes_is_id(const char *text);
/* The place of an id among the sorted ids, or -1. */
int64_t photo_classes_find(const photo_classes_t *classes, const char *id);
/* For building: add an id unless it is there; keep the list sorted with photo_classes_sort(). */
outcome_t photo_classes_add(photo_classes_t *classes, const char *id);
void photo_classes_sort(photo_classes_t *classes);

extern const char photo_list_todo[]; /* what to do where there are no pictures */

#endif
