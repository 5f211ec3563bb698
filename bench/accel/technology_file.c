/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/technology_file.h"

#include "base/csv.h"
#include "base/registry.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a value may be, by unit. The greatest values are far beyond any technology: they stop a slip of the keyboard or of
 * the unit, not a design. `step`: values are multiples of it, because the models count with integers; 0: any number. */
static const struct {
    const char *unit;
    double least, most, step;
} ranges[] = {
    {"ns", 0.001, 1000.0, 0.001}, /* the DRAM model counts picoseconds */
    {"8-bit multipliers", 1.0, 1e9, 1.0},
    {"B/cycle", 1.0, 1e6, 1.0},
    {"lanes", 1.0, 1024.0, 1.0},
    {"weights", 1.0, 1024.0, 1.0},
    {"tiles", 1.0, 1e6, 1.0},
    {"buffers", 1.0, 1e6, 1.0},
    {"B/buffer/tile", 1.0, 1e6, 1.0},
    {"B/pair", 1.0, 1e6, 1.0},
    {"factor", 0.01, 100.0, 0.0},
    {"pJ/64 bit", 0.0, 1e6, 0.0},
    {"pJ/PE/cycle", 0.0, 1e6, 0.0},
    {"pJ/row/cycle", 0.0, 1e6, 0.0},
    {"pJ/column/tile", 0.0, 1e6, 0.0},
    {"pJ/pair", 0.0, 1e6, 0.0},
    {"mW", 0.0, 1e6, 0.0},
    {"um2", 0.0, 1e9, 0.0},
    {"NAND2", 0.0, 1e9, 0.0},
    {"MAC/cycle", 0.0, 1e9, 0.0},
};

enum { RANGES = sizeof ranges / sizeof *ranges };

static size_t range_of(const char *unit)
{
    size_t at = 0;
    while (at < RANGES && !text_equal(ranges[at].unit, unit))
        at++;
    return at;
}

bool technology_knows_unit(const char *unit)
{
    return range_of(unit) < RANGES;
}

/* ===  One constant  === */

static bool is_multiple(double value, double step)
{
    return step == 0.0 || fabs(value / step - round(value / step)) <= 1e-9 * fabs(value / step);
}

static outcome_t put(technology_t *technology, const char *name, const char *value, const char *unit, const char *where,
                     const char *place)
{
    const text_t line = text_of("%s: %s", where, place);
    const registry_t names = {
        .where = line.chars, .what = "constant", .tables = {technology_rows}, .entry_size = sizeof *technology_rows};
    const technology_row_t *row;
    double number;
    outcome_t result = registry_find(&names, name, &row);
    if (!outcome_is_ok(&result))
        return result;
    const text_t here = text_of("%s: %s", place, name);
    if (!text_equal(unit, row->unit))
        return outcome_usage(where, here.chars, unit[0] != '\0' ? text_of("the unit %s", unit).chars : "no unit", row->unit,
                             NULL);
    const size_t range = range_of(unit);
    if (!text_to_real(value, &number) || range == RANGES ||
        !(number >= ranges[range].least && number <= ranges[range].most) || !is_multiple(number, ranges[range].step))
        return outcome_usage(
            where, here.chars, value[0] != '\0' ? value : "no value",
            range == RANGES ? NULL
                            : text_of("%g to %g %s%s", ranges[range].least, ranges[range].most, unit,
                                      ranges[range].step > 0.0 ? text_of(" in steps of %g", ranges[range].step).chars : "")
                                  .chars,
            NULL);
    technology->values[row - technology_rows] = number;
    return result;
}

outcome_t technology_put(technology_t *technology, const char *name, const char *text, const char *where, const char *place)
{
    text_t copy = text_of("%s", text);
    char *unit = copy.chars + strcspn(copy.chars, " \t");
    if (*unit != '\0')
        *unit++ = '\0';
    return put(technology, name, copy.chars, text_trim(unit), where, place);
}

/* ===  A file  === */

enum { NAME, VALUE, UNIT, SOURCE, NEEDED };
static const char *const needed[NEEDED] = {"name", "value", "unit", "source"};

static bool is_known_column(const char *name)
{
    for (size_t i = 0; i < NEEDED; i++)
        if (text_equal(needed[i], name))
            return true;
    return text_equal(name, "node") || text_equal(name, "note");
}

static outcome_t find_columns(const csv_table_t *table, size_t columns[NEEDED])
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < NEEDED && outcome_is_ok(&result); i++)
        if (outcome_bad(&result, csv_column(table, needed[i], &columns[i])))
            result = outcome_usage(table->path, "first line", text_of("no column %s", needed[i]).chars,
                                   "name,value,unit,source[,node,note]", NULL);
    for (size_t i = 0; i < table->columns && outcome_is_ok(&result); i++)
        if (!is_known_column(table->cells[i]))
            result = outcome_usage(table->path, "first line", table->cells[i], "name,value,unit,source[,node,note]", NULL);
    return result;
}

static outcome_t read_row(const csv_table_t *table, size_t row, const size_t columns[NEEDED], technology_t *technology)
{
    const char *name = csv_cell(table, row, columns[NAME]);
    const text_t line = text_of("line %zu", row + 2);
    for (size_t i = 0; i < row; i++)
        if (text_equal(csv_cell(table, i, columns[NAME]), name))
            return outcome_usage(table->path, line.chars, text_of("%s twice", name).chars, "each constant once", NULL);
    if (csv_cell(table, row, columns[SOURCE])[0] == '\0')
        return outcome_usage(table->path, text_of("%s: %s", line.chars, name).chars, "no source",
                             "where the value is from, or \"assumed\"", NULL);
    return put(technology, name, csv_cell(table, row, columns[VALUE]), csv_cell(table, row, columns[UNIT]), table->path,
               line.chars);
}

outcome_t technology_read(const char *path, technology_t *technology)
{
    csv_table_t table = {0};
    size_t columns[NEEDED];
    outcome_t result;
    if (outcome_bad(&result, csv_read(path, &table)))
        return result;
    result = find_columns(&table, columns);
    if (outcome_is_ok(&result) && table.rows == 0)
        result = outcome_usage(path, NULL, "no rows", "at least one constant", NULL);
    for (size_t i = 0; i < table.rows && outcome_is_ok(&result); i++)
        result = read_row(&table, i, columns, technology);
    csv_free(&table);
    return result;
}

/* ===  All constants  === */

outcome_t technology_create(technology_t *technology)
{
    *technology = (technology_t){.values = calloc(technology_row_count, sizeof *technology->values),
                                 .read = calloc(technology_row_count, sizeof *technology->read)};
    if (technology->values == NULL || technology->read == NULL)
        return outcome_out_of_memory("technology");
    for (size_t i = 0; i < technology_row_count; i++)
        technology->values[i] = technology_rows[i].value;
    return outcome_ok();
}

void technology_free(technology_t *technology)
{
    free(technology->values);
    free(technology->read);
    *technology = (technology_t){.values = NULL};
}

text_t technology_changes(const technology_t *technology)
{
    text_t changes = text_of("%s", "");
    for (size_t i = 0; technology->values != NULL && i < technology_row_count; i++)
        if (technology->values[i] != technology_rows[i].value)
            changes = text_of("%s%s%s=%.9g", changes.chars, changes.chars[0] != '\0' ? " " : "", technology_rows[i].name,
                              technology->values[i]);
    return changes;
}
