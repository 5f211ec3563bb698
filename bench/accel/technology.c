/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/technology.h"

#include "base/text.h"

const technology_row_t technology_rows[] = {
#include "technology.inc" /* the rows of technology.csv, written by the Makefile */
};

const size_t technology_row_count = sizeof technology_rows / sizeof technology_rows[0];

outcome_t technology_value(const char *name, double *value)
{
    for (size_t i = 0; i < technology_row_count; i++)
        if (text_equal(technology_rows[i].name, name)) {
            *value = technology_rows[i].value;
            return outcome_ok();
        }
    return outcome_failed("technology.csv", name, "no such row", NULL, "add the constant with its source and build again");
}

outcome_t technology_lookup(const char *table, const char *part, const char *name, double *value)
{
    return technology_value(text_of("%s%s%s.%s", table, part ? "." : "", part ? part : "", name).chars, value);
}
