/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The matrices of a Llama block, compressed. */
#include "measure/llama.h"

#include "compress/compress.h"
#include "compress/distortion.h"
#include "compress/spec.h"
#include "nets/llama.h"
#include "nets/llama_shapes.h"
#include "rows/writer.h"
#include "weights/substitute.h"

#include <stdlib.h>

/* One row. */
typedef struct {
    const char *net, *layer, *method, *weights_source;
    int64_t k, c, blocks, weights, other_weights, channels;
    double bits_per_weight, bits_per_weight_with_metadata, mse_int8_steps2, sqnr_db;
} cells_t;

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(cells_t, member)
#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(cells_t, member)
#define REAL(member) .name = #member, ROWS_PLACE_REAL(cells_t, member)

static const rows_column_t columns[] = {
    {TEXT(net), .key = true, .heading = "Network", .meaning = "the network, of which only the shapes are known"},
    {TEXT(layer), .key = true, .heading = "Matrix",
     .meaning = "matrix of the first block; all blocks have the same shapes"},
    {TEXT(method), .key = true, .heading = "Method", .meaning = "the method, as `--method` takes it"},
    {INTEGER(k), .heading = "Outputs", .meaning = "output channels"},
    {INTEGER(c), .heading = "Inputs", .meaning = "input channels"},
    {INTEGER(blocks), .heading = "Blocks", .meaning = "equal blocks, each with a matrix of this shape"},
    {INTEGER(weights), .heading = "Weights", .meaning = "weights of this matrix in all blocks"},
    {INTEGER(other_weights), .heading = "Other parameters",
     .meaning = "embedding, head and norms of the network, not compressed"},
    {INTEGER(channels), .heading = "N", .unit = "channels",
     .meaning = "output channels that bits and errors are measured on"},
    {REAL(bits_per_weight), .heading = "Weights", .unit = "bits", .sense = ROWS_LOWER, .decimals = 3,
     .meaning = "stored bits of a weight, without metadata"},
    {REAL(bits_per_weight_with_metadata), .heading = "Weights with metadata", .unit = "bits", .sense = ROWS_LOWER,
     .decimals = 3, .meaning = "stored bits of a weight, metadata of groups and layers included"},
    {REAL(mse_int8_steps2), .heading = "MSE", .unit = "steps²", .sense = ROWS_LOWER, .decimals = 3,
     .meaning = "mean squared error of the weights in INT8 steps"},
    {REAL(sqnr_db), .heading = "SQNR", .unit = "dB", .sense = ROWS_HIGHER, .decimals = 2,
     .meaning = "squares of the weights over squares of their errors; empty without errors"},
    {TEXT(weights_source), .heading = "Weights from", .meaning = "the portraits that synthetic weights are drawn after"},
    {.name = NULL},
};

const rows_schema_t llama_schema = {
    .name = "llama",
    .about = "The matrices of a block of Llama-3-8B, compressed by each method of Fig. 17; synthetic weights.",
    .columns = columns};

/* Of Fig. 17: BBS at both settings, all channels pruned, and OliVe; INT8 for comparison. */
static const char *const specs[] = {"int8", "ra:columns=2:beta=0", "zps:columns=4:beta=0", "olive", NULL};

typedef struct {
    const char *spec;
    const net_table_t *table;
    const int8_network_t *weights;
    const compress_layer_t *parts; /* the first channels of each matrix */
    int64_t blocks, other_weights;
    int threads;
    rows_writer_t *writer;
} task_t;

static outcome_t write_row(void *context, size_t index, compressed_t *compressed)
{
    const task_t *task = context;
    const net_layer_t *shape = &task->table->items[index];
    const compress_layer_t *part = &task->parts[index];
    distortion_t distortion;
    compress_size_t size = {0};
    outcome_t result;
    if (outcome_bad(&result, distortion_of(part, compressed, task->threads, &distortion)))
        return result;
    compress_add_size(&size, part, compressed);
    const cells_t cells = {.net = net_llama3_8b.name,
                           .layer = shape->name,
                           .method = task->spec,
                           .weights_source = task->weights->source.chars,
                           .k = shape->k,
                           .c = shape->c,
                           .blocks = task->blocks,
                           .weights = net_layer_weights(shape) * task->blocks,
                           .other_weights = task->other_weights,
                           .channels = part->k,
                           .bits_per_weight = compress_bits_per_weight(&size, false),
                           .bits_per_weight_with_metadata = compress_bits_per_weight(&size, true),
                           .mse_int8_steps2 = distortion_mse(&distortion),
                           .sqnr_db = distortion_sqnr_db(&distortion)};
    rows_write(task->writer, &cells);
    return result;
}

static outcome_t write_rows(task_t *task)
{
    outcome_t result = outcome_ok();
    for (const char *const *spec = specs; *spec != NULL && outcome_is_ok(&result); spec++) {
        const method_t *method;
        method_config_t config;
        task->spec = *spec;
        if (outcome_bad(&result, method_parse(*spec, &method, &config)))
            return result;
        config.values_only = true;
        result = compress_each(method, &config, task->parts, task->table->count, task->threads, write_row, task);
    }
    return result;
}

/* The first channels of each matrix, with the INT8 weights as floats too: parts[count], floats in one block. */
static outcome_t take_parts(const int8_network_t *weights, compress_layer_t *parts, float **floats)
{
    size_t size = 0;
    for (size_t i = 0; i < weights->count; i++) {
        parts[i] = weights->layers[i];
        parts[i].k = parts[i].k < LLAMA_CHANNELS ? parts[i].k : LLAMA_CHANNELS;
        size += (size_t)compress_layer_size(&parts[i]);
    }
    float *at = *floats = malloc((size + 1) * sizeof **floats);
    if (at == NULL)
        return outcome_out_of_memory("llama");
    for (size_t i = 0; i < weights->count; i++) {
        const int64_t row = compress_layer_size(&parts[i]) / parts[i].k;
        parts[i].weights = at;
        for (int64_t n = 0; n < row * parts[i].k; n++)
            *at++ = (float)parts[i].q[n] * parts[i].scale[n / row];
    }
    return outcome_ok();
}

outcome_t llama_run(int threads, const char *path)
{
    const net_size_t *full, *block;
    net_table_t table = {0};
    int8_network_t weights = {0};
    compress_layer_t *parts = NULL;
    float *floats = NULL;
    rows_writer_t writer;
    outcome_t result;
    if (outcome_bad(&result, net_find_size(&net_llama3_8b, "full", &full)) ||
        outcome_bad(&result, net_find_size(&net_llama3_8b, "block", &block)) ||
        outcome_bad(&result, net_layers(&net_llama3_8b, block, &table)) ||
        outcome_bad(&result, substitute_draw(&net_llama3_8b, block, false, SUBSTITUTE_SEED, threads, &weights)))
        goto out;
    parts = calloc(weights.count, sizeof *parts);
    result = parts != NULL ? take_parts(&weights, parts, &floats) : outcome_out_of_memory(path);
    if (!outcome_is_ok(&result) || outcome_bad(&result, rows_create(&writer, &llama_schema, path)))
        goto out;
    task_t task = {.table = &table,
                   .weights = &weights,
                   .parts = parts,
                   .blocks = llama_blocks(full),
                   .other_weights = llama_other_weights(full),
                   .threads = threads,
                   .writer = &writer};
    result = rows_finish(&writer, write_rows(&task));

out:
    free(parts);
    free(floats);
    int8_network_free(&weights);
    net_table_free(&table);
    return result;
}
