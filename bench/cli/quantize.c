/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/input.h"
#include "cli/method_options.h"
#include "cli/quantize.h"
#include "weights/int8_file.h"
#include "weights/int8_tensors.h"
#include "weights/tensor_rows.h"
#include "tensor/checkpoint.h"

#include <inttypes.h>
#include <stdio.h>

static const option_t quantize_options[] = {
    TABLE_OPTION,
    JOBS_OPTION,
    {0},
};

static const char quantize_details[] =
    "Every float tensor of rank 2 or more whose name ends in .weight or _weight (digits may follow) becomes INT8 per\n"
    "output channel: NAME (I8) and NAME.scale (F32, one per channel), weight = NAME * NAME.scale, the largest weight of\n"
    "a channel at 127.5 steps. Embedding and relative-position tables (the part before .weight contains \"embed\" or\n"
    "\"relative\") and all other tensors are copied as they are. NaN and infinite weights are refused.\n" LARGE_FILES;

static void print_table(const int8_network_t *network)
{
    printf("%-48s %10s %12s\n", "tensor", "channels", "weights");
    for (size_t i = 0; i < network->count; i++) {
        const compress_layer_t *layer = &network->layers[i];
        printf("%-48s %10" PRId64 " %12" PRId64 "\n", layer->name, layer->k, compress_layer_size(layer));
    }
    printf("%zu tensors became INT8, %" PRId64 " weights\n", network->count, int8_network_weights(network));
}

static outcome_t run(const options_t *options)
{
    const char *input;
    tensor_set_t set = {0}, out = {0};
    int8_network_t network = {0};
    net_table_t table = {0};
    tensor_rows_t rows = {0};
    int threads;
    outcome_t result;
    if (outcome_bad(&result, method_options_jobs(options, &threads)) ||
        outcome_bad(&result, input_path(options_operand(options, 0), &input)) ||
        outcome_bad(&result, tensor_set_map(input, NULL, &set)) ||
        outcome_bad(&result, method_options_table(options, input, &set, &table)) ||
        outcome_bad(&result, int8_tensors_list(&set, input, table.count > 0 ? &table : NULL, &network)))
        goto out;
    const compress_source_t source = tensor_rows_open(&set, input, &network, false, threads, &rows);
    const int8_file_t file = {.set = &set, .network = &network, .source = &source};
    if (outcome_bad(&result, int8_file_notes(&set, &out)) ||
        outcome_bad(&result,
                    tensor_set_note(&out, "quantised", "int8 per output channel, largest weight at 127.5 steps")) ||
        outcome_bad(&result, int8_file_quantised(&file, options_operand(options, 1), &out)))
        goto out;
    print_table(&network);

out:
    tensor_rows_close(&rows);
    int8_network_free(&network);
    net_table_free(&table);
    tensor_set_free(&out);
    tensor_set_free(&set);
    return result;
}

const command_t command_quantize = {
    .name = "quantize",
    .summary = "quantise the weights of a checkpoint to INT8 per output channel",
    .operands = "IN|- OUT.safetensors|-",
    .operands_least = 2,
    .operands_most = 2,
    .options = quantize_options,
    .details = quantize_details,
    .examples = "# the weights of a checkpoint as INT8, in a new file\n"
                "bbsbench quantize models/compact/resnet34.safetensors int8.safetensors\n"
                "# of a transformer, whose head stays float\n"
                "bbsbench quantize --net auto models/compact/vit_small.safetensors int8.safetensors",
    .stopped = "OUT.part is no whole file; give the same command again",
    .run = run,
};
