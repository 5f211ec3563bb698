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

static outcome_t read_real(const csv_table_t *csv, size_t row, const char *name, double least, double most, double *value)
{
    size_t column;
    outcome_t result = csv_column(csv, name, &column);
    if (!outcome_is_ok(&result) || outcome_bad(&result, csv_cell_real(csv, row, column, value)))
        return result;
    if (isfinite(*value) && *value >= least && *value <= most)
        return result;
    return outcome_failed(csv->path, text_of("line %zu, column %s", row + 2, name).chars, csv_cell(csv, row, column),
                          text_of("%g to %g", least, most).chars, "make the file again: bbsbench portrait");
}

static outcome_t read_integer(const csv_table_t *csv, size_t row, const char *name, int64_t least, int64_t *value)
{
    double real;
    outcome_t result = read_real(csv, row, name, (double)least, 1 << 24, &real);
    if (outcome_is_ok(&result))
        *value = (int64_t)real;
    return result;
}

static outcome_t read_table(const csv_table_t *csv, size_t row, const table_t *table, portrait_t *portrait)
{
    double *values = (double *)(void *)((char *)portrait + table->offset), least = table->least;
    outcome_t result = outcome_ok();
    for (int i = 0; i < table->count && outcome_is_ok(&result); i++) {
        result = read_real(csv, row, text_of("%s_%d", table->name, i).chars, fmax(least, -1e6), 1e6, &values[i]);
        least = values[i];
    }
    return result;
}

static outcome_t read_row(const csv_table_t *csv, size_t row, portrait_t *portrait)
{
    size_t name;
    int64_t linear;
    outcome_t result;
    if (outcome_bad(&result, csv_column(csv, "layer", &name)) ||
        outcome_bad(&result, read_integer(csv, row, "k", 1, &portrait->k)) ||
        outcome_bad(&result, read_integer(csv, row, "c", 1, &portrait->c)) ||
        outcome_bad(&result, read_integer(csv, row, "kh", 1, &portrait->kh)) ||
        outcome_bad(&result, read_integer(csv, row, "kw", 1, &portrait->kw)) ||
        outcome_bad(&result, read_integer(csv, row, "linear", 0, &linear)) ||
        outcome_bad(&result, read_real(csv, row, "depth", 0, 1, &portrait->depth)) ||
        outcome_bad(&result, read_real(csv, row, "shape", 0.1, 100, &portrait->shape)) ||
        outcome_bad(&result, read_real(csv, row, "misfit", 0, 1, &portrait->misfit)))
        return result;
    portrait->linear = linear != 0;
    text_t text = text_of("%.*s", PORTRAIT_NAME - 1, csv_cell(csv, row, name));
    memcpy(portrait->name, text.chars, strlen(text.chars) + 1);
    for (int table = 0; table < TABLES && outcome_is_ok(&result); table++)
        result = read_table(csv, row, &tables[table], portrait);
    return result;
}

outcome_t portraits_read(const char *path, portraits_t *portraits)
{
    csv_table_t csv;
    size_t source;
    *portraits = (portraits_t){0};
    outcome_t result = csv_read(path, &csv);
    if (!outcome_is_ok(&result))
        return result;
    result = csv_column(&csv, "source", &source);
    if (outcome_is_ok(&result) && csv.rows == 0)
        result = outcome_failed(path, NULL, "no layer", "one row per layer", NULL);
    portraits->items = calloc(csv.rows + 1, sizeof *portraits->items);
    if (portraits->items == NULL)
        result = outcome_out_of_memory(path);
    for (size_t row = 0; row < csv.rows && outcome_is_ok(&result); row++)
        result = read_row(&csv, row, &portraits->items[portraits->count++]);
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
