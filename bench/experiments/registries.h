/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_REGISTRIES_H
#define BBS_EXPERIMENTS_REGISTRIES_H

#include "experiments/mode.h"
#include "rows/database.h"

/* The registries of the suite as tables of a database: networks, accelerators, methods, datasets, and the table `run` of a
 * mode (experiment_rows.h has their columns). Queries take names and orders from these tables, so that a new entry of a
 * registry appears in every table and figure without further changes. */
outcome_t registries_add(const run_mode_t *mode, rows_database_t *database);

#endif
