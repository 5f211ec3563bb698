/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_CALIBRATION_SAMPLES_H
#define BBS_MEASURE_CALIBRATION_SAMPLES_H

#include "data/dataset.h"
#include "nets/net.h"

/* The samples on which quantisers of activations are fitted: never samples on which accuracy is measured. Labels are not
 * used. In this order:
 *     a folder or file that the user names
 *     the training part of the data set, where it has one
 *     samples of the evaluated data set that are not evaluated, where enough are left
 * The list is the fixed one of dataset_subset(). */

enum { CALIBRATION_SAMPLES = 32 };

typedef struct {
    const dataset_t *dataset; /* `own`, or the evaluated one */
    dataset_t own;
    bool has_own;
    int64_t *list;
    int64_t count; /* 0: there are none */
} calibration_samples_t;

typedef struct {
    const net_size_t *size;
    const char *path;       /* folder or file; NULL: as above */
    const char *vocabulary; /* text; else NULL */
    bool default_data;      /* the evaluated data are the default ones: their training part belongs to them */
    const dataset_t *evaluated;
    const int64_t *evaluated_list; /* sorted */
    int64_t evaluated_count;
} calibration_request_t;

/* `*samples` has count 0, without an error, when no path is given and there are no such samples. Strings of the request and
 * the evaluated data set must outlive the samples. Call calibration_samples_close() whatever the outcome. */
outcome_t calibration_samples_open(const calibration_request_t *request, calibration_samples_t *samples);
void calibration_samples_close(calibration_samples_t *samples);

/* What the list depends on, for keys of stored answers: hashes of the files, or that it is the rest of the evaluated set.
 */
outcome_t calibration_samples_identity(const calibration_samples_t *samples, text_t *identity);

#endif
