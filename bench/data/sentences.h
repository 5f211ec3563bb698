/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_SENTENCES_H
#define BBS_DATA_SENTENCES_H

#include "base/outcome.h"
#include "data/dataset.h"

/* Labelled sentences, or pairs of sentences, from a TSV file; shared by the text data sets (glue.c, reviews.c). A sample is
 * a text as described in dataset.h; all samples are tokenised when the data set is opened. */

enum { SENTENCES_NO_COLUMN = -1 };

typedef struct {
    const char *const *names;  /* of the file, tried in this order where the path is a folder; NULL-terminated */
    const char *header;        /* the file's first line */
    int label, first, second;  /* columns; `second` SENTENCES_NO_COLUMN for single sentences */
    const char *const *labels; /* as written in the file, in the order of the classes; NULL-terminated */
    const char *todo;          /* when there is no file */
} sentences_layout_t;

/* Open for a kind's open(). The request must have a vocabulary (FAULT_MISSING), a length and a text profile. */
outcome_t sentences_open(const sentences_layout_t *layout, const dataset_request_t *request, dataset_t *dataset);

#endif
