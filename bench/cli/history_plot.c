/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/history_plot.h"

#include "base/file.h"
#include "cli/figure.h"

outcome_t history_plot(const rows_table_t *series, const char *folder)
{
    const text_t place = file_plain(folder);
    outcome_t result;
    if (outcome_bad(&result, file_make_folder(place.chars)) ||
        outcome_bad(&result, rows_write_csv(series, text_of("%s/series.csv", place.chars).chars)))
        return result;
    return figure_draw("series", place.chars);
}
