/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_FIGURE_H
#define BBS_CLI_FIGURE_H

#include "base/outcome.h"

/* Figures of commands: plots/SCRIPT.gp draws rows that the command has written. The figures of a report are in plot.h. */

/* Draw FOLDER/SCRIPT.svg and .png from FOLDER/SCRIPT.csv. FAULT_MISSING when gnuplot is not installed. */
outcome_t figure_draw(const char *script, const char *folder);

#endif
