/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The knobs of the compression: bits and errors of the weights of whole networks. */
#include "base/text.h"
#include "compress/compress.h"
#include "compress/distortion.h"
#include "compress/spec.h"
#include "measure/sensitivity.h"
#include "nets/vit.h"
#include "rows/writer.h"
#include "weights/substitute.h"

#include <string.h>

/* The paper's two settings; the knob's key takes the place of its value here. */
typedef struct {
    const char *name, *method, *columns, *beta;
    bool searches;
} setting_t;
static const setting_t settings[SENSITIVITY_DESIGNS] = {
    [SENSITIVITY_CONS] = {"bbs-cons", "ra", "2", "0.1", false},
    [SENSITIVITY_MOD] = {"bbs-mod", "zps", "4", "0.2", true},
};

/* One row. */
typedef struct {
    const char *knob, *unit, *net, *size, *method, *weights_source;
    double value, bits_per_weight, bits_per_weight_with_metadata, mse_int8_steps2, kl_softmax_nats;
    int64_t used, weights;
} cells_t;

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(cells_t, member)
#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(cells_t, member)
#define REAL(member) .name = #member, ROWS_PLACE_REAL(cells_t, member)

static const rows_column_t columns[] = {
    {TEXT(knob), .key = true, .heading = "Knob", .meaning = "what is changed; all else is as in the method"},
    {REAL(value), .key = true, .heading = "Value", .decimals = 1, .meaning = "of the knob, in its unit"},
    {TEXT(unit), .heading = "Unit", .meaning = "of the value"},
    {TEXT(net), .key = true, .heading = "Network", .meaning = "the network"},
    {TEXT(size), .key = true, .heading = "Size", .meaning = "full: the network of the paper"},
    {TEXT(method), .key = true, .heading = "Method", .meaning = "the paper's setting that is changed in one value"},
    {INTEGER(used), .heading = "In use", .meaning = "1 at the value of the paper's setting"},
    {INTEGER(weights), .heading = "N", .unit = "weights", .meaning = "weights of the network"},
    {REAL(bits_per_weight), .heading = "Weights", .unit = "bits", .sense = ROWS_LOWER, .decimals = 3,
     .meaning = "stored bits of a weight, without metadata"},
    {REAL(bits_per_weight_with_metadata), .heading = "Weights with metadata", .unit = "bits", .sense = ROWS_LOWER,
     .decimals = 3, .meaning = "stored bits of a weight, metadata of groups and channels included"},
    {REAL(mse_int8_steps2), .heading = "MSE", .unit = "steps²", .sense = ROWS_LOWER, .decimals = 3,
     .meaning = "mean squared error of the weights in INT8 steps"},
    {REAL(kl_softmax_nats), .heading = "KL, softmax", .unit = "nats", .decimals = 12,
     .meaning = "divergence of the softmax over a layer's weights, mean over the layers by weights"},
    {TEXT(weights_source), .heading = "Weights from", .meaning = "the portraits that synthetic weights are drawn after"},
    {.name = NULL},
};

const rows_schema_t sensitivity_weights_schema = {
    .name = "sensitivity_weights",
    .about = "Bits and errors of compressed weights while one knob at a time is turned; full size, synthetic weights.",
    .columns = columns};

typedef struct {
    const int8_network_t *weights;
    int threads;
    compress_size_t size;
    distortion_t distortion;
} sums_t;

static outcome_t add_layer(void *context, size_t index, compressed_t *compressed)
{
    sums_t *sums = context;
    distortion_t distortion;
    outcome_t result = distortion_of(&sums->weights->layers[index], compressed, sums->threads, &distortion);
    if (!outcome_is_ok(&result))
        return result;
    compress_add_size(&sums->size, &sums->weights->layers[index], compressed);
    distortion_add(&sums->distortion, &distortion);
    return result;
}

/* "ra:group=64:columns=2:beta=0.1" */
static text_t spec_of(const setting_t *setting, const char *key, double value)
{
    const bool is_columns = text_equal(key, "columns"), is_beta = text_equal(key, "beta");
    const text_t own = text_of("%g", is_beta ? value / 100.0 : value);
    text_t spec = text_of("%s:columns=%s:beta=%s", setting->method, is_columns ? own.chars : setting->columns,
                          is_beta ? own.chars : setting->beta);
    return is_columns || is_beta ? spec : text_of("%s:%s=%s", spec.chars, key, own.chars);
}

static outcome_t write_point(const sensitivity_knob_t *knob, double value, int design, const network_t *network,
                             const int8_network_t *weights, int threads, rows_writer_t *writer)
{
    const method_t *method;
    method_config_t config;
    sums_t sums = {.weights = weights, .threads = threads};
    outcome_t result;
    if (outcome_bad(&result, method_parse(spec_of(&settings[design], knob->key, value).chars, &method, &config)))
        return result;
    config.values_only = true;
    if (outcome_bad(&result, compress_each(method, &config, weights->layers, weights->count, threads, add_layer, &sums)))
        return result;
    const cells_t cells = {.knob = knob->knob,
                           .unit = knob->unit,
                           .value = value,
                           .net = network->name,
                           .size = network->sizes[0]->name,
                           .method = settings[design].name,
                           .used = value == knob->used[design],
                           .weights = sums.size.weights,
                           .bits_per_weight = compress_bits_per_weight(&sums.size, false),
                           .bits_per_weight_with_metadata = compress_bits_per_weight(&sums.size, true),
                           .mse_int8_steps2 = distortion_mse(&sums.distortion),
                           .kl_softmax_nats = sums.distortion.divergence,
                           .weights_source = weights->source.chars};
    rows_write(writer, &cells);
    return result;
}

/* A brief run has the sizes of groups, and of the settings the one that searches for no constants. */
static bool is_left_out(bool brief, const sensitivity_knob_t *knob, int design)
{
    return brief && (knob != sensitivity_knobs || settings[design].searches);
}

/* ViT-Small: the widths of all its layers are multiples of 128, so that groups of every size are whole. */
static outcome_t write_points(bool brief, int threads, rows_writer_t *writer)
{
    const network_t *network = &net_vit_small;
    int8_network_t weights = {0};
    outcome_t result = substitute_draw(network, network->sizes[0], false, SUBSTITUTE_SEED, threads, &weights);
    for (const sensitivity_knob_t *knob = sensitivity_knobs; knob->knob != NULL; knob++)
        for (int design = 0; design < SENSITIVITY_DESIGNS && knob->key != NULL; design++)
            for (size_t i = 0; i < knob->count && outcome_is_ok(&result) && !is_left_out(brief, knob, design); i++)
                result = write_point(knob, knob->points[i].value, design, network, &weights, threads, writer);
    int8_network_free(&weights);
    return result;
}

outcome_t sensitivity_weights_run(bool brief, int threads, const char *path)
{
    rows_writer_t writer;
    outcome_t result = rows_create(&writer, &sensitivity_weights_schema, path);
    return outcome_is_ok(&result) ? rows_finish(&writer, write_points(brief, threads, &writer)) : result;
}
