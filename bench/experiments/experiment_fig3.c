/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiment `fig3`: sparsity of the INT8 weights of each network, values and bits, with bit vectors of 8. */
#include "experiments/experiments.h"

#include "base/text.h"
#include "compress/stats.h"
#include "experiments/model_full.h"
#include "experiments/rows.h"
#include "weights/tensors.h"
#include "base/number.h"

#include <math.h>

enum { VECTOR = 8, GROUP = 32 };

/* ===  Rows  === */

static void write_row(csv_writer_t *writer, const network_t *network, const tensors_t *tensors, const stats_t *stats)
{
    double columns = 0.0;
    for (int i = 1; i < STATS_COLUMNS; i++)
        columns += (double)i * (double)stats->redundant[i];
    csv_text(writer, network->name);
    csv_text(writer, "full");
    csv_integer(writer, stats->weights);
    csv_real(writer, 100.0 * stats_value_sparsity(stats));
    csv_real(writer, 100.0 * stats_bit_sparsity(stats, stats->zero_bits_twos_complement));
    csv_real(writer, 100.0 * stats_bit_sparsity(stats, stats->zero_bits_sign_magnitude));
    csv_real(writer, 100.0 * stats_bit_sparsity(stats, stats->bbs_bits));
    csv_real(writer, columns / (double)stats->groups);
    csv_text(writer, tensors->source.chars);
    csv_end_row(writer);
}

static outcome_t count_network(const network_t *network, int threads, csv_writer_t *writer)
{
    const net_size_t *size;
    net_table_t table = {0};
    tensors_t tensors = {0};
    stats_t sum = {0};
    outcome_t result;
    if (outcome_bad(&result, net_find_size(network, "full", &size)) ||
        outcome_bad(&result, net_layers(network, size, &table)))
        return result;
    result = tensors_synthetic(network, size, &table, false, threads, &tensors);
    for (size_t i = 0; i < tensors.count && outcome_is_ok(&result); i++) {
        stats_t stats;
        result = stats_count(&tensors.layers[i], VECTOR, GROUP, threads, &stats);
        if (outcome_is_ok(&result))
            stats_add(&sum, &stats);
    }
    if (outcome_is_ok(&result))
        write_row(writer, network, &tensors, &sum);
    tensors_free(&tensors);
    net_table_free(&table);
    return result;
}

static outcome_t run(const experiment_context_t *context)
{
    csv_writer_t writer;
    outcome_t result = csv_create(&writer, text_of("%s/fig3.csv", context->folder).chars,
                                  "net,size,weights,value_sparsity_percent,zero_bits_twos_complement_percent,"
                                  "zero_bits_sign_magnitude_percent,bbs_percent,redundant_columns_a_group,weights_source");
    if (!outcome_is_ok(&result))
        return result;
    for (const network_t *const *network = net_registry; *network != NULL && outcome_is_ok(&result); network++)
        result = count_network(*network, context->jobs, &writer);
    if (outcome_is_ok(&result))
        return csv_commit(&writer);
    csv_abandon(&writer);
    return result;
}

/* ===  Report  === */

static const char *const keys[] = {"net", "size", NULL};
static const diff_column_t columns[] = {{NULL, SENSE_NONE, false}};
static const diff_rule_t rule = {.keys = keys, .columns = columns};

static const column_t table_columns[] = {{"Network", "", false},
                                         {"Weights", "", true},
                                         {"Zero values", "%", true},
                                         {"Zero bits, two's complement", "%", true},
                                         {"Zero bits, sign-magnitude", "%", true},
                                         {"Bi-directional", "%", true},
                                         {"Redundant columns", "a group of 32", true},
                                         {"Weights from", "", false},
                                         {NULL, NULL, false}};

static double extreme(rows_t *rows, const char *column, bool largest)
{
    double result = rows->table->rows > 0 ? rows_real(rows, 0, column) : (double)NAN;
    for (size_t row = 1; row < rows->table->rows; row++)
        result = largest ? fmax(result, rows_real(rows, row, column)) : fmin(result, rows_real(rows, row, column));
    return result;
}

