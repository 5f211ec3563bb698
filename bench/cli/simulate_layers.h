/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_SIMULATE_LAYERS_H
#define BBS_CLI_SIMULATE_LAYERS_H

#include "cli/simulate_plan.h"
#include "rows/table.h"

/* `simulate --per-layer` and `--plot FILE`: the layers of a plan as a table to read, and as a roofline figure. */
typedef struct {
    bool wanted, printed; /* one of the options, --per-layer */
    const char *plot;     /* FILE.svg or FILE.png; NULL: no figure */
    rows_table_t layers;  /* measure/roofline.h */
} simulate_layers_t;

/* Read the options and make the plan collect its layers. A figure is of one network without a sweep. Free in any case. */
outcome_t simulate_layers_read(const options_t *options, simulate_plan_t *simulate, simulate_layers_t *layers);
void simulate_layers_free(simulate_layers_t *layers);

/* Behind the run of the plan: print and draw what was asked for. FAULT_MISSING without gnuplot. */
outcome_t simulate_layers_show(const simulate_layers_t *layers);

#endif
