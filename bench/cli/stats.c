/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/stats.h"
#include "base/csv.h"
#include "base/text.h"
#include "cli/input.h"
#include "cli/method_options.h"
#include "cli/output.h"
#include "compress/distortion.h"
#include "compress/parts.h"
#include "compress/stats.h"
#include "tensor/checkpoint.h"
#include "weights/tensor_rows.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const option_t stats_options[] = {
    {"vector", "L", "8", "weights per vector of bi-directional sparsity, 1 to 4096"},
    {"method", "M", NULL, "also compress with this method, and print the distortion against INT8"},
    METHOD_OPTIONS,
    OUTPUT_OPTIONS,
    JOBS_OPTION,
    {0},
};

static const char stats_details[] =
    "IN holds INT8 tensors with scales, or float tensors, which are quantised first. All shares are of the INT8 weights:\n"
    "  zero       weights that are 0\n"
    "  2c, sm     zero bits in two's complement, in sign-magnitude (the sign counts as a bit, -128 as -127)\n"
    "  BBS        the more frequent bit of each bit column of L weights\n"
    "  redundant  groups by the number of columns after the sign that equal the sign\n"
    "With --method: MSE in INT8 steps squared; mean error in INT8 steps, which moves all outputs one way and which no MSE\n"
    "shows; error of the outputs over the outputs, both squared, for independent rectified normal inputs; SQNR of the real\n"
    "weights; KL divergence of softmax(w') from softmax(w) over a layer (total, of both: mean weighted by weights); bits\n"
    "per weight without and with metadata. For the method alone,\n"
    "without sensitive channels and on every layer, give --beta 0 --first-layer prune.";

static const char csv_header[] =
    "tensor,weights,value_sparsity,zero_bits_twos_complement,zero_bits_sign_magnitude,vector,bbs_sparsity,group,groups,"
    "redundant_0,redundant_1,redundant_2,redundant_3,redundant_4,redundant_5,redundant_6,redundant_7,method,columns,"
    "mse_int8_steps2,mean_error_int8_steps,output_error,sqnr_db,kl_divergence_nats,"
    "bits_per_weight,bits_per_weight_with_metadata";

enum { DEFAULT_GROUP = 32 };

/* One line of the result: a layer or the total. */
typedef struct {
    const char *name;
    stats_t stats;
    distortion_t distortion;
    compress_size_t size; /* weights 0: no method */
} row_t;

typedef struct {
    const char *spec;       /* of --method */
    const method_t *method; /* NULL: none */
    method_config_t config;
    bool keep_first;
    int vector, threads;
} request_t;

/* ===  Printing  === */

static void write_row(csv_writer_t *csv, const request_t *request, const row_t *row)
{
    bool method = request->method != NULL;
    csv_text(csv, row->name);
    csv_integer(csv, row->stats.weights);
    csv_real(csv, stats_value_sparsity(&row->stats));
    csv_real(csv, stats_bit_sparsity(&row->stats, row->stats.zero_bits_twos_complement));
    csv_real(csv, stats_bit_sparsity(&row->stats, row->stats.zero_bits_sign_magnitude));
    csv_integer(csv, request->vector);
    csv_real(csv, stats_bit_sparsity(&row->stats, row->stats.bbs_bits));
    csv_integer(csv, request->config.group);
    csv_integer(csv, row->stats.groups);
    for (int columns = 0; columns < STATS_COLUMNS; columns++)
        csv_integer(csv, row->stats.redundant[columns]);
    csv_text(csv, method ? request->spec : "");
    csv_text(csv, method && request->method->coder != NULL && request->method->plan == NULL
                      ? text_of("%d", request->config.columns).chars
                      : "");
    csv_real(csv, method ? distortion_mse(&row->distortion) : (double)NAN);
    csv_real(csv, method ? distortion_mean(&row->distortion) : (double)NAN);
    csv_real(csv, method ? row->distortion.output_error : (double)NAN);
    csv_real(csv, method ? distortion_sqnr_db(&row->distortion) : (double)NAN);
    csv_real(csv, method ? row->distortion.divergence : (double)NAN);
    csv_real(csv, method ? compress_bits_per_weight(&row->size, false) : (double)NAN);
    csv_real(csv, method ? compress_bits_per_weight(&row->size, true) : (double)NAN);
    csv_end_row(csv);
}

