/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurement `sparsity`: sparsity of the INT8 weights of each network, values and bits, with bit vectors of 8. */
#include "compress/stats.h"
#include "experiments/model_inputs_list.h"
#include "rows/writer.h"
#include "weights/substitute.h"

enum { VECTOR = 8, GROUP = 32 };

/* One row. */
typedef struct {
    const char *net, *size, *weights_source;
    int64_t weights;
    double value_sparsity_percent, zero_bits_twos_complement_percent, zero_bits_sign_magnitude_percent, bbs_percent;
    double redundant_columns_a_group;
} cells_t;

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(cells_t, member)
#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(cells_t, member)
#define REAL(member) .name = #member, ROWS_PLACE_REAL(cells_t, member)

static const rows_column_t columns[] = {
    {TEXT(net), .key = true, .heading = "Network", .meaning = "the network"},
    {TEXT(size), .key = true, .heading = "Size", .meaning = "full: the network of the paper"},
    {INTEGER(weights), .heading = "Weights", .meaning = "weights of the network"},
    {REAL(value_sparsity_percent), .heading = "Zero values", .unit = "%", .decimals = 2,
     .meaning = "weights that are zero"},
    {REAL(zero_bits_twos_complement_percent), .heading = "Zero bits, two's complement", .unit = "%", .decimals = 2,
     .meaning = "bits that are zero, weights in two's complement"},
    {REAL(zero_bits_sign_magnitude_percent), .heading = "Zero bits, sign-magnitude", .unit = "%", .decimals = 2,
     .meaning = "bits that are zero, weights in sign and magnitude"},
    {REAL(bbs_percent), .heading = "Bi-directional", .unit = "%", .decimals = 2,
     .meaning = "the more frequent bit of each bit column of 8 weights along the input channels"},
    {REAL(redundant_columns_a_group), .heading = "Redundant columns", .unit = "a group of 32", .decimals = 2,
     .meaning = "mean number of columns in a group that repeat the sign"},
    {TEXT(weights_source), .heading = "Weights from", .meaning = "the portraits that synthetic weights are drawn after"},
    {.name = NULL},
};

static const rows_schema_t schema = {.name = "sparsity",
                                     .about =
                                         "Sparsity of the INT8 weights of each network at full size, counted in four ways.",
                                     .columns = columns};

static void write_row(rows_writer_t *writer, const network_t *network, const int8_network_t *weights, const stats_t *stats)
{
    double redundant = 0.0;
    for (int i = 1; i < STATS_COLUMNS; i++)
        redundant += (double)i * (double)stats->redundant[i];
    const cells_t cells = {
        .net = network->name,
        .size = "full",
        .weights = stats->weights,
        .value_sparsity_percent = 100.0 * stats_value_sparsity(stats),
        .zero_bits_twos_complement_percent = 100.0 * stats_bit_sparsity(stats, stats->zero_bits_twos_complement),
        .zero_bits_sign_magnitude_percent = 100.0 * stats_bit_sparsity(stats, stats->zero_bits_sign_magnitude),
        .bbs_percent = 100.0 * stats_bit_sparsity(stats, stats->bbs_bits),
        .redundant_columns_a_group = redundant / (double)stats->groups,
        .weights_source = weights->source.chars};
    rows_write(writer, &cells);
}

static outcome_t count_network(const network_t *network, int threads, rows_writer_t *writer)
{
    const net_size_t *size;
    int8_network_t weights = {0};
    stats_t sum = {0};
    outcome_t result;
    if (outcome_bad(&result, net_find_size(network, "full", &size)) ||
        outcome_bad(&result, substitute_draw(network, size, false, SUBSTITUTE_SEED, threads, &weights)))
        return result;
    for (size_t i = 0; i < weights.count && outcome_is_ok(&result); i++) {
        stats_t stats;
        result = stats_count(&weights.layers[i], VECTOR, GROUP, threads, &stats);
        if (outcome_is_ok(&result))
            stats_add(&sum, &stats);
    }
    if (outcome_is_ok(&result))
        write_row(writer, network, &weights, &sum);
    int8_network_free(&weights);
    return result;
}

static outcome_t run(const measurement_context_t *context, const char *path)
{
    rows_writer_t writer;
    outcome_t result = rows_create(&writer, &schema, path);
    if (!outcome_is_ok(&result))
        return result;
    for (const network_t *const *network = net_registry; *network != NULL && outcome_is_ok(&result); network++)
        result = count_network(*network, context->jobs, &writer);
    return rows_finish(&writer, result);
}

extern const measurement_t measurement_sparsity;
const measurement_t measurement_sparsity = {.schema = &schema, .list_inputs = model_inputs_list, .run = run};
