/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_EXPERIMENT_H
#define BBS_EXPERIMENTS_EXPERIMENT_H

#include "base/registry.h"
#include "experiments/measurement.h"
#include "experiments/page.h"
#include "rows/database.h"

#include <stdbool.h>
#include <stddef.h>

/* Experiments: rows, and what is said of them.
 *
 * The rows are measured by code (measurement.h) or are a query of other rows (ID.sql); what is said is a page (ID.md), and
 * a figure may be drawn by a gnuplot script (ID.gp). Those of the paper are compiled in: the files of this folder, in the
 * order that their pages say. A user's are a folder of such files. Everything a report says comes from the rows on disk,
 * never from memory of a run. */

typedef struct {
    char *id;
    char *file;                       /* of its rows, in the run folder: "fig12.csv" */
    char *sql;                        /* the query; NULL: measured */
    char *where;                      /* the file of the query, for errors */
    const measurement_t *measurement; /* NULL: a query */
    page_t page;
    char *figure; /* gnuplot script; NULL: none */
    char *folder; /* that its files are from; NULL: compiled in */
} experiment_t;

typedef struct {
    experiment_t *items; /* in order: each after those whose rows it reads */
    size_t count;
    char *views;  /* SQL that makes the views of the queries */
    char *folder; /* of the user's own; NULL: none */
} experiments_t;

/* All that are compiled in and, unless `folder` is NULL, those of that folder. Refused, with the file: a page without rows
 * or rows without a page, two of one id, two of one order, rows read (`from`) of none or of a later one. */
outcome_t experiments_open(const char *folder, experiments_t *experiments);
void experiments_close(experiments_t *experiments);

/* "a,b" or "all", ids of experiments. */
outcome_t experiments_list(const experiments_t *experiments, const char *text, registry_list_t *list);

/* By id; an unknown one is FAULT_USAGE and lists the known ones. */
outcome_t experiments_find(const experiments_t *experiments, const char *id, const experiment_t **experiment);

/* Does it read the rows of `other` (its page says so)? */
bool experiment_reads(const experiment_t *experiment, const experiment_t *other);

/* Compute the rows into the run folder: measured, or queried from `database` (experiment_rows.h). */
outcome_t experiment_run(const experiment_t *experiment, const measurement_context_t *context, rows_database_t *database);

#endif
