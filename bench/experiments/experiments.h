/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_EXPERIMENTS_H
#define BBS_EXPERIMENTS_EXPERIMENTS_H

#include "experiments/experiment.h"

/* The entries of the registry; each is the file experiment_ID.c. */
extern const experiment_t experiment_accuracy;
extern const experiment_t experiment_integers;
/* How many methods it runs in a mode. */
size_t experiment_accuracy_methods(const run_mode_t *mode);
extern const experiment_t experiment_model;
extern const experiment_t experiment_examples;
extern const experiment_t experiment_table1, experiment_fig11, experiment_table2, experiment_table3;
extern const experiment_t experiment_table4, experiment_table5, experiment_table6;
extern const experiment_t experiment_fig3;
extern const experiment_t experiment_fig12;
extern const experiment_t experiment_fig13;
extern const experiment_t experiment_fig14;
extern const experiment_t experiment_fig15;
extern const experiment_t experiment_fig16;

#endif
