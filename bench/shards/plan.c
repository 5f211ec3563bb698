/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shards/plan.h"

#include "base/file.h"
#include "measure/accuracy_rows.h"
#include "measure/model_rows.h"
#include "rows/writer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(unit_t, member)
#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(unit_t, member)
#define REAL(member) .name = #member, ROWS_PLACE_REAL(unit_t, member)

static const rows_column_t columns[] = {
    {INTEGER(unit), .key = true, .heading = "Unit", .meaning = "number of the unit, from 1"},
    {INTEGER(wave), .heading = "Wave", .meaning = "1: begin with these; 2: the rest"},
    {INTEGER(evaluation), .heading = "Evaluation", .meaning = "number of the command whose rows the unit is a part of"},
    {TEXT(rows), .heading = "Rows", .meaning = "accuracy, integers or model"},
    {TEXT(net), .heading = "Network", .meaning = "the network, as `--net` calls it"},
    {TEXT(size), .heading = "Size", .meaning = "full or compact"},
    {TEXT(data), .heading = "Data", .meaning = "the data set"},
    {TEXT(methods), .heading = "Methods", .meaning = "methods of the unit; of `model` a design and a setting"},
    {INTEGER(first), .heading = "First", .meaning = "place of its first sample in the fixed list, from 0"},
    {INTEGER(count), .heading = "N", .unit = "samples", .meaning = "samples of the unit"},
    {INTEGER(samples), .heading = "of", .unit = "samples", .meaning = "samples of the evaluation"},
    {REAL(answer_seconds), .heading = "Answers", .unit = "s", .decimals = 2,
     .meaning = "expected processor time of its samples"},
    {REAL(fixed_seconds), .heading = "Fixed", .unit = "s", .decimals = 2,
     .meaning = "expected processor time of loading and compressing before them"},
    {TEXT(command), .heading = "Command", .meaning = "of bbsbench, whose rows the unit is a part of"},
    {.name = NULL},
};

const rows_schema_t plan_schema = {.name = "plan", .about = "Work cut into units.", .columns = columns};

static const char todo[] = "make the plan again: bbsbench plan";

/* ===  Reading  === */

/* Fill a unit from its cells, which the reader has checked against the schema. */
static void take_cells(const rows_cell_t *cells, unit_t *unit)
{
    for (const rows_column_t *column = columns; column->name != NULL; column++, cells++) {
        char *member = (char *)unit + column->offset;
        if (column->kind == ROWS_TEXT)
            memcpy(member, &cells->text, sizeof cells->text);
        else if (column->kind == ROWS_INTEGER)
            memcpy(member, &cells->integer, sizeof cells->integer);
        else
            memcpy(member, &cells->real, sizeof cells->real);
    }
}

/* Names of folders and files below that of the plan, so that no plan leads out of it. */
static bool is_plain(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL;
}

/* The kind of its rows, and the names that places of its files are made of. Of `model` none is. */
static outcome_t check_names(const plan_t *plan, const unit_t *unit)
{
    const text_t place = text_of("unit %" PRId64, unit->unit);
    const bool samples = text_equal(unit->rows, accuracy_schema.name) || text_equal(unit->rows, integers_schema.name);
    if (!samples && !text_equal(unit->rows, model_schema.name))
        return outcome_failed(plan->path.chars, place.chars, text_of("rows \"%.100s\"", unit->rows).chars,
                              "accuracy, integers or model", todo);
    if (samples && (!is_plain(unit->net) || !is_plain(unit->size)))
        return outcome_failed(plan->path.chars, place.chars, text_of("%.100s, %.50s", unit->net, unit->size).chars,
                              "the name of a network and its size", todo);
    return outcome_ok();
}

