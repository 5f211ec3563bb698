/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/technology.h"

#include "base/text.h"

const technology_row_t technology_rows[] = {
#include "technology.inc" /* the rows of technology.csv, written by the Makefile */
    {.name = NULL},       /* so that base/registry.h finds the end */
};

const size_t technology_row_count = sizeof technology_rows / sizeof technology_rows[0] - 1;

static size_t find(const char *name)
{
    size_t at = 0;
    while (at < technology_row_count && !text_equal(technology_rows[at].name, name))
        at++;
    return at;
}

static text_t full_name(const char *table, const char *part, const char *name)
{
    return text_of("%s%s%s.%s", table, part != NULL ? "." : "", part != NULL ? part : "", name);
}

outcome_t technology_get(const technology_t *technology, const char *name, double *value)
{
    const size_t at = find(name);
    if (at == technology_row_count)
        return outcome_failed("technology.csv", name, "no such row", NULL,
                              "add the constant with its source and build again");
    if (technology != NULL && technology->read != NULL)
        technology->read[at] = true;
    *value = technology != NULL && technology->values != NULL ? technology->values[at] : technology_rows[at].value;
    return outcome_ok();
}

outcome_t technology_get_part(const technology_t *technology, const char *table, const char *part, const char *name,
                              double *value)
{
    return technology_get(technology, full_name(table, part, name).chars, value);
}

bool technology_has(const char *table, const char *part, const char *name)
{
    return find(full_name(table, part, name).chars) < technology_row_count;
}

outcome_t technology_value(const char *name, double *value)
{
    return technology_get(NULL, name, value);
}

outcome_t technology_lookup(const char *table, const char *part, const char *name, double *value)
{
    return technology_get_part(NULL, table, part, name, value);
}
