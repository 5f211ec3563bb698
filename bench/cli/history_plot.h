/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_HISTORY_PLOT_H
#define BBS_CLI_HISTORY_PLOT_H

#include "rows/table.h"

/* Write FOLDER/series.csv, and draw FOLDER/series.svg and .png of it by plots/series.gp. FAULT_MISSING when gnuplot is not
 * installed: the file of rows is there all the same. */
outcome_t history_plot(const rows_table_t *series, const char *folder);

#endif