static outcome_t check_unit(const plan_t *plan, size_t index)
{
    const unit_t *unit = &plan->units[index];
    const text_t place = text_of("unit %" PRId64, unit->unit);
    if (unit->unit != (int64_t)index + 1)
        return outcome_failed(plan->path.chars, text_of("line %zu", index + 2).chars, place.chars,
                              text_of("unit %zu", index + 1).chars, todo);
    if (unit->first < 0 || unit->count < 1 || unit->samples < 1 || unit->first > unit->samples - unit->count)
        return outcome_failed(
            plan->path.chars, place.chars,
            text_of("samples from %" PRId64 ", %" PRId64 " of %" PRId64, unit->first, unit->count, unit->samples).chars,
            "a part of them", todo);
    if (unit->evaluation < 1 || unit->evaluation > (int64_t)plan->count || unit->methods[0] == '\0')
        return outcome_failed(plan->path.chars, place.chars, "no method or evaluation", "both", todo);
    return check_names(plan, unit);
}

static text_t folder_of(const char *path)
{
    const size_t length = strlen(path) - (text_ends(path, ".csv") ? strlen(".csv") : 0);
    return text_of("%.*s.units", (int)length, path);
}

outcome_t plan_read(const char *path, plan_t *plan)
{
    *plan = (plan_t){.path = text_of("%s", path), .folder = folder_of(path)};
    outcome_t result = rows_read(&plan_schema, path, &plan->internal_table);
    if (outcome_fault(&result) == FAULT_MISSING)
        return outcome_missing(path, NULL, "no such file", "a plan", "bbsbench plan makes one");
    if (!outcome_is_ok(&result))
        return result;
    plan->units = calloc(plan->internal_table.count + 1, sizeof *plan->units);
    if (plan->units == NULL)
        return outcome_out_of_memory(path);
    plan->count = plan->internal_table.count;
    for (size_t i = 0; i < plan->count; i++)
        take_cells(rows_cell(&plan->internal_table, i, 0), &plan->units[i]);
    for (size_t i = 0; i < plan->count && outcome_is_ok(&result); i++) {
        result = check_unit(plan, i);
        if (outcome_is_ok(&result) && (size_t)plan->units[i].evaluation > plan->evaluations)
            plan->evaluations = (size_t)plan->units[i].evaluation;
    }
    for (size_t i = 1; i <= plan->evaluations && outcome_is_ok(&result); i++)
        if (plan_evaluation(plan, i) == NULL)
            result = outcome_failed(path, text_of("evaluation %zu", i).chars, "no unit", "at least one", todo);
    return outcome_is_ok(&result) && plan->count == 0 ? outcome_failed(path, NULL, "no unit", "at least one", todo)
                                                      : result;
}

void plan_free(plan_t *plan)
{
    free(plan->units);
    rows_table_free(&plan->internal_table);
    plan->units = NULL;
    plan->count = 0;
}

outcome_t plan_check_place(const char *path)
{
    const text_t folder = folder_of(path);
    if (file_is_folder(folder.chars))
        return outcome_failed(path, folder.chars, "what the units of an earlier plan have left", "no such folder",
                              "remove it, or give the plan another name");
    return outfile_check(path);
}

outcome_t plan_write(const char *path, const unit_t *units, size_t count)
{
    rows_writer_t writer;
    outcome_t result = rows_create(&writer, &plan_schema, path);
    if (!outcome_is_ok(&result))
        return result;
    for (size_t i = 0; i < count; i++)
        rows_write(&writer, &units[i]);
    return rows_commit(&writer);
}

/* ===  Units  === */

outcome_t plan_find(const plan_t *plan, const char *number, const unit_t **unit)
{
    int64_t value;
    if (!text_to_integer(number, 1, (int64_t)plan->count, &value))
        return outcome_usage(plan->path.chars, "unit", number, text_of("1 to %zu", plan->count).chars, NULL);
    *unit = &plan->units[value - 1];
    return outcome_ok();
}

const unit_t *plan_evaluation(const plan_t *plan, size_t evaluation)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->units[i].evaluation == (int64_t)evaluation)
            return &plan->units[i];
    return NULL;
}

bool plan_next_method(const unit_t *unit, const char **at, text_t *method)
{
    const char *from = *at == NULL ? unit->methods : *at;
    from += strspn(from, " ");
    const size_t length = strcspn(from, " ");
    *method = text_of("%.*s", (int)length, from);
    *at = from + length;
    return length > 0;
}
