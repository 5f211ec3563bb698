/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_SWEEP_OPTIONS_H
#define BBS_CLI_SWEEP_OPTIONS_H

#include "cli/options.h"
#include "measure/model.h"

/* --sweep KEY=V,V,... of `bbsbench simulate`: several make a grid. */

enum {
    SWEEP_MOST = 8,          /* sweeps of a grid */
    SWEEP_MOST_VALUES = 64,  /* of one sweep */
    SWEEP_MOST_POINTS = 1024 /* of a grid */
};

#define SWEEP_OPTIONS                                                                                                \
    {"sweep", "DESIGN.KEY=V,V,...", NULL,                                                                            \
     "run once with each value of a setting of --set: bitvert.rows=8,16; all.rows=8,16 for every design;\n"          \
     "dram.gbytes_per_s=6.4,12.8; of --tokens, --context or --batch: batch=1,16; or of a constant:\n"                \
     "technology.dram.access=500,1000. Several sweeps make a grid. The table says where multipliers differ"},        \
    {                                                                                                                \
        "base", "NAME|first", "stripes",                                                                             \
            "what ratios are relative to: a design at the same point of the grid, or each design at the first point" \
    }

typedef struct {
    text_t *texts;         /* "bitvert.rows=8", sweep after sweep */
    const char **settings; /* the same */
    model_sweep_t sweeps[SWEEP_MOST];
} sweep_options_t;

/* Read all sweeps into the plan, whose accelerators are known. `*sweep` keeps what the plan then points to; free it in any
 * case. Refused: a setting that none of the designs has or that changes the reference unseen, a value given twice, a key
 * swept twice, and a grid of more points than SWEEP_MOST_POINTS. */
outcome_t sweep_options_read(const options_t *options, model_plan_t *plan, sweep_options_t *sweep);
void sweep_options_free(sweep_options_t *sweep);

#endif
