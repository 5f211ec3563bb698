/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/activity.h"

#include "base/file.h"
#include "base/text.h"
#include "measure/accuracy_session.h"
#include "measure/inference.h"
#include "measure/variant.h"
#include "tensor/safetensors.h"
#include "weights/mask_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const method[] = {"int8"};

/* Values that one worker has seen on one side of a layer. */
typedef struct {
    int64_t values, nonzero;
} seen_t;

enum { INPUT, OUTPUT, SIDES };

typedef struct {
    const activity_config_t *config;
    accuracy_session_t session;
    seen_t *seen; /* [workers, layers, SIDES] */
    tensor_set_t masks;
    int64_t sample;       /* of the mask that is being written */
    int64_t wrong_pixels; /* pixels of an input that does not have as many as its layer; 0: none */
} activity_t;

/* ===  Counting  === */

static int64_t count_levels(const engine_view_t *view, int64_t pixel)
{
    const uint8_t *levels = view->levels + pixel * view->pixel_step;
    int64_t count = 0;
    for (int64_t i = 0; i < view->channels; i++)
        count += levels[i * view->channel_step] != view->zero;
    return count;
}

/* A pixel of floats is rounded as a token is (engine/levels.h): by its largest magnitude, which becomes 127.5. */
static int64_t count_floats(const engine_view_t *view, int64_t pixel)
{
    const float *values = view->floats + pixel * view->pixel_step, half_range = 127.5F;
    float most = 0;
    int64_t count = 0;
    for (int64_t i = 0; i < view->channels; i++)
        most = fmaxf(most, fabsf(values[i * view->channel_step]));
    const float per_step = most > 0 ? half_range / most : 0;
    for (int64_t i = 0; i < view->channels; i++)
        count += fabsf(values[i * view->channel_step] * per_step) > 0.5F; /* a half rounds to the even level 0 */
    return count;
}

static void count(void *context, int worker, const engine_view_t *view)
{
    const activity_t *activity = context;
    const size_t layers = activity->session.checkpoint.weights.table.count;
    seen_t *seen = &activity->seen[((size_t)worker * layers + view->layer) * SIDES + (view->output ? OUTPUT : INPUT)];
    seen->values += view->pixels * view->channels;
    for (int64_t pixel = 0; pixel < view->pixels; pixel++)
        seen->nonzero += view->levels != NULL ? count_levels(view, pixel) : count_floats(view, pixel);
}

static outcome_t run_samples(activity_t *activity, engine_watcher_t watcher, const char *title, int64_t samples,
                             int threads)
{
    accuracy_session_t *session = &activity->session;
    const inference_t inference = {
        .dataset = &session->dataset, .engine = session->engine, .size = session->size, .threads = threads};
    outcome_t result = engine_watch(session->engine, watcher, activity);
    return outcome_is_ok(&result) ? inference_run(&inference, title, session->answers[0].sample, samples, NULL) : result;
}

/* ===  Masks  === */

/* A linear layer that reads a whole plane has the weights of one channel after another. */
static int64_t place_in_mask(const net_layer_t *layer, const engine_view_t *view, int64_t pixel, int64_t channel)
{
    if (layer->kind == NET_LINEAR && view->channels != net_layer_inputs(layer))
        return channel * view->pixels + pixel;
    return pixel * view->channels + channel;
}

/* Samples are run one by one here: a sample begins at the input of the first layer. */
static void keep_mask(void *context, int worker, const engine_view_t *view)
{
    activity_t *activity = context;
    const net_layer_t *layer = &activity->session.checkpoint.weights.table.items[view->layer];
    (void)worker;
    if (view->output)
        return;
    activity->sample += view->layer == 0;
    if (view->pixels * view->channels != mask_pixels(layer) * net_layer_inputs(layer)) {
        activity->wrong_pixels = view->pixels;
        return;
    }
    uint8_t *bits = (uint8_t *)activity->masks.items[view->layer].data + (activity->sample - 1) * mask_bytes(layer);
    for (int64_t pixel = 0; pixel < view->pixels; pixel++)
        for (int64_t channel = 0; channel < view->channels; channel++)
            if (view->levels[pixel * view->pixel_step + channel * view->channel_step] != view->zero) {
                const int64_t at = place_in_mask(layer, view, pixel, channel);
                bits[at / 8] |= (uint8_t)(1 << at % 8);
            }
}

