/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nets/ranges.h"

#include "base/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char header[] = "layer,range,largest,samples";

outcome_t net_ranges_create(const net_table_t *table, net_ranges_t *ranges)
{
    *ranges = (net_ranges_t){.path = text_of("%s", "")};
    ranges->most = calloc(table->count, sizeof *ranges->most);
    ranges->seen = malloc(table->count * sizeof *ranges->seen);
    if (ranges->most == NULL || ranges->seen == NULL) {
        net_ranges_free(ranges);
        return outcome_out_of_memory("ranges");
    }
    for (size_t i = 0; i < table->count; i++)
        ranges->seen[i] = NAN;
    return outcome_ok();
}

void net_ranges_free(net_ranges_t *ranges)
{
    free(ranges->most);
    free(ranges->seen);
    *ranges = (net_ranges_t){0};
}

static outcome_t take_row(const csv_table_t *rows, size_t row, const size_t columns[4], const net_table_t *table,
                          net_ranges_t *ranges)
{
    const char *name = csv_cell(rows, row, columns[0]);
    double range;
    outcome_t result;
    size_t layer = 0;
    while (layer < table->count && !text_equal(table->items[layer].name, name))
        layer++;
    if (layer == table->count)
        return outcome_failed(rows->path, text_of("line %zu", row + 2).chars, name, "a layer of the network",
                              "these ranges are of another network: make new ones with bbsbench calibrate");
    if (outcome_bad(&result, csv_cell_real(rows, row, columns[1], &range)) ||
        outcome_bad(&result, csv_cell_real(rows, row, columns[2], &ranges->seen[layer])) ||
        outcome_bad(&result, csv_cell_integer(rows, row, columns[3], &ranges->samples)))
        return result;
    ranges->most[layer] = (float)range;
    if (!(ranges->most[layer] > 0) || isinf(ranges->most[layer]))
        return outcome_failed(rows->path, text_of("line %zu", row + 2).chars, text_of("range %g", range).chars,
                              "a positive number", "make the ranges again with bbsbench calibrate");
    return outcome_ok();
}

outcome_t net_ranges_load(const char *path, const net_table_t *table, net_ranges_t *ranges)
{
    static const char *const names[] = {"layer", "range", "largest", "samples"};
    csv_table_t rows;
    size_t columns[4];
    outcome_t result;
    if (outcome_bad(&result, net_ranges_create(table, ranges)))
        return result;
    if (outcome_bad(&result, csv_read(path, &rows))) {
        net_ranges_free(ranges);
        return result;
    }
    ranges->path = text_of("%s", path);
    for (size_t i = 0; i < 4 && outcome_is_ok(&result); i++)
        result = csv_column(&rows, names[i], &columns[i]);
    for (size_t row = 0; row < rows.rows && outcome_is_ok(&result); row++)
        result = take_row(&rows, row, columns, table, ranges);
    csv_free(&rows);
    if (!outcome_is_ok(&result))
        net_ranges_free(ranges);
    return result;
}

outcome_t net_ranges_save(const net_ranges_t *ranges, const net_table_t *table, const char *path)
{
    csv_writer_t writer;
    outcome_t result;
    if (outcome_bad(&result, csv_create(&writer, path, header)))
        return result;
    for (size_t i = 0; i < table->count; i++) {
        if (!(ranges->most[i] > 0))
            continue;
        csv_text(&writer, table->items[i].name);
        csv_real(&writer, (double)ranges->most[i]);
        csv_real(&writer, ranges->seen[i]);
        csv_integer(&writer, ranges->samples);
        csv_end_row(&writer);
    }
    return csv_commit(&writer);
}

text_t net_ranges_path(const char *weights)
{
    const char *slash = strrchr(weights, '/'), *dot = strrchr(weights, '.');
    const size_t stem = dot != NULL && (slash == NULL || dot > slash) ? (size_t)(dot - weights) : strlen(weights);
    return text_of("%.*s.ranges.csv", (int)stem, weights);
}
