/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/activations.h"

#include "base/threads.h"
#include "compress/compress.h"
#include "compress/spec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The input of one layer in one sample. */
typedef struct {
    float largest;
    bool negative;
    int64_t values, rows; /* that were taken */
    int64_t spread;       /* neighbours in a row of the product that are of one channel */
} look_t;

/* The input of one layer in all samples; each sample has a place of its own. */
typedef struct {
    look_t *looks;       /* [samples]; NULL: the engine does not filter this layer */
    float *values;       /* [samples, ACTIVATION_VALUES] */
    float *rows;         /* [samples, ACTIVATION_ROWS, inputs]; NULL unless the method reads weights */
    uint8_t *inside;     /* the same */
    int32_t *channel_of; /* [inputs] */
    int64_t inputs, outputs;
} seen_t;

typedef struct {
    const int8_network_t *network;
    const net_weights_t *weights;
    const calibration_samples_t *samples;
    engine_t *engine;
    int threads;
    const method_t *method;
    method_config_t config;
    seen_t *seen; /* [table.count] */
    activation_t *items;
    float *inputs, *logits; /* one per worker */
    int64_t *current;       /* the sample of each worker */
    outcome_t *failures;
    size_t *first_of; /* [table.count], the layer whose input this one reads: itself, or the first of stacked ones */
    activation_samples_t all; /* of the layer that is being fitted */
    float *stacked;           /* weights of stacked layers, from the first one on */
    int64_t stacked_rows;
} fitting_t;

/* ===  Looking at inputs  === */

/* Where the product of a layer reads its row `row`: value (channel, y, x) of the kernel lies at `channel` of `position`;
 * a negative position is outside the plane. */
static int64_t position_of(const net_layer_t *table, const activation_shape_t *shape, int64_t row, int64_t y, int64_t x)
{
    /* the stock kernels have already left out the pixels that a 1x1 convolution with stride skips */
    const bool skipped = shape->positions != table->in_h * table->in_w;
    const int64_t stride = skipped ? 1 : table->stride, height = skipped ? table->out_h : table->in_h,
                  width = skipped ? table->out_w : table->in_w;
    const int64_t line = row / table->out_w * stride - table->pad + y,
                  column = row % table->out_w * stride - table->pad + x;
    return line >= 0 && line < height && column >= 0 && column < width ? line * width + column : -1;
}

static void take_row(const net_layer_t *table, const activation_shape_t *shape, const float *from, int64_t row,
                     float *values, uint8_t *inside)
{
    const int64_t kernel = table->kh * table->kw, inputs = table->c * kernel;
    for (int64_t i = 0; i < inputs; i++) {
        int64_t channel = i / kernel, position = row;
        if (shape->flat) {
            channel = i / shape->positions;
            position = i % shape->positions;
        } else if (table->kind == NET_CONV) {
            position = position_of(table, shape, row, i % kernel / table->kw, i % table->kw);
        }
        inside[i] = position >= 0;
        values[i] = position >= 0 ? from[activation_place(shape, channel, position)] : 0;
    }
}

static void take_rows(const fitting_t *fitting, const net_layer_t *table, const activation_shape_t *shape,
                      const float *from, int64_t sample, seen_t *seen)
{
    const int64_t all = shape->flat ? 1 : table->kind == NET_CONV ? table->out_h * table->out_w : shape->positions;
    look_t *look = &seen->looks[sample];
    look->rows = all < ACTIVATION_ROWS ? all : ACTIVATION_ROWS;
    look->spread = shape->flat ? shape->positions : table->kh * table->kw;
    for (int64_t i = 0; i < look->rows && fitting->method->activations->reads_weights; i++) {
        const int64_t place = (sample * ACTIVATION_ROWS + i) * seen->inputs;
        take_row(table, shape, from, i * all / look->rows, seen->rows + place, seen->inside + place);
    }
}

static void look(void *context, int worker, size_t index, const activation_shape_t *shape, const float *from, float *to)
{
    const fitting_t *fitting = context;
    const int64_t all = shape->channels * shape->positions, sample = fitting->current[worker];
    seen_t *seen = &fitting->seen[index];
    look_t *at = &seen->looks[sample];
    memcpy(to, from, (size_t)all * sizeof *to);
    for (int64_t i = 0; i < all; i++) {
        at->largest = fabsf(from[i]) > at->largest ? fabsf(from[i]) : at->largest;
        at->negative |= from[i] < 0;
    }
    at->values = all < ACTIVATION_VALUES ? all : ACTIVATION_VALUES;
    for (int64_t i = 0; i < at->values; i++) {
        const int64_t place = i * all / at->values;
        seen->values[sample * ACTIVATION_VALUES + i] =
            from[activation_place(shape, place / shape->positions, place % shape->positions)];
    }
    take_rows(fitting, &fitting->weights->table.items[index], shape, from, sample, seen);
}

