/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_SENSITIVITY_H
#define BBS_MEASURE_SENSITIVITY_H

#include "base/outcome.h"
#include "rows/schema.h"

#include <stdbool.h>
#include <stddef.h>

/* How the results of BitVert depend on what the paper fixes: one knob at a time, all others as in paper.ini. Same bytes for
 * any number of threads. */

/* A point of a knob. */
typedef struct {
    double value;
    const char *setting; /* as for configuration_set(), "bitvert.meta_group=8"; NULL: the knob is no setting */
} sensitivity_point_t;

enum { SENSITIVITY_CONS, SENSITIVITY_MOD, SENSITIVITY_DESIGNS };

typedef struct {
    enum { SENSITIVITY_SETTING, SENSITIVITY_TOKENS, SENSITIVITY_BATCH } kind; /* of an accelerator, or of a plan */
    const char *knob, *unit;
    double used[SENSITIVITY_DESIGNS]; /* the value of the paper's setting as it is modelled here, of both BitVerts */
    const sensitivity_point_t *points;
    size_t count;
    const char *key; /* of the compression methods, as in a spec; NULL: it does not change the weights */
} sensitivity_knob_t;

extern const sensitivity_knob_t sensitivity_knobs[]; /* knob NULL ends it */

/* sensitivity_totals.csv: Stripes and both BitVerts at each point: the seven networks at full size, for batch and tokens
 * networks of few kinds; synthetic weights. `brief`: two networks, without batch and tokens. */
extern const rows_schema_t sensitivity_totals_schema;
outcome_t sensitivity_totals_run(bool brief, int threads, const char *path);

/* sensitivity_weights.csv: bits and errors of the weights of ViT-Small at each point of the knobs that change weights. Full
 * size, synthetic weights. `brief`: the sizes of groups alone, with rounded averaging, which searches for no constants. */
extern const rows_schema_t sensitivity_weights_schema;
outcome_t sensitivity_weights_run(bool brief, int threads, const char *path);

#endif
