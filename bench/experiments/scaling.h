/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_SCALING_H
#define BBS_EXPERIMENTS_SCALING_H

#include "experiments/experiment.h"

/* What fig14 and fig15 share: the rows of measure/scaling.h. */

/* Rows into FOLDER/`name`; fig15 asks for the utilisation of all designs. */
outcome_t scaling_write(const experiment_context_t *context, const char *name, bool utilisation);

extern const diff_rule_t scaling_rule;

/* A cell of the row of that network, design and number of channels; NaN where there is none. */
double scaling_value(const csv_table_t *table, const char *net, const char *accelerator, int64_t columns,
                     const char *column);

#endif