static outcome_t write_masks(activity_t *activity)
{
    const accuracy_session_t *session = &activity->session;
    const int64_t all = session->answers[0].samples, wanted = activity->config->mask_samples;
    const int64_t samples = wanted < all ? wanted : all;
    outcome_t result = mask_file_create(session->net, session->size->name, &session->checkpoint.weights.table, samples,
                                        session->dataset.kind->name, &activity->masks);
    if (!outcome_is_ok(&result) || outcome_bad(&result, run_samples(activity, keep_mask, "masks", samples, 1)))
        return result;
    if (activity->wrong_pixels > 0)
        return outcome_failed(session->net->name, "a sample",
                              text_of("%lld tokens", (long long)activity->wrong_pixels).chars,
                              "as many as the accelerator models run", "masks need samples of one length");
    return safetensors_save(activity->config->masks, &activity->masks);
}

/* ===  Rows  === */

static double density_of(const activity_t *activity, size_t layer, int side)
{
    const size_t layers = activity->session.checkpoint.weights.table.count;
    seen_t all = {0};
    for (size_t worker = 0; worker < (size_t)activity->session.config->threads; worker++) {
        const seen_t *seen = &activity->seen[(worker * layers + layer) * SIDES + (size_t)side];
        all.values += seen->values;
        all.nonzero += seen->nonzero;
    }
    return (double)all.nonzero / (double)all.values;
}

/* The output of a layer is what its reader finds, after all that is computed between the two. Where no layer of the table
 * reads it (but a pooling, attention or nothing), it is what the engine stores. */
static void fill_densities(const activity_t *activity, double *inputs, double *outputs)
{
    const net_table_t *table = &activity->session.checkpoint.weights.table;
    for (size_t i = 0; i < table->count; i++) {
        inputs[i] = density_of(activity, i, INPUT);
        outputs[i] = density_of(activity, i, OUTPUT);
    }
    for (size_t i = table->count; i-- > 0;)
        if (table->items[i].input >= 0)
            outputs[table->items[i].input] = inputs[i];
}

static outcome_t give_rows(const activity_t *activity, activity_sink_t sink, void *context)
{
    const accuracy_session_t *session = &activity->session;
    const net_table_t *table = &session->checkpoint.weights.table;
    density_row_t row = {.net = session->net->name,
                         .size = session->size->name,
                         .samples = session->answers[0].samples,
                         .data = session->dataset.kind->name,
                         .weights = file_name(session->checkpoint.weights.path.chars)};
    double *inputs = calloc(2 * table->count + 1, sizeof *inputs);
    if (inputs == NULL)
        return outcome_out_of_memory("densities");
    double *outputs = inputs + table->count;
    fill_densities(activity, inputs, outputs);
    for (size_t i = 0; i < table->count; i++) {
        row.layer = table->items[i].name;
        row.input_density = inputs[i];
        row.output_density = outputs[i];
        sink(context, &row);
    }
    row.layer = density_total;
    row.input_density = density_mean(table, inputs);
    row.output_density = density_mean(table, outputs);
    sink(context, &row);
    free(inputs);
    return outcome_ok();
}

/* ===  All  === */

outcome_t activity_run(const activity_config_t *config, activity_sink_t sink, void *context)
{
    accuracy_config_t session = config->session;
    activity_t activity = {.config = config};
    compress_size_t bits;
    outcome_t result;
    session.methods = method;
    session.method_count = sizeof method / sizeof *method;
    session.integers = true;
    if (outcome_bad(&result, accuracy_session_open(&session, &activity.session)) ||
        outcome_bad(&result, variant_apply(&activity.session.network, *method, session.threads, activity.session.engine,
                                           &bits, NULL)))
        goto out;
    const accuracy_session_t *open = &activity.session;
    activity.seen = calloc((size_t)session.threads * open->checkpoint.weights.table.count * SIDES, sizeof *activity.seen);
    result = activity.seen != NULL ? outcome_ok() : outcome_out_of_memory("densities");
    if (!outcome_is_ok(&result) ||
        outcome_bad(&result, run_samples(&activity, count, "densities", open->answers[0].samples, session.threads)) ||
        (config->masks != NULL && outcome_bad(&result, write_masks(&activity))))
        goto out;
    result = give_rows(&activity, sink, context);

out:
    tensor_set_free(&activity.masks);
    free(activity.seen);
    accuracy_session_close(&activity.session);
    return result;
}
