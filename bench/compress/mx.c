/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scales are powers of two, so division is exact except for quotients far below the smallest element, and float32 gives the
 * same value as exact arithmetic. Weights of a group lie kh * kw apart and are gathered first. */
#include "compress/mx.h"

#include "base/text.h"
#include "base/threads.h"
#include "compress/channels.h"
#include "compress/columns.h"
#include "compress/grid.h"

#include <math.h>
#include <string.h>

enum { SCALE_BITS = 8, SCALE_EXPONENT_MOST = 127 }; /* E8M0, specification §5.4.1 */

typedef struct {
    const char *variant;
    int bits;
    int exponent;                     /* of the largest power of two among the elements */
    int exponent_bits, mantissa_bits; /* of floats; integers have no exponent */
} format_t;

static const format_t FORMATS[] = {
    {.variant = "e2m3", .bits = 6, .exponent = 2, .exponent_bits = 2, .mantissa_bits = 3},
    {.variant = "e3m2", .bits = 6, .exponent = 4, .exponent_bits = 3, .mantissa_bits = 2},
    {.variant = "int", .bits = 6},
    {.variant = "int", .bits = 8},
};

static const format_t *format_of(const method_config_t *config)
{
    for (size_t i = 0; i < sizeof FORMATS / sizeof FORMATS[0]; i++)
        if (FORMATS[i].bits == config->bits && text_equal(FORMATS[i].variant, config->variant))
            return &FORMATS[i];
    return NULL;
}

static grid_t elements_of(const format_t *format)
{
    if (format->exponent_bits > 0)
        return grid_float(format->exponent_bits, format->mantissa_bits);
    return grid_fixed(format->bits, format->bits - 2);
}

/* One group, in place. `top` is the exponent of the largest power of two among the elements. */
static void quantise_group(const grid_t *elements, int top, float *weights, int64_t count)
{
    int exponent;
    frexpf(grid_largest(weights, count), &exponent); /* the largest is in [2^(exponent-1), 2^exponent) */
    exponent = exponent - 1 - top;
    exponent = exponent < -SCALE_EXPONENT_MOST ? -SCALE_EXPONENT_MOST : exponent;
    exponent = exponent > SCALE_EXPONENT_MOST ? SCALE_EXPONENT_MOST : exponent;
    grid_values(elements, weights, count, ldexpf(1.0f, exponent), weights);
}

/* Quantise a row of `length` values that are `stride` apart, in groups of up to `group`; `to` may be `from`. */
static void quantise_row(const format_t *format, int64_t group, const float *from, int64_t length, int64_t stride,
                         float *to)
{
    const grid_t elements = elements_of(format);
    float gathered[COLUMNS_GROUP_MOST];
    for (int64_t at = 0; at < length; at += group) {
        int64_t count = length - at < group ? length - at : group;
        for (int64_t i = 0; i < count; i++)
            gathered[i] = from[(at + i) * stride];
        quantise_group(&elements, format->exponent, gathered, count);
        for (int64_t i = 0; i < count; i++)
            to[(at + i) * stride] = gathered[i];
    }
}

typedef struct {
    const format_t *format;
    const method_config_t *config;
    const compress_layer_t *layer;
    const bool *mask;
    compressed_t *compressed;
} work_t;

static void quantise_channel(void *context, int64_t channel, int worker)
{
    (void)worker;
    const work_t *work = context;
    if (channels_keep(work->layer, work->mask, channel, work->compressed))
        return;
    int64_t positions = work->layer->kh * work->layer->kw, start = channel * compress_layer_row(work->layer);
    for (int64_t position = start; position < start + positions; position++)
        quantise_row(work->format, work->config->group, work->layer->weights + position, work->layer->c, positions,
                     work->compressed->floats + position);
}

static compress_form_t form_of(const method_config_t *config, const compress_layer_t *layer, const bool *mask)
{
    compress_form_t form = channels_form(layer, mask, config->bits, CHANNELS_FLOATS);
    form.counts.groups = compress_layer_groups(layer, config->group);
    form.counts.meta_bits += (layer->k - form.counts.sensitive) * (form.counts.groups / layer->k) * SCALE_BITS;
    return form;
}

static outcome_t compress(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                          compressed_t *compressed)
{
    work_t work = {.format = format_of(config), .config = config, .layer = layer, .mask = mask, .compressed = compressed};
    outcome_t result = channels_open(layer, mask, config->bits, CHANNELS_FLOATS, compressed);
    if (!outcome_is_ok(&result))
        return result;
    const compressed_t counts = form_of(config, layer, mask).counts;
    compressed->groups = counts.groups;
    compressed->meta_bits = counts.meta_bits;
    if (outcome_bad(&result, threads_for(threads, layer->k, quantise_channel, &work)))
        compressed_free(compressed);
    return result;
}