static void run_one(void *context, int64_t index, int worker)
{
    fitting_t *fitting = context;
    const net_size_t *size = fitting->weights->size;
    float *input = fitting->inputs + worker * size->channels * size->height * size->width;
    if (!outcome_is_ok(&fitting->failures[worker]))
        return;
    fitting->current[worker] = index;
    outcome_t result = dataset_read(fitting->samples->dataset, fitting->samples->list[index], input);
    if (outcome_is_ok(&result))
        result = engine_predict(fitting->engine, worker, input, fitting->logits + worker * size->classes);
    fitting->failures[worker] = result;
}

static outcome_t run_samples(fitting_t *fitting)
{
    const net_size_t *size = fitting->weights->size;
    const size_t threads = (size_t)fitting->threads;
    outcome_t result;
    fitting->inputs = malloc(threads * (size_t)(size->channels * size->height * size->width) * sizeof *fitting->inputs);
    fitting->logits = malloc(threads * (size_t)size->classes * sizeof *fitting->logits);
    fitting->current = calloc(threads, sizeof *fitting->current);
    fitting->failures = calloc(threads, sizeof *fitting->failures);
    if (fitting->inputs == NULL || fitting->logits == NULL || fitting->current == NULL || fitting->failures == NULL)
        return outcome_out_of_memory("calibration");
    if (outcome_bad(&result, engine_filter(fitting->engine, look, fitting)))
        return result;
    result = threads_for(fitting->threads, fitting->samples->count, run_one, fitting);
    for (size_t i = 0; i < threads && outcome_is_ok(&result); i++)
        result = fitting->failures[i];
    outcome_t ended = engine_filter(fitting->engine, NULL, NULL);
    return outcome_is_ok(&result) ? ended : result;
}

/* ===  Fitting  === */

/* What all samples show; the rows and values of `seen` move together, so that there are no gaps. */
static activation_samples_t gather(const fitting_t *fitting, size_t index)
{
    const seen_t *seen = &fitting->seen[index];
    activation_samples_t all = {.layer = fitting->weights->table.items[index].name,
                                .values = seen->values,
                                .inputs = seen->inputs,
                                .row_values = seen->rows,
                                .inside = seen->inside,
                                .channel_of = seen->channel_of,
                                .outputs = seen->outputs};
    if (seen->looks == NULL)
        return all;
    all.channels = seen->inputs / seen->looks[0].spread;
    for (int64_t i = 0; i < seen->inputs; i++)
        seen->channel_of[i] = (int32_t)(i / seen->looks[0].spread);
    for (int64_t i = 0; i < fitting->samples->count; i++) {
        const look_t *at = &seen->looks[i];
        const size_t row = (size_t)(at->rows * seen->inputs);
        all.largest = at->largest > all.largest ? at->largest : all.largest;
        all.negative |= at->negative;
        memmove(seen->values + all.count, seen->values + i * ACTIVATION_VALUES, (size_t)at->values * sizeof *seen->values);
        if (seen->rows != NULL) {
            memmove(seen->rows + all.rows * seen->inputs, seen->rows + i * ACTIVATION_ROWS * seen->inputs,
                    row * sizeof *seen->rows);
            memmove(seen->inside + all.rows * seen->inputs, seen->inside + i * ACTIVATION_ROWS * seen->inputs, row);
        }
        all.count += at->values;
        all.rows += at->rows;
    }
    return all;
}

static outcome_t fit_layer(fitting_t *fitting, size_t index, const float *weights)
{
    fitting->all = gather(fitting, index);
    fitting->all.weights = weights;
    return fitting->method->activations->fit(&fitting->config, &fitting->all, fitting->threads, &fitting->items[index]);
}

/* Gather the weights of layers that read the same input; fit after the last one. */
static outcome_t fit_with_weights(void *context, size_t index, compressed_t *compressed)
{
    fitting_t *fitting = context;
    const compress_layer_t *layer = &fitting->network->layers[index];
    const size_t first = fitting->first_of[index];
    const seen_t *seen = &fitting->seen[first];
    outcome_t result = outcome_ok();
    if (seen->looks == NULL) {
        int8_network_rest(fitting->network, index);
        return result;
    }
    if (index == first) {
        free(fitting->stacked);
        fitting->stacked = malloc((size_t)(seen->outputs * seen->inputs) * sizeof *fitting->stacked);
        fitting->stacked_rows = 0;
    }
    if (fitting->stacked == NULL)
        return outcome_out_of_memory(layer->name);
    compressed_to_floats(compressed, layer, 0, layer->k, fitting->stacked + fitting->stacked_rows * seen->inputs);
    fitting->stacked_rows += layer->k;
    if (fitting->stacked_rows == seen->outputs)
        result = fit_layer(fitting, first, fitting->stacked);
    int8_network_rest(fitting->network, index);
    return result;
}

static outcome_t fit_all(fitting_t *fitting)
{
    outcome_t result = outcome_ok();
    if (fitting->method->activations->reads_weights)
        return compress_each(fitting->method, &fitting->config, fitting->network->layers, fitting->network->count,
                             fitting->threads, fit_with_weights, fitting);
    for (size_t i = 0; i < fitting->weights->table.count && outcome_is_ok(&result); i++)
        if (fitting->first_of[i] == i && (fitting->seen[i].looks != NULL || !fitting->method->activations->calibrates))
            result = fit_layer(fitting, i, NULL);
    return result;
}