static outcome_t write_rows(const char *path, const request_t *request, const row_t *rows, size_t count)
{
    csv_writer_t csv;
    outcome_t result = csv_create(&csv, path, csv_header);
    if (!outcome_is_ok(&result))
        return result;
    for (size_t i = 0; i < count; i++)
        write_row(&csv, request, &rows[i]);
    return csv_commit(&csv);
}

static void print_row(const request_t *request, const row_t *row)
{
    const stats_t *stats = &row->stats;
    printf("%-36s %10" PRId64 " %6.2f %6.2f %6.2f %6.2f ", row->name, stats->weights, 100 * stats_value_sparsity(stats),
           100 * stats_bit_sparsity(stats, stats->zero_bits_twos_complement),
           100 * stats_bit_sparsity(stats, stats->zero_bits_sign_magnitude),
           100 * stats_bit_sparsity(stats, stats->bbs_bits));
    double groups = stats->groups > 0 ? (double)stats->groups : 1;
    int64_t more = stats->groups - stats->redundant[0] - stats->redundant[1] - stats->redundant[2];
    printf("%6.1f %5.1f %5.1f %5.1f", 100 * (double)stats->redundant[0] / groups,
           100 * (double)stats->redundant[1] / groups, 100 * (double)stats->redundant[2] / groups,
           100 * (double)more / groups);
    if (request->method != NULL)
        printf(" %9.4f %8.4f %9.2e %7.2f %10.3g %7.4f %7.4f", distortion_mse(&row->distortion),
               distortion_mean(&row->distortion), row->distortion.output_error, distortion_sqnr_db(&row->distortion),
               row->distortion.divergence, compress_bits_per_weight(&row->size, false),
               compress_bits_per_weight(&row->size, true));
    printf("\n");
}

static void print_table(const request_t *request, const row_t *rows, size_t count)
{
    printf("%-36s %10s %6s %6s %6s %6s   redundant columns, %%", "per cent of weights, bits, groups", "", "zero", "bits",
           "bits", "bits");
    printf(request->method != NULL ? " %9s %8s %9s %7s %10s %7s %7s\n" : "\n", "MSE", "mean", "output", "SQNR", "KL",
           "bits a", "with");
    printf("%-36s %10s %6s %6s %6s %6s %7s %5s %5s %5s", "tensor", "weights", "values", "2c", "sm",
           text_of("BBS(%d)", request->vector).chars, "0", "1", "2", "3-7");
    printf(request->method != NULL ? " %9s %8s %9s %7s %10s %7s %7s\n" : "\n", "steps^2", "steps", "error", "dB", "nats",
           "weight", "meta");
    for (size_t i = 0; i < count; i++)
        print_row(request, &rows[i]);
}

/* ===  Counting  === */

typedef struct {
    const request_t *request;
    row_t *row; /* of the layer that is counted */
    distortion_sums_t sums;
} counting_t;

static outcome_t count_part(void *context, int64_t first, const compress_layer_t *part)
{
    (void)first;
    const counting_t *counting = context;
    const request_t *request = counting->request;
    stats_t stats;
    outcome_t result = stats_count(part, request->vector, request->config.group, request->threads, &stats);
    if (outcome_is_ok(&result))
        stats_add(&counting->row->stats, &stats);
    return result;
}

/* Each part of a layer is measured and freed at once, so the network is never held compressed. */
static outcome_t count_compressed(void *context, int64_t first, const compress_layer_t *part,
                                  const compressed_t *compressed)
{
    counting_t *counting = context;
    outcome_t result = count_part(counting, first, part);
    return outcome_is_ok(&result) ? distortion_sum(part, compressed, counting->request->threads, &counting->sums) : result;
}

