/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"
#include "cli/compress.h"
#include "cli/input.h"
#include "cli/method_options.h"
#include "weights/int8_tensors.h"
#include "tensor/checkpoint.h"
#include "tensor/safetensors.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

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
    "where a layer has channels of both precisions, an index of 16 bits per channel.";

static void print_row(const char *name, const char *shape, int64_t sensitive, int64_t channels, const compress_size_t *size)
{
    printf("%-40s %-20s %7" PRId64 " %9" PRId64 " %9.4f %9.4f\n", name, shape, sensitive, channels,
           compress_bits_per_weight(size, false), compress_bits_per_weight(size, true));
}

static void print_table(const int8_network_t *network, const compressed_t *compressed)
{
    printf("%-40s %-20s %7s %9s %9s %9s\n", "", "", "8-bit", "", "bits a", "with");
    printf("%-40s %-20s %7s %9s %9s %9s\n", "tensor", "shape", "chan.", "channels", "weight", "metadata");
    for (size_t i = 0; i < network->count; i++) {
        const compress_layer_t *layer = &network->layers[i];
        compress_size_t size = compress_total(layer, &compressed[i], 1);
        char shape[64];
        tensor_shape_text(4, (const int64_t[]){layer->k, layer->c, layer->kh, layer->kw}, shape, sizeof shape);
        print_row(layer->name, shape, compressed[i].sensitive, layer->k, &size);
    }
    compress_size_t total = compress_total(network->layers, compressed, network->count);
    print_row("total", text_of("%" PRId64 " weights", total.weights).chars, total.sensitive, total.channels, &total);
}

/* Write method and parameters into the file's metadata, so that it can be packed and read without the command line. */
static outcome_t note_config(const char *spec, const method_t *method, const method_config_t *config, bool keep_first,
                             const compress_size_t *total, tensor_set_t *set)
{
    const struct {
        const char *key;
        text_t value;
    } notes[] = {
        {"method", text_of("%s", spec)},
        {"columns", text_of("%d", method->coder != NULL ? config->columns : 0)},
        {"group", text_of("%d", config->group)},
        {"beta", text_of("%.9g", config->beta)},
        {"channels", text_of("%" PRId64, config->channel_unit)},
        {"score", text_of("%s", config->score_by_deviation ? "deviation" : "scale")},
        {"constant_bits", text_of("%d", config->constant_bits)},
        {"shift_range", text_of("%s", config->paper_shift_range ? "paper" : "stored")},
        {"ties", text_of("%s", config->ties_to_zero ? "zero" : "even")},
        {"choice", text_of("%s", config->least_mean ? "mean" : "lowest")},
        {"near", text_of("%d", config->near_percent)},
        {"mean_bits", text_of("%g", config->mean_bits)},
        {"first_layer", text_of("%s", keep_first ? "keep" : "prune")},
        {"value_bits", text_of("%" PRId64, total->value_bits)},
        {"meta_bits", text_of("%" PRId64, total->meta_bits)},
    };
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < sizeof notes / sizeof *notes && outcome_is_ok(&result); i++)
        result = tensor_set_note(set, notes[i].key, notes[i].value.chars);
    return result;
}

static outcome_t run(const options_t *options)
{
    const char *input, *output = options_operand(options, 1);
    const method_t *method;
    method_config_t config;
    tensor_set_t set = {0}, packed = {0};
    int8_network_t network = {0};
    net_table_t table = {0};
    compressed_t *compressed = NULL;
    bool keep_first;
    int threads;
    outcome_t result;
    if (outcome_bad(&result, method_options_jobs(options, &threads)) ||
        outcome_bad(&result, input_path(options_operand(options, 0), &input)) ||
        outcome_bad(&result, method_options_read(options, NULL, &method, &config)) ||
        outcome_bad(&result, method_options_first(options, &keep_first)) ||
        outcome_bad(&result, tensor_set_load(input, NULL, &set)) ||
        outcome_bad(&result, method_options_table(options, input, &set, &table)))
        goto out;
    bool keep_floats = compress_reads_floats(method, &config);
    if (outcome_bad(&result,
                    method_options_weights(options, &set, input, &table, keep_floats, keep_first, threads, &network)))
        goto out;
    compressed = calloc(network.count, sizeof *compressed);
    if (compressed == NULL) {
        result = outcome_out_of_memory(input);
        goto out;
    }
    if (outcome_bad(&result, compress_network(method, &config, network.layers, network.count, threads, compressed)))
        goto out;
    const compress_size_t total = compress_total(network.layers, compressed, network.count);
    if (outcome_bad(&result, int8_tensors_compressed(&set, &network, compressed, &packed)) ||
        outcome_bad(&result, note_config(options_text(options, "method"), method, &config, keep_first, &total, &packed)) ||
        outcome_bad(&result, safetensors_save(output, &packed)))
        goto out;
    print_table(&network, compressed);

out:
    for (size_t i = 0; compressed != NULL && i < network.count; i++)
        compressed_free(&compressed[i]);
    free(compressed);
    int8_network_free(&network);
    net_table_free(&table);
    tensor_set_free(&packed);
    tensor_set_free(&set);
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
    .stopped = "nothing is kept; give the same command again",
    .run = run,
};
