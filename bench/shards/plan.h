/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_SHARDS_PLAN_H
#define BBS_SHARDS_PLAN_H

#include "base/outcome.h"
#include "base/text.h"
#include "rows/table.h"

#include <stdbool.h>
#include <stdint.h>

/* A plan: work that several processes or machines share, cut into units. It is a CSV with a row a unit. What the units
 * leave lies in a folder beside it (parts.h). Units do not talk to each other, so any program that starts processes can run
 * them, in any order, and a unit that is run twice leaves the same files.
 *
 * An evaluation is one command whose rows are wanted: `bbsbench accuracy` of one network, or `bbsbench simulate`. A unit is
 * a part of one. Of `accuracy` it is a range of the samples under one method; or under both references (int8 and fp32),
 * because each of them is measured against the other. The units of the references are the first wave: the other methods
 * are measured against the logits that they leave, and compute them again where they are not there yet. */

typedef struct {
    int64_t unit;       /* from 1, in the order of the file */
    int64_t wave;       /* 1: begin with these; 2: the rest */
    int64_t evaluation; /* from 1 */
    const char *rows;   /* name of the rows: "accuracy", "integers" or "model" */
    const char *net, *size, *data;
    const char *methods;   /* of the unit, "int8 fp32"; a design and a setting of `model` */
    int64_t first, count;  /* samples of the fixed list, from 0; of `model` the place in the order of the rows, and 1 */
    int64_t samples;       /* of the evaluation; of `model` its parts */
    double answer_seconds; /* expected processor time of the samples */
    double fixed_seconds;  /* and of loading and compressing before them */
    const char *command;   /* whose rows the evaluation gives: "accuracy --net ..."; of `model` "simulate ..." */
} unit_t;

extern const rows_schema_t plan_schema;

typedef struct {
    text_t path;
    text_t folder; /* of what the units leave: PLAN.units, where the plan is PLAN.csv */
    unit_t *units;
    size_t count;
    size_t evaluations;
    rows_table_t internal_table; /* owner of the texts */
} plan_t;

/* Refused, by unit: numbers that do not count from 1, ranges outside the samples, rows of another kind, and names that
 * would lead out of the folder. FAULT_MISSING: no such file. Free with plan_free(), whatever the outcome. */
outcome_t plan_read(const char *path, plan_t *plan);
void plan_free(plan_t *plan);

/* May a new plan be written here? Asked before an evaluation is measured. Refused: a place that cannot be written, and one
 * beside which the units of an earlier plan have left files: those would be taken for files of the new one. */
outcome_t plan_check_place(const char *path);
outcome_t plan_write(const char *path, const unit_t *units, size_t count);

/* The unit of a number from the command line. FAULT_USAGE when the plan has no such unit. */
outcome_t plan_find(const plan_t *plan, const char *number, const unit_t **unit);

/* The first unit of an evaluation. */
const unit_t *plan_evaluation(const plan_t *plan, size_t evaluation);

/* The methods of a unit, one after the other: NULL after the last. `*at` is NULL before the first. */
bool plan_next_method(const unit_t *unit, const char **at, text_t *method);

#endif
