/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_DATASET_H
#define BBS_DATA_DATASET_H

#include "base/outcome.h"
#include "base/text.h"
#include "data/profile.h"

#include <stdint.h>

/* Labelled evaluation data. A data set is opened once and then read by any number of threads. */

typedef struct dataset dataset_t;

enum { DATASET_FILE_LIMIT = 4 };

/* A kind of data set; one file and one line in dataset.c add one. */
typedef struct {
    const char *name;
    const char *title;
    const char *default_path; /* folder or file; NULL when the user must say */
    /* Fill the data set's samples; `path` is never NULL. */
    outcome_t (*open)(const char *path, dataset_t *dataset);
} dataset_kind_t;

struct dataset {
    const dataset_kind_t *kind;
    int64_t samples, classes;
    int64_t height, width;
    const uint8_t *labels;            /* samples */
    text_t files[DATASET_FILE_LIMIT]; /* what was read, for the record of a run */
    int file_count;
    void *state; /* of the kind */
    void (*read)(const dataset_t *dataset, const profile_t *profile, int64_t sample, float *values);
    void (*close)(dataset_t *dataset);
};

extern const dataset_kind_t *const dataset_registry[];

/* By name; `path` NULL takes the default. */
outcome_t dataset_open(const char *name, const char *path, dataset_t *dataset);
void dataset_close(dataset_t *dataset);

/* values[channels * height * width] of one sample, as the profile makes them. */
void dataset_read(const dataset_t *dataset, const profile_t *profile, int64_t sample, float *values);

/* A fixed list of `count` of the samples, the same on every machine: the classes in turn, of each class the samples in
 * the order of a seeded shuffle (seed 1), so each prefix of the list is as balanced as the classes allow. Sorted
 * ascending. `list` has room for `count`, at most samples. */
outcome_t dataset_subset(const dataset_t *dataset, int64_t count, int64_t *list);

#endif
