/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_DATASET_H
#define BBS_DATA_DATASET_H

#include "base/outcome.h"
#include "base/sha256.h"
#include "base/text.h"
#include "data/profile.h"

#include <stdbool.h>
#include <stdint.h>

/* Labelled evaluation data. A data set is opened once, for one preprocessing profile, and then read by any number of
 * threads.
 *
 * A sample is floats [channels, height, width]. The profile makes the channels of an image. A text is 2 x 1 x width: a
 * row of token numbers, -1 after the last, and a row of segment numbers (0 or 1, 0 after the last); float32 holds both
 * exactly. */

typedef struct dataset dataset_t;

enum { DATASET_FILE_LIMIT = 4 };

typedef struct {
    const char *path; /* folder or file; NULL: the kind's default */
    const profile_t *profile;
    int64_t classes; /* of the network, for data that do not tell their number of classes (a folder of JPEGs); else 0 */
    const char *vocabulary; /* text: the WordPiece vocabulary of the weights (vocab.txt); NULL elsewhere */
    bool training;          /* read the training part of the default path, for kinds that have one */
    int64_t tokens;         /* text: the longest sequence, [CLS] and [SEP] included; 0 elsewhere */
    int64_t words;          /* text: rows of the embedding, which the vocabulary must fit; 0: not checked */
    bool skip_bad;          /* text: leave out lines that are damaged, and count them */
} dataset_request_t;

/* What a simple method answers on the published test samples, without a network. */
typedef struct {
    const char *method;
    int64_t correct, samples;
    const char *source; /* the file with the number */
} dataset_baseline_t;

/* A kind of data set; one file and one line in dataset.c add one. */
typedef struct {
    const char *name;
    const char *title;
    const char *licence;                /* of the samples, or under what terms they can be had */
    const char *source;                 /* publication, and where the files come from */
    int64_t published;                  /* samples of the published test set; 0: `whole` */
    int64_t classes;                    /* of the published set; 0 where the files tell */
    const char *default_path;           /* folder or file, absolute or in the project; NULL when the user must give it */
    bool has_training;                  /* the default path has a training part */
    bool f1;                            /* two classes, scored also by F1 of class 1 */
    int64_t whole;                      /* samples of the published set; 0 where any number is whole */
    const dataset_baseline_t *baseline; /* of the samples at the default path; NULL: not measured */
    /* Open the data set and fill its members. The request's path is never NULL; its strings live as long as the data set.
     */
    outcome_t (*open)(const dataset_request_t *request, dataset_t *dataset);
} dataset_kind_t;

struct dataset {
    const dataset_kind_t *kind;
    dataset_request_t request;
    text_t default_path; /* memory of request.path when it is the kind's default */
    int64_t samples, classes;
    int64_t channels, height, width;  /* of a sample as it is read */
    const int32_t *labels;            /* samples */
    text_t files[DATASET_FILE_LIMIT]; /* files that were read, for run.json */
    int file_count;
    int64_t skipped;      /* damaged lines that were left out */
    text_t first_skipped; /* file and line of the first, with what is wrong; "" when there is none */
    text_builder_t notes; /* what a reader of the results should know, each note on a line of its own */
    void *state;          /* of the kind */
    outcome_t (*read)(const dataset_t *dataset, int64_t sample, float *values);
    /* The SHA-256 of a sample's own file; NULL where every sample is in files[]. */
    outcome_t (*digest)(const dataset_t *dataset, int64_t sample, sha256_t *hash);
    text_t (*name_of)(const dataset_t *dataset, int64_t sample); /* NULL: samples have only numbers */
    void (*close)(dataset_t *dataset);
};

/* Every kind, NULL-terminated. */
extern const dataset_kind_t *const dataset_registry[];

/* By name. The request's profile and strings must outlive the data set. */
outcome_t dataset_open(const char *name, const dataset_request_t *request, dataset_t *dataset);
void dataset_close(dataset_t *dataset);

/* values[channels * height * width] of one sample. */
outcome_t dataset_read(const dataset_t *dataset, int64_t sample, float *values);

/* For the kinds: add a line to the notes. */
void dataset_note(dataset_t *dataset, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The file or line of a sample, for readers. */
text_t dataset_name_of(const dataset_t *dataset, int64_t sample);

/* The number of samples in the published set of this name; 0 where there is no such number. */
int64_t dataset_whole(const char *name);

/* A fixed list of `count` of the samples, the same on every machine: all samples are shuffled (GSL's mt19937, seed 1, as
 * gsl_ran_shuffle() does) and dealt class by class, one per turn, until `count` samples are dealt; the classes take turns
 * in the order of their first sample after the shuffle. So the list is as balanced as the classes allow, a longer list
 * contains every shorter one, and a list shorter than the number of classes prefers none. It is sorted. `list` has room for
 * `count`, which is at most dataset->samples. */
outcome_t dataset_subset(const dataset_t *dataset, int64_t count, int64_t *list);

#endif
