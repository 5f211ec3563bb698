/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"
#include "cli/compress.h"
#include "cli/input.h"
#include "cli/method_options.h"
#include "compress/notes.h"
#include "weights/int8_file.h"
#include "weights/tensor_rows.h"
#include "tensor/checkpoint.h"

#include <inttypes.h>
#include <stdio.h>

static const option_t compress_options[] = {
    {"method", "M", option_required, "method or preset, also as NAME:key=value...; an unknown name lists them"},
    TABLE_OPTION,
    METHOD_OPTIONS,
    JOBS_OPTION,
    {0},
};

static const char compress_details[] =
    "IN holds INT8 tensors with scales (bbsbench quantize), or float tensors, which are quantised first. For each weight\n"
    "NAME, OUT has: NAME (I16, the values that are computed with), NAME.scale (F32), NAME.stored (I8, the kept columns,\n"
    "before the constant is added), NAME.meta (U8 per group: redundant columns << 6 | 6-bit constant, unsigned for ra,\n"
    "signed for zps, best and budget; for bitflip the mask of stored columns; 0 in channels at 8 bits) and NAME.bits (U8\n"
    "per channel).\n"
    "Groups are numbered channel by channel, kernel position by kernel position, then along the input channels; a short\n"
    "group costs full metadata. The layer that reads the image (the first convolution of 2 to 4 input channels, else of 1;\n"
    "or --first-name) stays at 8 bits and takes no part in the choice of sensitive channels; --first-layer prune prunes it\n"
    "like the others; a network of tokens has no such layer. Bits with metadata count 8 per group of each pruned channel and,\n"
    "where a layer has channels of both precisions, an index of 16 bits per channel.\n" LARGE_FILES;

static void print_row(const char *name, const char *shape, int64_t sensitive, int64_t channels, const compress_size_t *size)
{
    printf("%-40s %-20s %7" PRId64 " %9" PRId64 " %9.4f %9.4f\n", name, shape, sensitive, channels,
           compress_bits_per_weight(size, false), compress_bits_per_weight(size, true));
}

/* Returns the sizes of all layers together. */
static compress_size_t total_of(const int8_network_t *network, const compress_parts_t *parts)
{
    compress_size_t total = {0};
    for (size_t i = 0; i < network->count; i++)
        compress_add_size(&total, &network->layers[i], &parts->forms[i].counts);
    return total;
}

static void print_table(const int8_network_t *network, const compress_parts_t *parts)
{
    printf("%-40s %-20s %7s %9s %9s %9s\n", "", "", "8-bit", "", "bits a", "with");
    printf("%-40s %-20s %7s %9s %9s %9s\n", "tensor", "shape", "chan.", "channels", "weight", "metadata");
    for (size_t i = 0; i < network->count; i++) {
        const compress_layer_t *layer = &network->layers[i];
        const compressed_t *counts = &parts->forms[i].counts;
        compress_size_t size = compress_total(layer, counts, 1);
        char shape[64];
        tensor_shape_text(4, (const int64_t[]){layer->k, layer->c, layer->kh, layer->kw}, shape, sizeof shape);
        print_row(layer->name, shape, counts->sensitive, layer->k, &size);
    }
    compress_size_t total = total_of(network, parts);
    print_row("total", text_of("%" PRId64 " weights", total.weights).chars, total.sensitive, total.channels, &total);
}

/* What is open while a file is compressed. */
typedef struct {
    tensor_set_t set, out;
    net_table_t table;
    int8_network_t network;
    tensor_rows_t rows;
    compress_source_t source;
    compress_parts_t parts;
} open_t;

static void close_all(open_t *open)
{
    compress_parts_free(&open->parts);
    tensor_rows_close(&open->rows);
    int8_network_free(&open->network);
    net_table_free(&open->table);
    tensor_set_free(&open->out);
    tensor_set_free(&open->set);
}

/* The notes of the new file, all of them known before its weights are compressed. */
static outcome_t take_notes(const options_t *options, bool keep_first, open_t *open)
{
    const compress_parts_t *parts = &open->parts;
    const compress_size_t total = total_of(&open->network, parts);
    outcome_t result = int8_file_notes(&open->set, &open->out);
    if (outcome_is_ok(&result))
        result = notes_of_method(options_text(options, "method"), parts->method, &parts->config, keep_first, &open->out);
    return outcome_is_ok(&result) ? notes_of_size(&total, &open->out) : result;
}

static outcome_t run(const options_t *options)
{
    const char *input;
    const method_t *method;
    method_config_t config;
    open_t open = {0};
    bool keep_first;
    int threads;
    outcome_t result;
    if (outcome_bad(&result, method_options_jobs(options, &threads)) ||
        outcome_bad(&result, input_path(options_operand(options, 0), &input)) ||
        outcome_bad(&result, method_options_read(options, NULL, &method, &config)) ||
        outcome_bad(&result, method_options_first(options, &keep_first)) ||
        outcome_bad(&result, tensor_set_map(input, NULL, &open.set)) ||
        outcome_bad(&result, method_options_table(options, input, &open.set, &open.table)) ||
        outcome_bad(&result, method_options_layers(options, &open.set, input, &open.table, keep_first, &open.network)))
        goto out;
    const bool keep_floats = compress_reads_floats(method, &config);
    open.source = tensor_rows_open(&open.set, input, &open.network, keep_floats, threads, &open.rows);
    const int8_file_t file = {.set = &open.set, .network = &open.network, .source = &open.source};
    if (outcome_bad(&result, compress_parts_open(method, &config, &open.source, threads, &open.parts)) ||
        outcome_bad(&result, take_notes(options, keep_first, &open)) ||
        outcome_bad(&result, int8_file_compressed(&file, &open.parts, options_operand(options, 1), &open.out)))
        goto out;
    print_table(&open.network, &open.parts);

out:
    close_all(&open);
    return result;
}

const command_t command_compress = {
    .name = "compress",
    .summary = "compress the weights of a checkpoint, bit column by bit column",
    .operands = "IN|- OUT|-",
    .operands_least = 2,
    .operands_most = 2,
    .options = compress_options,
    .details = compress_details,
    .examples = "# zero-point shifting: 4 bit columns pruned, no channels kept at 8 bits\n"
                "bbsbench compress --method zps:columns=4:beta=0 models/compact/resnet34.safetensors out.safetensors\n"
                "# 5 bits a weight on average, metadata included\n"
                "bbsbench compress --method budget:bits=5 models/compact/resnet34.safetensors out.safetensors",
    .stopped = "OUT.part is no whole file; give the same command again",
    .run = run,
};