static outcome_t count_layer(const request_t *request, const compress_source_t *source, const compress_parts_t *parts,
                             size_t index, row_t *row)
{
    counting_t counting = {.request = request, .row = row};
    row->name = source->layers[index].name;
    if (request->method == NULL)
        return compress_source_each(source, index, compress_source_step(source, index, 1), count_part, &counting);
    outcome_t result = compress_parts_layer(parts, index, count_compressed, &counting);
    row->distortion = distortion_of_sums(&counting.sums);
    compress_add_size(&row->size, &source->layers[index], &parts->forms[index].counts);
    return result;
}

/* Fills rows[source->count + 1]: the layers, then their total. */
static outcome_t count_rows(const request_t *request, const compress_source_t *source, row_t *rows)
{
    compress_parts_t parts = {0};
    row_t *total = &rows[source->count];
    outcome_t result = outcome_ok();
    if (request->method != NULL)
        result = compress_parts_open(request->method, &request->config, source, request->threads, &parts);
    total->name = "total";
    for (size_t i = 0; i < source->count && outcome_is_ok(&result); i++) {
        result = count_layer(request, source, &parts, i, &rows[i]);
        stats_add(&total->stats, &rows[i].stats);
        if (request->method == NULL)
            continue;
        distortion_add(&total->distortion, &rows[i].distortion);
        compress_add_size(&total->size, &source->layers[i], &parts.forms[i].counts);
    }
    compress_parts_free(&parts);
    return result;
}

static outcome_t read_request(const options_t *options, request_t *request)
{
    int64_t number;
    outcome_t result = options_integer(options, "vector", 1, 4096, &number);
    if (!outcome_is_ok(&result))
        return result;
    request->vector = (int)number;
    request->spec = options_text(options, "method");
    request->config.group = DEFAULT_GROUP;
    if (request->spec != NULL &&
        (outcome_bad(&result, method_options_read(options, "group", &request->method, &request->config)) ||
         outcome_bad(&result, method_options_first(options, &request->keep_first))))
        return result;
    if (options_given(options, "group")) {
        if (outcome_bad(&result, options_integer(options, "group", 1, 4096, &number)))
            return result;
        request->config.group = (int)number;
    }
    return method_options_jobs(options, &request->threads);
}

static outcome_t run(const options_t *options)
{
    const char *input;
    output_t output = {.internal_memory = -1};
    request_t request = {0};
    tensor_set_t set = {0};
    int8_network_t network = {0};
    tensor_rows_t reader = {0};
    row_t *rows = NULL;
    outcome_t result;
    if (outcome_bad(&result, read_request(options, &request)) || outcome_bad(&result, output_open(options, &output)))
        return result;
    if (outcome_bad(&result, input_path(options_operand(options, 0), &input)) ||
        outcome_bad(&result, tensor_set_map(input, NULL, &set)))
        goto out;
    bool floats = request.method != NULL && compress_reads_floats(request.method, &request.config);
    if (outcome_bad(&result, method_options_layers(options, &set, input, &(net_table_t){0}, request.keep_first, &network)))
        goto out;
    const compress_source_t source = tensor_rows_open(&set, input, &network, floats, request.threads, &reader);
    rows = calloc(network.count + 1, sizeof *rows);
    if (rows == NULL) {
        result = outcome_out_of_memory(input);
        goto out;
    }
    if (outcome_bad(&result, count_rows(&request, &source, rows)) ||
        outcome_bad(&result, write_rows(output.rows, &request, rows, network.count + 1)))
        goto out;
    print_table(&request, rows, network.count + 1);

out:
    result = output_close(&output, "stats", NULL, result);
    free(rows);
    tensor_rows_close(&reader);
    int8_network_free(&network);
    tensor_set_free(&set);
    return result;
}

const command_t command_stats = {
    .name = "stats",
    .summary = "print the bit sparsity of a checkpoint's weights, and the distortion by a method",
    .operands = "IN|-",
    .operands_least = 1,
    .operands_most = 1,
    .options = stats_options,
    .details = stats_details,
    .examples = "# bit sparsity of each layer, as a table\n"
                "bbsbench stats models/compact/resnet34.safetensors\n"
                "# with the distortion of a method, as CSV\n"
                "bbsbench stats --method bbs-mod --out stats.csv models/compact/resnet34.safetensors",
    .stopped = "nothing is kept; give the same command again",
    .run = run,
};
