/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weights/density.h"

#include "base/text.h"
#include "rows/table.h"

#include <math.h>
#include <stdlib.h>

const char density_total[] = "total";

/* An accelerator model takes 0 as "not known"; a layer whose inputs were all zero has so few that none was seen. */
static const double least_density = 1e-9;

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(density_row_t, member)
#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(density_row_t, member)
#define REAL(member) .name = #member, ROWS_PLACE_REAL(density_row_t, member)

static const rows_column_t columns[] = {
    {TEXT(net), .key = true, .heading = "Network", .meaning = "the network, as `--net` calls it"},
    {TEXT(size), .key = true, .heading = "Size", .meaning = "full: the paper's network; compact: its stand-in"},
    {TEXT(layer), .key = true, .heading = "Layer",
     .meaning = "the layer's name in its framework; total: mean over the layers that read no image, by multiplications"},
    {REAL(input_density), .heading = "Inputs not zero", .unit = "share", .decimals = 3,
     .meaning = "share of the layer's inputs whose 8-bit level is not zero, over all samples; padding is not counted"},
    {REAL(output_density), .heading = "Outputs not zero", .unit = "share", .decimals = 3,
     .meaning = "the same of its outputs, as the layer that reads them finds them; of outputs that no such layer reads as "
                "the engine stores them, floats rounded pixel by pixel by the largest magnitude"},
    {INTEGER(samples), .heading = "N", .unit = "samples", .meaning = "samples that were run"},
    {TEXT(data), .heading = "Data", .meaning = "the data set"},
    {TEXT(weights), .heading = "Weights", .meaning = "file of the weights, which are rounded to INT8"},
    {.name = NULL},
};

const rows_schema_t density_schema = {
    .name = "density",
    .about = "Share of activations that are not zero, layer by layer, as `bbsbench density` measures it.",
    .columns = columns};

double density_mean(const net_table_t *table, const double *densities)
{
    double sum = 0.0, weight = 0.0;
    for (size_t i = 0; i < table->count; i++) {
        const double macs = table->items[i].reads_image ? 0.0 : (double)net_layer_macs(&table->items[i]);
        sum += macs * densities[i];
        weight += macs;
    }
    return sum / weight;
}

void density_layers_free(density_layers_t *layers)
{
    free(layers->input);
    free(layers->output);
    *layers = (density_layers_t){0};
}

static outcome_t take_row(const rows_table_t *rows, size_t row, const char *path, const net_table_t *table,
                          density_layers_t *layers)
{
    const char *name = rows_text_at(rows, row, "layer");
    const double input = rows_real_at(rows, row, "input_density"), output = rows_real_at(rows, row, "output_density");
    size_t layer = 0;
    if (text_equal(name, density_total))
        return outcome_ok();
    while (layer < table->count && !text_equal(table->items[layer].name, name))
        layer++;
    if (layer == table->count)
        return outcome_failed(path, text_of("line %zu", row + 2).chars, name, "a layer of the network",
                              "measure it again with bbsbench density");
    if (!(input >= 0.0 && input <= 1.0 && output >= 0.0 && output <= 1.0))
        return outcome_failed(path, text_of("line %zu", row + 2).chars, text_of("%g and %g", input, output).chars,
                              "densities from 0 to 1", "measure it again with bbsbench density");
    layers->input[layer] = fmax(input, least_density);
    layers->output[layer] = fmax(output, least_density);
    return outcome_ok();
}

static outcome_t check_complete(const char *path, const network_t *network, const char *size, const net_table_t *table,
                                const density_layers_t *layers)
{
    text_t lacks = text_of("%s", "");
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++)
        if (!(layers->input[i] > 0.0))
            lacks = text_of("%s%s%s", lacks.chars, count++ > 0 ? ", " : "", table->items[i].name);
    if (count == 0)
        return outcome_ok();
    return outcome_failed(path, text_of("%s, size %s", network->name, size).chars, text_of("no %s", lacks.chars).chars,
                          "a row for each layer",
                          text_of("measure it with bbsbench density --net %s --size %s", network->name, size).chars);
}

outcome_t density_read(const char *path, const network_t *network, const char *size, const net_table_t *table,
                       density_layers_t *layers)
{
    rows_table_t rows = {0};
    outcome_t result;
    *layers = (density_layers_t){.input = calloc(table->count, sizeof *layers->input),
                                 .output = calloc(table->count, sizeof *layers->output)};
    if (layers->input == NULL || layers->output == NULL)
        result = outcome_out_of_memory(path);
    else
        result = rows_read(&density_schema, path, &rows);
    for (size_t row = 0; row < rows.count && outcome_is_ok(&result); row++)
        if (text_equal(rows_text_at(&rows, row, "net"), network->name) &&
            text_equal(rows_text_at(&rows, row, "size"), size))
            result = take_row(&rows, row, path, table, layers);
    if (outcome_is_ok(&result))
        result = check_complete(path, network, size, table, layers);
    if (outcome_is_ok(&result))
        layers->total = density_mean(table, layers->input);
    else
        density_layers_free(layers);
    rows_table_free(&rows);
    return result;
}
