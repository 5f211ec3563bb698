/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_EXPLAIN_H
#define BBS_COMPRESS_EXPLAIN_H

#include "compress/columns.h"

/* The compression of one group, step by step, as in the paper's Figs 4 and 5. */

enum { EXPLAIN_COLUMNS = 8 };

/* The steps of one weight. Bits are eight digits, sign first, '-' where the column is not stored. */
typedef struct {
    int weight, shifted, stored, value;
    char bits[EXPLAIN_COLUMNS + 1]; /* of the shifted weight */
    char stored_bits[EXPLAIN_COLUMNS + 1];
} explain_row_t;

typedef struct {
    column_code_t code;
    int shift; /* added to each weight first; 0 for methods that do not shift */
    double mse;
    int64_t value_bits, meta_bits;
    explain_row_t *rows;
    int64_t count;
} explanation_t;

/* Methods without bit columns are refused as FAULT_USAGE, as is an empty or too large group. Free the result. */
outcome_t explain_group(const method_t *method, const method_config_t *config, const int8_t *weights, int64_t count,
                        explanation_t *explanation);
void explain_free(explanation_t *explanation);

#endif
