/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_PLOT_H
#define BBS_CLI_PLOT_H

#include "base/outcome.h"

/* Draw FOLDER/figures/NAME.svg and .png of every experiment that has rows in the run folder, with plots/NAME.gp and
 * gnuplot as a child process (no shell). FAULT_MISSING when gnuplot is not installed; otherwise its last line is the error.
 */
outcome_t plot_figures(const char *folder);

#endif