/* ===  Activations  === */

/* The places of up to `count` values that follow `first` along the sum: channels of one position, or, of a plane that a
 * linear layer reads as one vector, its values in their order. */
static void find_places(const activation_shape_t *shape, int64_t position, int64_t first, int64_t count, int64_t *places)
{
    for (int64_t i = first; i < first + count; i++)
        places[i - first] = shape->flat ? activation_place(shape, i / shape->positions, i % shape->positions)
                                        : activation_place(shape, i, position);
}

/* A row of tokens lies side by side in memory. */
static void quantise_rows(const activation_t *by, const activation_shape_t *shape, const float *from, float *to)
{
    for (int64_t row = 0; row < shape->positions; row++, from += shape->channels, to += shape->channels) {
        memcpy(to, from, (size_t)shape->channels * sizeof *to);
        for (int64_t at = 0; at < shape->channels; at += by->group)
            quantise_group(&by->grid, by->exponent, to + at,
                           shape->channels - at < by->group ? shape->channels - at : by->group);
    }
}

static void quantise_input(const activation_t *by, const activation_shape_t *shape, const float *from, float *to)
{
    const int64_t length = shape->flat ? shape->channels * shape->positions : shape->channels;
    const int64_t rows = shape->flat ? 1 : shape->positions;
    float gathered[COLUMNS_GROUP_MOST];
    int64_t places[COLUMNS_GROUP_MOST];
    if (!shape->flat && shape->block == shape->channels) {
        quantise_rows(by, shape, from, to);
        return;
    }
    for (int64_t row = 0; row < rows; row++)
        for (int64_t at = 0; at < length; at += by->group) {
            const int64_t count = length - at < by->group ? length - at : by->group;
            find_places(shape, row, at, count, places);
            for (int64_t i = 0; i < count; i++)
                gathered[i] = from[places[i]];
            quantise_group(&by->grid, by->exponent, gathered, count);
            for (int64_t i = 0; i < count; i++)
                to[places[i]] = gathered[i];
        }
}

/* The format of the weights with as many bits as the activations have; else the one with these bits. */
static const format_t *format_of_activations(const method_config_t *config)
{
    method_config_t wanted = *config;
    wanted.bits = config->activation_bits;
    const format_t *found = format_of(&wanted);
    for (size_t i = 0; i < sizeof FORMATS / sizeof FORMATS[0] && found == NULL; i++)
        found = FORMATS[i].bits == wanted.bits ? &FORMATS[i] : NULL;
    return found;
}

static outcome_t fit(const method_config_t *config, const activation_samples_t *samples, int threads,
                     activation_t *activation)
{
    (void)samples;
    (void)threads;
    const format_t *format = format_of_activations(config);
    *activation = (activation_t){
        .quantise = quantise_input, .grid = elements_of(format), .group = config->group, .exponent = format->exponent};
    return outcome_ok();
}

static const activation_method_t activations = {.fit = fit};

/* ===  The method  === */

static outcome_t check(const method_config_t *config)
{
    if (format_of(config) == NULL)
        return outcome_usage("method mx", "variant", text_of("%s with %d bits", config->variant, config->bits).chars,
                             "e2m3 or e3m2 with 6 bits, or int with 6 or 8", NULL);
    if (config->activation_bits > 0 && format_of_activations(config) == NULL)
        return outcome_usage("method mx", "activations", text_of("%d bits", config->activation_bits).chars, "6 or 8", NULL);
    return outcome_ok();
}

static const char *const variants[] = {"e2m3", "e3m2", "int", NULL};

const method_t mx_method = {
    .name = "mx",
    .summary = "Microscaling MXFP6 E2M3 (OCP MX 1.0; BBS paper, Table III)",
    .does = "Gives each group of 32 weights a scale that is a power of two, and rounds the weights to a small float or "
            "integer format.",
    .stores = "B bits a weight and a scale of 8 bits for each group.",
    .source = "OCP Microscaling Formats 1.0; BBS paper, Table III",
    .input = METHOD_FLOAT,
    .takes = METHOD_TAKES_GROUP | METHOD_TAKES_BITS,
    .variants = variants,
    .activations = &activations,
    .defaults = {.group = 32, .bits = 6, .variant = "e2m3"},
    .form = form_of,
    .compress = compress,
    .check = check,
};
