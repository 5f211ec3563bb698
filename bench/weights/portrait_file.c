/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weights/portrait_file.h"

#include "base/csv.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The tables of a portrait: place in the struct, name in the file, and least value allowed. */
typedef struct {
    const char *name;
    size_t offset;
    int count;
    double least;
} table_t;

static const table_t tables[] = {
    {"scale", offsetof(portrait_t, scale), PORTRAIT_CHANNELS, 0.0},
    {"spread", offsetof(portrait_t, spread), PORTRAIT_CHANNELS, 0.0},
    {"gain", offsetof(portrait_t, gain), PORTRAIT_GAINS, 0.0},
    {"weight", offsetof(portrait_t, weight), PORTRAIT_WEIGHTS, -INFINITY},
};

enum { TABLES = sizeof tables / sizeof tables[0], HEADER = 4096 };

static const double *table_of(const portrait_t *portrait, const table_t *table)
{
    return (const double *)(const void *)((const char *)portrait + table->offset);
}

/* ===  Writing  === */

static void write_row(csv_writer_t *csv, const portrait_t *portrait, const char *source)
{
    csv_text(csv, portrait->name);
    csv_text(csv, source);
    csv_integer(csv, portrait->k);
    csv_integer(csv, portrait->c);
    csv_integer(csv, portrait->kh);
    csv_integer(csv, portrait->kw);
    csv_integer(csv, portrait->linear);
    csv_real(csv, portrait->depth);
    csv_real(csv, portrait->shape);
    csv_real(csv, portrait->misfit);
    for (int table = 0; table < TABLES; table++)
        for (int i = 0; i < tables[table].count; i++)
            csv_real(csv, table_of(portrait, &tables[table])[i]);
    csv_end_row(csv);
}

outcome_t portraits_write(const char *path, const portraits_t *portraits)
{
    csv_writer_t csv;
    char header[HEADER] = "layer,source,k,c,kh,kw,linear,depth,shape,misfit";
    for (int table = 0; table < TABLES; table++)
        for (int i = 0; i < tables[table].count; i++) {
            size_t used = strlen(header);
            text_t column = text_of(",%s_%d", tables[table].name, i);
            memcpy(header + used, column.chars, strlen(column.chars) + 1);
        }
    outcome_t result = csv_create(&csv, path, header);
    if (!outcome_is_ok(&result))
        return result;
    for (size_t i = 0; i < portraits->count; i++)
        write_row(&csv, &portraits->items[i], portraits->source);
    return csv_commit(&csv);
}

/* ===  Reading  === */

/* Where the columns of a file are: a row has 172, so they are looked for once. */
typedef struct {
    size_t layer, k, c, kh, kw, linear, depth, shape, misfit;
    size_t tables[TABLES][PORTRAIT_WEIGHTS];
} columns_t;

static outcome_t find_columns(const csv_table_t *csv, columns_t *columns)
{
    outcome_t result;
    if (outcome_bad(&result, csv_column(csv, "layer", &columns->layer)) ||
        outcome_bad(&result, csv_column(csv, "k", &columns->k)) ||
        outcome_bad(&result, csv_column(csv, "c", &columns->c)) ||
        outcome_bad(&result, csv_column(csv, "kh", &columns->kh)) ||
        outcome_bad(&result, csv_column(csv, "kw", &columns->kw)) ||
        outcome_bad(&result, csv_column(csv, "linear", &columns->linear)) ||
        outcome_bad(&result, csv_column(csv, "depth", &columns->depth)) ||
        outcome_bad(&result, csv_column(csv, "shape", &columns->shape)) ||
        outcome_bad(&result, csv_column(csv, "misfit", &columns->misfit)))
        return result;
    for (int table = 0; table < TABLES; table++)
        for (int i = 0; i < tables[table].count && outcome_is_ok(&result); i++)
            result = csv_column(csv, text_of("%s_%d", tables[table].name, i).chars, &columns->tables[table][i]);
    return result;
}

