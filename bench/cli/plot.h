/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_PLOT_H
#define BBS_CLI_PLOT_H

#include "base/outcome.h"
#include "experiments/experiment.h"

#include <stdbool.h>
#include <stddef.h>

/* The forms that a figure is drawn in, and the most of them. */
typedef enum { PLOT_SVG, PLOT_PDF, PLOT_PNG, PLOT_FORMATS } plot_format_t;

typedef struct {
    const experiments_t *experiments;
    const char *rows;           /* the folder of the rows: of a run, of baselines, or of CSV files */
    const char *mode;           /* which rows of a folder of baselines: NAME.MODE.csv is taken before NAME.csv */
    const char *figures;        /* the folder of the figures; made when it is not there */
    bool formats[PLOT_FORMATS]; /* what is drawn */
} plot_request_t;

/* Read "svg,pdf,png" into formats[PLOT_FORMATS]. FAULT_USAGE names what is no format. */
outcome_t plot_read_formats(const char *list, bool *formats);

/* Draw FIGURES/NAME.svg, .pdf and .png of every experiment that has a figure and rows in the folder (the report takes only
 * recorded ones), by running gnuplot on its script as a child process (no shell), one a processor at a time. The same rows
 * give the same bytes.
 * FAULT_MISSING when gnuplot is not installed. A figure that gnuplot cannot draw costs this figure alone: the others are
 * drawn, and the first error, with the last line that gnuplot printed, is returned at the end. `drawn` counts the figures.
 */
outcome_t plot_figures(const plot_request_t *request, size_t *drawn);

#endif
