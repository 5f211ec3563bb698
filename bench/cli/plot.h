/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_PLOT_H
#define BBS_CLI_PLOT_H

#include "base/outcome.h"
#include "experiments/experiment.h"

/* Draw FOLDER/figures/NAME.svg and .png of every experiment that has a figure and rows in the run folder, by running
 * gnuplot on its script as a child process (no shell). FAULT_MISSING when gnuplot is not installed; when it fails, the
 * error holds the last line that it printed. */
outcome_t plot_figures(const experiments_t *experiments, const char *folder);

#endif
