/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_EXPERIMENT_H
#define BBS_EXPERIMENTS_EXPERIMENT_H

#include "base/registry.h"
#include "experiments/measurement.h"
#include "experiments/page.h"
#include "rows/database.h"

#include <stdbool.h>
#include <stddef.h>

/* An experiment is rows and a page.
 *
 * The rows are measured by code (measurement.h) or are a query of other rows (ID.sql). The page (ID.md) has text, tables
 * and limits; a gnuplot script (ID.gp) may draw a figure. The paper's experiments are the files of this folder, compiled
 * in. A user's experiments are a folder of such files. A report is made only from the rows on disk. */

typedef struct {
    char *id;
    char *file;                       /* file of its rows in the run folder: "fig12.csv" */
    char *sql;                        /* the query; NULL: the rows are measured */
    char *where;                      /* the file of the query, for errors */
    const measurement_t *measurement; /* NULL: the rows are a query */
    page_t page;
    char *figure; /* gnuplot script; NULL: none */
    char *folder; /* folder of its files; NULL: compiled in */
} experiment_t;

typedef struct {
    experiment_t *items; /* in order: each after the experiments whose rows it reads */
    size_t count;
    char *views;  /* SQL that makes the views of the queries */
    char *folder; /* folder of the user's experiments; NULL: none */
} experiments_t;

/* The compiled-in experiments and, unless `folder` is NULL, those of the folder. Refused, naming the file: a page without
 * rows or rows without a page, the id `claims`, two equal ids, two equal orders, a source (`from`) that is unknown or
 * later. */
outcome_t experiments_open(const char *folder, experiments_t *experiments);
void experiments_close(experiments_t *experiments);

/* A list of ids: "a,b" or "all". */
outcome_t experiments_list(const experiments_t *experiments, const char *text, registry_list_t *list);

/* Find by id; an unknown id is FAULT_USAGE and lists the known ones. */
outcome_t experiments_find(const experiments_t *experiments, const char *id, const experiment_t **experiment);

/* Does the experiment read the rows of `other`, by the `from` of its page? */
bool experiment_reads(const experiment_t *experiment, const experiment_t *other);

/* Compute the rows into the run folder: measured, or queried from `database` (experiment_rows.h). */
outcome_t experiment_run(const experiment_t *experiment, const measurement_context_t *context, rows_database_t *database);

#endif