/* ===  Opening  === */

/* Does this layer read the network's input? */
static bool reads_image(const fitting_t *fitting, size_t index)
{
    const net_program_t *program = &fitting->weights->program;
    if (program->count == 0)
        return index == 0;
    return program->steps[0].kind == NET_STEP_PATCHES && program->steps[0].layer == (int64_t)index;
}

static void find_first(fitting_t *fitting)
{
    const net_program_t *program = &fitting->weights->program;
    for (size_t i = 0; i < fitting->weights->table.count; i++) {
        fitting->first_of[i] = i;
        fitting->seen[i].outputs = fitting->weights->table.items[i].k;
    }
    for (size_t i = 0; i < program->count; i++) {
        const net_step_t *step = &program->steps[i];
        for (int64_t part = 0; step->kind == NET_STEP_LINEAR && step->layer != NET_NONE && part < step->parts; part++) {
            fitting->first_of[step->layer + part] = (size_t)step->layer;
            fitting->seen[step->layer].outputs = step->outputs;
        }
    }
}

static outcome_t open_layer(const fitting_t *fitting, size_t index)
{
    const net_layer_t *table = &fitting->weights->table.items[index];
    const int64_t samples = fitting->samples->count;
    seen_t *seen = &fitting->seen[index];
    seen->inputs = table->c * table->kh * table->kw;
    seen->looks = calloc((size_t)samples, sizeof *seen->looks);
    seen->values = malloc((size_t)(samples * ACTIVATION_VALUES) * sizeof *seen->values);
    seen->channel_of = malloc((size_t)seen->inputs * sizeof *seen->channel_of);
    bool done = seen->looks != NULL && seen->values != NULL && seen->channel_of != NULL;
    if (fitting->method->activations->reads_weights && done) {
        const size_t rows = (size_t)(samples * ACTIVATION_ROWS * seen->inputs);
        seen->rows = malloc(rows * sizeof *seen->rows);
        seen->inside = malloc(rows);
        done = seen->rows != NULL && seen->inside != NULL;
    }
    return done ? outcome_ok() : outcome_out_of_memory(table->name);
}

static outcome_t open_layers(fitting_t *fitting)
{
    const size_t layers = fitting->weights->table.count;
    outcome_t result = outcome_ok();
    fitting->seen = calloc(layers, sizeof *fitting->seen);
    fitting->first_of = calloc(layers, sizeof *fitting->first_of);
    if (fitting->seen == NULL || fitting->first_of == NULL)
        return outcome_out_of_memory("calibration");
    find_first(fitting);
    for (size_t i = 0; i < layers && outcome_is_ok(&result); i++)
        if (fitting->method->activations->calibrates && fitting->first_of[i] == i && !reads_image(fitting, i))
            result = open_layer(fitting, i);
    return result;
}

static void close_layers(fitting_t *fitting)
{
    for (size_t i = 0; i < fitting->weights->table.count && fitting->seen != NULL; i++) {
        free(fitting->seen[i].looks);
        free(fitting->seen[i].values);
        free(fitting->seen[i].rows);
        free(fitting->seen[i].inside);
        free(fitting->seen[i].channel_of);
    }
    free(fitting->seen);
    free(fitting->first_of);
    free(fitting->inputs);
    free(fitting->logits);
    free(fitting->current);
    free(fitting->failures);
    free(fitting->stacked);
}

outcome_t activations_fit(const int8_network_t *network, const net_weights_t *weights, const char *spec,
                          const calibration_samples_t *samples, engine_t *engine, int threads, activations_t *activations)
{
    fitting_t fitting = {.network = network, .weights = weights, .samples = samples, .engine = engine, .threads = threads};
    outcome_t result;
    *activations = (activations_t){.weights = weights};
    if (outcome_bad(&result, method_parse(spec, &fitting.method, &fitting.config)))
        return result;
    fitting.config.values_only = true;
    activations->items = fitting.items = calloc(weights->table.count, sizeof *fitting.items);
    if (fitting.items == NULL)
        return outcome_out_of_memory("activations");
    if (!outcome_bad(&result, open_layers(&fitting)) &&
        (!fitting.method->activations->calibrates || !outcome_bad(&result, run_samples(&fitting))))
        result = fit_all(&fitting);
    close_layers(&fitting);
    return result;
}

void activations_free(activations_t *activations)
{
    for (size_t i = 0; activations->items != NULL && i < activations->weights->table.count; i++)
        activation_free(&activations->items[i]);
    free(activations->items);
    *activations = (activations_t){0};
}

void activations_filter(void *context, int worker, size_t index, const activation_shape_t *shape, const float *from,
                        float *to)
{
    const activations_t *activations = context;
    (void)worker;
    activations->items[index].quantise(&activations->items[index], shape, from, to);
}
