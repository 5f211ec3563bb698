/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_DIFF_TOTALS_H
#define BBS_CLI_DIFF_TOTALS_H

#include "base/csv.h"
#include "rows/schema.h"

#include <stdio.h>

/* Totals of networks on designs, before and after a change: what `bbsbench diff` says first. */
typedef struct {
    const char *net, *design, *setting; /* not owned */
    double cycles[2], energy_pj[2];     /* before, after */
} diff_total_t;

/* A line for each, then the geometric means of the ratios over the networks, design by design. Nothing for no totals. */
void diff_totals_print(const diff_total_t *totals, size_t count, FILE *stream);

/* Are rows of this schema those of layers with cycles and energies, and with a total? */
bool diff_totals_has(const rows_schema_t *schema);

/* The totals that both tables of such a schema have, printed. */
outcome_t diff_totals_of_rows(const csv_table_t *before, const csv_table_t *after, const rows_schema_t *schema,
                              FILE *stream);

#endif
