/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_PLOT_H
#define BBS_CLI_PLOT_H

#include "base/outcome.h"
#include "experiments/experiment.h"

/* Draw FOLDER/figures/NAME.svg and .png of every experiment that has a figure and rows in the folder (the report takes only
 * recorded ones), by running gnuplot on its script as a child process (no shell). FAULT_MISSING when gnuplot is not
 * installed. A figure that gnuplot cannot draw costs this figure alone: the others are drawn, and the first error, with the
 * last line that gnuplot printed, is returned at the end. */
outcome_t plot_figures(const experiments_t *experiments, const char *folder);

#endif