static outcome_t headline(const experiment_view_t *view, document_t *document)
{
    rows_t rows = rows_of(view->rows);
    document_fact(document, "Bi-directional bit sparsity",
                  text_of("%s to %s %%", number_fixed(extreme(&rows, "bbs_percent", false), 1).chars,
                          number_fixed(extreme(&rows, "bbs_percent", true), 1).chars)
                      .chars,
                  "vectors of 8 INT8 weights, seven networks at full size, synthetic weights");
    return rows.outcome;
}

static outcome_t present(const experiment_view_t *view, document_t *document)
{
    rows_t rows = rows_of(view->rows);
    document_table(
        document, table_columns,
        "Shares of the INT8 weights and of their bits; bi-directional: in each bit column of 8 weights along the "
        "input channels the more frequent bit. Source: `fig3.csv`.");
    for (size_t row = 0; row < view->rows->rows; row++) {
        document_cell(document, "%s", rows_text(&rows, row, "net"));
        document_cell(document, "%s", number_integer(rows_integer(&rows, row, "weights")).chars);
        document_cell(document, "%s", number_fixed(rows_real(&rows, row, "value_sparsity_percent"), 2).chars);
        document_cell(document, "%s", number_fixed(rows_real(&rows, row, "zero_bits_twos_complement_percent"), 2).chars);
        document_cell(document, "%s", number_fixed(rows_real(&rows, row, "zero_bits_sign_magnitude_percent"), 2).chars);
        document_cell(document, "%s", number_fixed(rows_real(&rows, row, "bbs_percent"), 2).chars);
        document_cell(document, "%s", number_fixed(rows_real(&rows, row, "redundant_columns_a_group"), 2).chars);
        document_cell(document, "%s", rows_text(&rows, row, "weights_source"));
    }
    return rows.outcome;
}

static outcome_t rerun(const experiment_view_t *view, document_t *document)
{
    (void)view;
    document_command(document, "build/bbsbench stats CHECKPOINT.safetensors --vector 8");
    return outcome_ok();
}

/* What the weights themselves are like follows from the portraits, which are of other networks: no verdict. */
static outcome_t measure(const experiment_view_t *view, claims_t *claims)
{
    static const char note[] = "full size, synthetic weights: the layers of other networks, on which they are drawn";
    rows_t rows = rows_of(view->rows);
    double mean = 0.0;
    for (size_t row = 0; row < view->rows->rows; row++)
        mean += rows_real(&rows, row, "zero_bits_twos_complement_percent") / (double)view->rows->rows;
    const struct {
        const char *claim;
        double value;
    } values[] = {{"C68", extreme(&rows, "value_sparsity_percent", true)},
                  {"C69", mean},
                  {"C70", extreme(&rows, "bbs_percent", false)}};
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < sizeof values / sizeof *values && outcome_is_ok(&result); i++)
        result = claims_measured(claims, values[i].claim, BASIS_SUBSET, values[i].value, "fig3.csv", note);
    return outcome_is_ok(&result) ? rows.outcome : result;
}

static const char *const limits[] = {"The weights are synthetic: these shares say what the portraits of other networks' "
                                     "layers say, weighted by the sizes of "
                                     "this network's layers. The two BERTs share portraits and differ by chance alone.",
                                     NULL};

const experiment_t experiment_fig3 = {
    .id = "fig3",
    .title = "Fig. 3: sparsity of INT8 weights",
    .needs = "nothing beyond the program",
    .cost = "5 s, under 1 MB",
    .settings = "networks of the registry, size full, synthetic weights, vectors of 8, groups of 32",
    .seeds = "weights: of each network by its name",
    .rows = "fig3.csv",
    .figure = "fig3",
    .figure_alt = "Bars of the share of zero values, of zero bits in two's complement and in sign-magnitude, and of "
                  "bi-directional sparsity, for each network; the numbers stand in the table below.",
    .figure_caption = "Sparsity of INT8 weights by four counts, vectors of 8, synthetic weights of the full-size networks. "
                      "Source: `fig3.csv`.",
    .rule = &rule,
    .limits = limits,
    .list_inputs = model_full_inputs,
    .run = run,
    .headline = headline,
    .present = present,
    .rerun = rerun,
    .measure = measure,
};