static outcome_t read_real(const csv_table_t *csv, size_t row, size_t column, double least, double most, double *value)
{
    outcome_t result;
    if (outcome_bad(&result, csv_cell_real(csv, row, column, value)) ||
        (isfinite(*value) && *value >= least && *value <= most))
        return result;
    return outcome_failed(csv->path, text_of("line %zu, column %s", row + 2, csv->cells[column]).chars,
                          csv_cell(csv, row, column), text_of("%g to %g", least, most).chars,
                          "make the file again: bbsbench portrait");
}

static outcome_t read_integer(const csv_table_t *csv, size_t row, size_t column, int64_t least, int64_t *value)
{
    double real;
    outcome_t result = read_real(csv, row, column, (double)least, 1 << 24, &real);
    if (outcome_is_ok(&result))
        *value = (int64_t)real;
    return result;
}

static outcome_t read_table(const csv_table_t *csv, size_t row, const table_t *table, const size_t *columns,
                            portrait_t *portrait)
{
    double *values = (double *)(void *)((char *)portrait + table->offset), least = table->least;
    outcome_t result = outcome_ok();
    for (int i = 0; i < table->count && outcome_is_ok(&result); i++) {
        result = read_real(csv, row, columns[i], fmax(least, -1e6), 1e6, &values[i]);
        least = values[i];
    }
    return result;
}

static outcome_t read_row(const csv_table_t *csv, const columns_t *columns, size_t row, portrait_t *portrait)
{
    int64_t linear;
    outcome_t result;
    if (outcome_bad(&result, read_integer(csv, row, columns->k, 1, &portrait->k)) ||
        outcome_bad(&result, read_integer(csv, row, columns->c, 1, &portrait->c)) ||
        outcome_bad(&result, read_integer(csv, row, columns->kh, 1, &portrait->kh)) ||
        outcome_bad(&result, read_integer(csv, row, columns->kw, 1, &portrait->kw)) ||
        outcome_bad(&result, read_integer(csv, row, columns->linear, 0, &linear)) ||
        outcome_bad(&result, read_real(csv, row, columns->depth, 0, 1, &portrait->depth)) ||
        outcome_bad(&result, read_real(csv, row, columns->shape, 0.1, 100, &portrait->shape)) ||
        outcome_bad(&result, read_real(csv, row, columns->misfit, 0, 1, &portrait->misfit)))
        return result;
    portrait->linear = linear != 0;
    text_t text = text_of("%.*s", PORTRAIT_NAME - 1, csv_cell(csv, row, columns->layer));
    memcpy(portrait->name, text.chars, strlen(text.chars) + 1);
    for (int table = 0; table < TABLES && outcome_is_ok(&result); table++)
        result = read_table(csv, row, &tables[table], columns->tables[table], portrait);
    return result;
}

outcome_t portraits_read(const char *path, portraits_t *portraits)
{
    csv_table_t csv;
    columns_t columns;
    size_t source;
    *portraits = (portraits_t){0};
    outcome_t result = csv_read(path, &csv);
    if (!outcome_is_ok(&result))
        return result;
    result = csv_column(&csv, "source", &source);
    if (outcome_is_ok(&result) && csv.rows == 0)
        result = outcome_failed(path, NULL, "no layer", "one row per layer", NULL);
    if (outcome_is_ok(&result))
        result = find_columns(&csv, &columns);
    portraits->items = calloc(csv.rows + 1, sizeof *portraits->items);
    if (portraits->items == NULL)
        result = outcome_out_of_memory(path);
    for (size_t row = 0; row < csv.rows && outcome_is_ok(&result); row++)
        result = read_row(&csv, &columns, row, &portraits->items[portraits->count++]);
    if (outcome_is_ok(&result)) {
        text_t text = text_of("%.*s", (int)sizeof portraits->source - 1, csv_cell(&csv, 0, source));
        memcpy(portraits->source, text.chars, strlen(text.chars) + 1);
    } else {
        portraits_free(portraits);
    }
    csv_free(&csv);
    return result;
}

void portraits_free(portraits_t *portraits)
{
    free(portraits->items);
    *portraits = (portraits_t){0};
}
