/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_WINDOW_ROWS_H
#define BBS_MEASURE_WINDOW_ROWS_H

#include "base/text.h"
#include "measure/likelihoods.h"
#include "rows/files.h"

/* What a language model says of each window of a text under one method (perplexity.h): the unit of which intervals are
 * drawn, so that any two methods of a run can be compared on the same windows. A run keeps a file of each method in its
 * folder `windows`, NET.CONTEXT.DATA.METHOD.csv with names spelled as in predictions.h; DATA is TEXT/TOKENIZER. */

typedef struct {
    const char *net, *text, *tokenizer, *method; /* text and tokenizer: names of files, without folders */
    int64_t context;                             /* tokens of a whole window */
} window_rows_name_t;

/* The files in a run folder as the table `windows` of a database: the places net, text, tokenizer, context (as a text) and
 * method, then a row for each window. A folder without such files has no rows. */
extern const rows_files_t window_rows_files;

/* The folder of these files below a run folder. */
text_t window_rows_folder(const char *run);

/* Write the file of one method into `folder`, which is made when it is missing. */
outcome_t window_rows_save(const char *folder, const window_rows_name_t *name, const likelihoods_t *said,
                           const windows_t *windows);

#endif
