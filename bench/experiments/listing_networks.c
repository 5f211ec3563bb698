/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row for each size of each network. The accuracy that a checkpoint was published with is in models/checkpoints.csv. */
#include "base/csv.h"
#include "base/catalogue.h"
#include "base/home.h"
#include "experiments/listing.h"
#include "experiments/listing_columns.h"
#include "nets/net.h"

#include <math.h>

typedef struct {
    const char *network, *title, *size, *summary, *source, *input, *data, *profile, *weights_file, *reference,
        *reference_source;
    int64_t layers, weights, macs, classes;
    double reference_percent;
    bool paper, stand_in;
} cells_t;

#define TEXT(member) LISTING_TEXT(cells_t, member)
#define INTEGER(member) LISTING_INTEGER(cells_t, member)

static const rows_column_t columns[] = {
    {TEXT(network), .key = true, .heading = "Network", .meaning = "name, as for `--net`; language models: of `simulate`"},
    {TEXT(size), .key = true, .heading = "Size",
     .meaning = "full: the published network; compact: the stand-in that is trained and shipped here"},
    {TEXT(title), .heading = "Title", .meaning = "title in tables and figures"},
    {TEXT(summary), .heading = "Made of", .meaning = "what the network is made of"},
    {LISTING_FLAG(cells_t, paper), .heading = "In the paper", .meaning = "1: one of the seven that the paper evaluates"},
    {LISTING_FLAG(cells_t, stand_in), .heading = "Stand-in",
     .meaning = "1: this project's network in place of the paper's; its accuracy is not compared with the paper's"},
    {INTEGER(layers), .heading = "Layers", .meaning = "layers with weights that an accelerator runs"},
    {INTEGER(weights), .heading = "Weights", .meaning = "weights of these layers, without biases, norms and embeddings"},
    {INTEGER(macs), .heading = "MACs", .meaning = "multiply-accumulates of one sample in these layers"},
    {TEXT(input), .heading = "Input", .meaning = "channels x height x width of a picture; a text: its longest sequence"},
    {INTEGER(classes), .heading = "Classes", .meaning = "classes of the output; of a language model its words"},
    {TEXT(data), .heading = "Data", .meaning = "data set, where no other is named"},
    {TEXT(profile), .heading = "Preprocessing", .meaning = "profile of preprocessing (`bbsbench list profiles`)"},
    {TEXT(weights_file), .heading = "Weights from",
     .meaning = "file of this project, or checkpoint that `fetch` gets; empty: the user gives one with `--weights`"},
    {LISTING_REAL(cells_t, reference_percent), .heading = "Published accuracy", .unit = "%", .decimals = 3,
     .meaning = "as its publisher gives it; empty: none is known here"},
    {TEXT(reference), .heading = "Of what", .meaning = "measure and data of the published accuracy"},
    {TEXT(reference_source), .heading = "Published by", .meaning = "where the published accuracy stands"},
    {TEXT(source), .heading = "Source", .meaning = "publication, and the implementation whose names and shapes it has"},
    {.name = NULL},
};
static const rows_schema_t schema = {.name = "networks", .about = "The networks, a row for each size.", .columns = columns};

/* The row of the network's checkpoint with a published accuracy, if there is one. */
static outcome_t read_reference(const csv_table_t *table, const char *network, cells_t *cells)
{
    size_t net, percent, is, name, source;
    outcome_t result;
    if (outcome_bad(&result, csv_column(table, "net", &net)) ||
        outcome_bad(&result, csv_column(table, "published_percent", &percent)) ||
        outcome_bad(&result, csv_column(table, "published_is", &is)) ||
        outcome_bad(&result, csv_column(table, "name", &name)) ||
        outcome_bad(&result, csv_column(table, "source", &source)))
        return result;
    for (size_t row = 0; row < table->rows; row++) {
        if (!text_equal(csv_cell(table, row, net), network) || csv_cell(table, row, percent)[0] == '\0')
            continue;
        cells->weights_file = csv_cell(table, row, name);
        cells->reference = csv_cell(table, row, is);
        cells->reference_source = csv_cell(table, row, source);
        return csv_cell_real(table, row, percent, &cells->reference_percent);
    }
    return outcome_ok();
}

static void count_layers(const net_table_t *table, cells_t *cells)
{
    cells->layers = (int64_t)table->count;
    for (size_t i = 0; i < table->count; i++) {
        cells->weights += net_layer_weights(&table->items[i]);
        cells->macs += net_layer_macs(&table->items[i]);
    }
}

static outcome_t add_size(const network_t *network, const net_size_t *size, bool paper, const csv_table_t *checkpoints,
                          rows_database_t *database)
{
    const bool text = network->attention != NULL || network->pass != NULL;
    const text_t input = text && size->height == 1
                             ? text_of("%d tokens", (int)size->width)
                             : text_of("%d x %d x %d", (int)size->channels, (int)size->height, (int)size->width);
    cells_t cells = {.network = network->name,
                     .title = network->title,
                     .size = size->name,
                     .summary = size->stand_in ? "narrower layers of the same kind, trained here (models/README.md)"
                                               : network->summary,
                     .source = size->stand_in ? "this project: models/train" : network->source,
                     .input = input.chars,
                     .data = size->dataset,
                     .profile = size->profile,
                     .weights_file = size->weights != NULL ? size->weights : "",
                     .reference = "",
                     .reference_source = "",
                     .classes = size->classes,
                     .reference_percent = NAN,
                     .paper = paper,
                     .stand_in = size->stand_in};
    net_table_t table;
    outcome_t result = net_layers(network, size, &table);
    if (!outcome_is_ok(&result))
        return result;
    count_layers(&table, &cells);
    net_table_free(&table);
    if (!size->stand_in && outcome_bad(&result, read_reference(checkpoints, network->name, &cells)))
        return result;
    return rows_database_insert(database, &schema, &cells);
}

static outcome_t add_all(const network_t *const *networks, bool paper, const csv_table_t *checkpoints,
                         rows_database_t *database)
{
    outcome_t result = outcome_ok();
    for (; *networks != NULL && outcome_is_ok(&result); networks++)
        for (const net_size_t *const *size = (*networks)->sizes; *size != NULL && outcome_is_ok(&result); size++)
            result = add_size(*networks, *size, paper, checkpoints, database);
    return result;
}

/* Whole models only: a block of one is no network. */
static outcome_t add_language_models(const csv_table_t *checkpoints, rows_database_t *database)
{
    outcome_t result = outcome_ok();
    for (const network_t *const *network = net_language; *network != NULL && outcome_is_ok(&result); network++)
        result = add_size(*network, (*network)->sizes[0], false, checkpoints, database);
    return result;
}

static outcome_t add(rows_database_t *database)
{
    text_t path;
    csv_table_t checkpoints;
    outcome_t result = home_path(catalogue_checkpoints, &path);
    if (!outcome_is_ok(&result) || outcome_bad(&result, csv_read(path.chars, &checkpoints)))
        return result;
    if (!outcome_bad(&result, add_all(net_registry, true, &checkpoints, database)) &&
        !outcome_bad(&result, add_all(net_others, false, &checkpoints, database)))
        result = add_language_models(&checkpoints, database);
    csv_free(&checkpoints);
    return result;
}

const listing_t listing_networks = {.name = "networks",
                                    .summary = "networks and their sizes: layers, weights, data, published accuracy",
                                    .brief = "network,size,layers,weights,data,summary",
                                    .schema = &schema,
                                    .add = add};
