/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_SHARDS_MODEL_UNIT_H
#define BBS_SHARDS_MODEL_UNIT_H

#include "measure/model.h"
#include "shards/plan.h"

#include <stdio.h>

/* Units of the accelerator models. The rows of a plan of models come by network, then design, then point of the grid, whose
 * first sweep changes slowest (model_run()). So the rows of one network, design and value of the first sweep stand
 * together: they are a part, and a unit is some parts one after the other. */

size_t model_unit_parts(const model_plan_t *plan);

/* In words: "bitvert-mod bitvert.rows=8", and its network. */
text_t model_unit_name(const model_plan_t *plan, size_t part, const char **network);

/* Units of `parts` parts that are shared evenly; `units` has room for as many as there are parts, and at most `most` are
 * made (0: a part each). Returns how many. `names` has room for the name of each. */
size_t model_unit_cut(const model_plan_t *plan, size_t most, const char *command, unit_t *units, text_t *names);

/* What the rows depend on: hashes of the command and of the files that it reads, and `stamp`. */
outcome_t model_unit_key(const model_plan_t *plan, const char *command, const char *stamp, text_t *key);

/* Compute a unit and leave its file: the key and the SHA-256 of the rows in a line, then the rows. `*done` as of
 * work_run(). Refused: a plan of another number of parts than `of` has.
 */
outcome_t model_unit_run(const plan_t *plan, const unit_t *unit, const model_plan_t *of, const char *key, bool again,
                         bool *done);

/* Refused: units of an evaluation that leave out a part, or are of another number of parts than `of`, the evaluation's own
 * plan, has. Then rows would be missing without a word. */
outcome_t model_unit_covers(const plan_t *plan, size_t evaluation, const model_plan_t *of);

/* Append the rows of a unit to `stream`, with the header when it is the first. `*rows` counts them. */
outcome_t model_unit_append(const plan_t *plan, const unit_t *unit, const char *key, FILE *stream, size_t *rows);

#endif
