/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_SENTENCES_H
#define BBS_DATA_SENTENCES_H

#include "base/outcome.h"
#include "data/dataset.h"

/* Labelled sentences, or pairs of sentences, from a TSV or CSV file (data/tsv.h); shared by the text data sets (glue.c,
 * reviews.c, intents.c). A sample is a text as described in dataset.h; all samples are tokenised when the data set is
 * opened. */

typedef struct {
    const char *const *names; /* of the file, tried in this order where the path is a folder; NULL-terminated */
    /* The names that a column has in the layouts that are known, NULL-terminated; `second` NULL: single sentences. */
    const char *const *label, *const *first, *const *second;
    const char *const *labels; /* as written in the file, in the order of the classes; NULL-terminated */
    const char *todo;          /* when there is no file */
} sentences_layout_t;

/* Open for a kind's open(). The request must have a vocabulary (FAULT_MISSING), a length and a text profile; with
 * `words` the vocabulary must have as many pieces. */
outcome_t sentences_open(const sentences_layout_t *layout, const dataset_request_t *request, dataset_t *dataset);

/* ===  From another reader  === */

/* One sentence or pair, as a reader of another file format found it. */
typedef struct {
    const char *first, *second; /* UTF-8, the caller's until the call ends; second NULL: a single sentence */
    int32_t label;
    int file;     /* index in dataset->files */
    int64_t line; /* of that file, or the number of the sentence in it, from 1; for names of samples */
} sentences_row_t;

/* Open with these rows and `classes` classes. dataset->files has the files that were read already; the vocabulary is added
 * behind them. The request is checked as above. `rows` may be NULL when there are none, which is refused. */
outcome_t sentences_open_rows(const sentences_row_t *rows, int64_t count, int64_t classes, const dataset_request_t *request,
                              dataset_t *dataset);

#endif
