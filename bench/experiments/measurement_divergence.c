/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurement `divergence`: how far bit flip, rounded averaging and zero-point shifting move the weights of each layer, for
 * the paper's Figs. 6 and 1. Layers of the paper's networks have synthetic weights; the compact networks are real. */
#include "base/registry.h"
#include "base/text.h"
#include "compress/divergence.h"
#include "compress/spec.h"
#include "experiments/model_inputs_list.h"
#include "rows/writer.h"
#include "weights/substitute.h"

#include <stdlib.h>

typedef struct {
    const char *spec, *method;
    int columns;
} run_t;

/* Group of 32 as in Fig. 6; no sensitive channels. Zero-point shifting twice: as it is here, and with ties toward zero, as
 * the authors' repository rounds magnitudes. */
#define FIGURE_6(columns)                                                                                     \
    {"bitflip:beta=0:columns=" #columns, "bitflip", columns}, {"ra:beta=0:columns=" #columns, "ra", columns}, \
        {"zps:beta=0:columns=" #columns, "zps", columns},                                                     \
    {                                                                                                         \
        "zps:beta=0:ties=zero:choice=lowest:columns=" #columns, "zps-ties-zero", columns                      \
    }
static const run_t figure_6[] = {FIGURE_6(2), FIGURE_6(4), {NULL, NULL, 0}};

/* Fig. 1: Conv4.1.3 of a ResNet-50, INT5 by PTQ, and 3 columns. */
static const run_t figure_1[] = {
    {"ptq:bits=5:beta=0", "ptq", 3},
    {"bitflip:columns=3:beta=0", "bitflip", 3},
    {"ra:columns=3:beta=0", "ra", 3},
    {"zps:columns=3:beta=0", "zps", 3},
    {NULL, NULL, 0},
};
static const char figure_1_layer[] = "layer3.0.conv3";

typedef struct {
    const char *net, *size;
    bool synthetic; /* else trained: the weights of the size */
    const run_t *runs;
    const char *only; /* the name of one layer; NULL: all */
} job_t;

/* Besides these, every compact network has the rows of Fig. 6. */
static const job_t jobs[] = {
    {"resnet34", "full", true, figure_6, NULL},
    {"vit_base", "full", true, figure_6, NULL},
    {"resnet50", "full", true, figure_1, figure_1_layer},
    {"resnet50", "compact", false, figure_1, figure_1_layer},
    {NULL, NULL, false, NULL, NULL},
};

/* One row. */
typedef struct {
    const char *net, *size, *layer, *method, *weights_source;
    int64_t columns, weights;
    double mse_int8_steps2, mean_error_int8_steps, kl_softmax_nats, kl_histogram_nats, kl_gaussian_nats;
    bool synthetic;
} cells_t;

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(cells_t, member)
#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(cells_t, member)
#define REAL(member) .name = #member, ROWS_PLACE_REAL(cells_t, member)
#define FLAG(member) .name = #member, ROWS_PLACE_FLAG(cells_t, member)

static const rows_column_t columns[] = {
    {TEXT(net), .key = true, .heading = "Network", .meaning = "the network"},
    {TEXT(size), .key = true, .heading = "Size", .meaning = "full: the network of the paper; compact: a stand-in"},
    {TEXT(layer), .key = true, .heading = "Layer", .meaning = "name of the weights"},
    {TEXT(method), .key = true, .heading = "Method",
     .meaning =
         "bitflip: zero bits only; ra: rounded averaging; zps: zero-point shifting; zps-ties-zero: the same with ties "
         "toward zero and the lowest shift; ptq: rounding to fewer bits"},
    {INTEGER(columns), .key = true, .heading = "Columns pruned", .meaning = "bit columns pruned; of ptq, bits less than 8"},
    {INTEGER(weights), .heading = "Weights", .meaning = "weights of the layer"},
    {REAL(mse_int8_steps2), .heading = "MSE", .unit = "steps²", .decimals = 4, .meaning = "mean squared error, INT8 steps"},
    {REAL(mean_error_int8_steps), .heading = "Mean error", .unit = "steps", .decimals = 4,
     .meaning = "mean of compressed minus original weights, INT8 steps"},
    {REAL(kl_softmax_nats), .heading = "KL, softmax", .unit = "nats", .decimals = 12,
     .meaning = "divergence of the softmax over the layer's compressed weights from that over the original ones"},
    {REAL(kl_histogram_nats), .heading = "KL, histogram", .unit = "nats", .decimals = 6,
     .meaning = "divergence of histograms, bins of one INT8 step, half a count added to each bin"},
    {REAL(kl_gaussian_nats), .heading = "KL, Gaussian moments", .unit = "nats", .decimals = 9,
     .meaning = "divergence of two normal distributions with the means and variances of the weights"},
    {FLAG(synthetic), .heading = "Synthetic", .meaning = "drawn after portraits of other networks' layers, not trained"},
    {TEXT(weights_source), .heading = "Weights from", .meaning = "the checkpoint, or the portraits"},
    {.name = NULL},
};

static const rows_schema_t schema = {.name = "divergence",
                                     .about = "Distances of compressed weights from INT8 weights, by several definitions, "
                                              "one row for each layer, method and number of columns.",
                                     .columns = columns};

typedef struct {
    const network_t *network;
    const net_size_t *size;
    const int8_network_t *weights;
    const run_t *run;
    int threads;
    rows_writer_t *writer;
} task_t;

static outcome_t write_row(void *context, size_t index, compressed_t *compressed)
{
    const task_t *task = context;
    const compress_layer_t *layer = &task->weights->layers[index];
    distortion_t distortion;
    divergence_t divergence;
    outcome_t result;
    if (layer->whole || outcome_bad(&result, divergence_of(layer, compressed, task->threads, &distortion, &divergence)))
        return layer->whole ? outcome_ok() : result;
    const cells_t cells = {.net = task->network->name,
                           .size = task->size->name,
                           .layer = layer->name,
                           .method = task->run->method,
                           .columns = task->run->columns,
                           .weights = distortion.weights,
                           .mse_int8_steps2 = distortion_mse(&distortion),
                           .mean_error_int8_steps = distortion_mean(&distortion),
                           .kl_softmax_nats = distortion.divergence,
                           .kl_histogram_nats = divergence.histogram,
                           .kl_gaussian_nats = divergence.gaussian,
                           .synthetic = task->weights->synthetic,
                           .weights_source = task->weights->source.chars};
    rows_write(task->writer, &cells);
    return outcome_ok();
}

static outcome_t measure_all(task_t *task, const method_t *method, const method_config_t *config)
{
    return compress_each(method, config, task->weights->layers, task->weights->count, task->threads, write_row, task);
}

/* One layer by its name. Synthetic weights are INT8: a method that quantises floats gets these integers as floats. */
static outcome_t measure_layer(task_t *task, const char *name, const method_t *method, const method_config_t *config)
{
    size_t index = 0;
    while (index < task->weights->count && !text_equal(task->weights->layers[index].name, name))
        index++;
    if (index == task->weights->count)
        return outcome_failed("divergence", task->network->name, "no such layer", name, NULL);
    compress_layer_t layer = task->weights->layers[index];
    compressed_t kept = {0}, compressed = {0};
    float *floats = malloc((size_t)compress_layer_size(&layer) * sizeof *floats);
    outcome_t result = floats != NULL ? compress_keep(&layer, true, &kept) : outcome_out_of_memory(name);
    if (!outcome_is_ok(&result))
        goto out;
    compressed_to_floats(&kept, &layer, 0, layer.k, floats);
    layer.weights = layer.weights != NULL ? layer.weights : floats;
    if (!outcome_bad(&result, compress_network(method, config, &layer, 1, task->threads, &compressed)))
        result = write_row(task, index, &compressed);

out:
    compressed_free(&compressed);
    compressed_free(&kept);
    free(floats);
    return result;
}

/* `only`: the name of one layer, or NULL for all. */
static outcome_t measure(task_t *task, const run_t *runs, const char *only)
{
    outcome_t result = outcome_ok();
    for (task->run = runs; task->run->spec != NULL && outcome_is_ok(&result); task->run++) {
        const method_t *method;
        method_config_t config;
        if (outcome_bad(&result, method_parse(task->run->spec, &method, &config)))
            return result;
        config.values_only = true;
        result = only == NULL ? measure_all(task, method, &config) : measure_layer(task, only, method, &config);
    }
    return result;
}

static outcome_t measure_synthetic(const task_t *of, const run_t *runs, const char *only)
{
    int8_network_t weights = {0};
    task_t task = *of;
    outcome_t result = substitute_draw(task.network, task.size, false, SUBSTITUTE_SEED, task.threads, &weights);
    task.weights = &weights;
    if (outcome_is_ok(&result))
        result = measure(&task, runs, only);
    int8_network_free(&weights);
    return result;
}

static outcome_t measure_trained(const task_t *of, const run_t *runs, const char *only)
{
    int8_network_t weights = {0};
    net_weights_t floats = {0};
    task_t task = *of;
    outcome_t result = net_weights_load(task.network, task.size, NULL, &floats);
    task.weights = &weights;
    if (outcome_is_ok(&result) && !outcome_bad(&result, int8_network_from(&floats, false, task.threads, &weights)))
        result = measure(&task, runs, only);
    int8_network_free(&weights);
    net_weights_free(&floats);
    return result;
}

static outcome_t run_job(const job_t *job, int threads, rows_writer_t *writer)
{
    task_t task = {.threads = threads, .writer = writer};
    outcome_t result;
    if (outcome_bad(&result, registry_find(&net_names, job->net, &task.network)) ||
        outcome_bad(&result, net_find_size(task.network, job->size, &task.size)))
        return result;
    return job->synthetic ? measure_synthetic(&task, job->runs, job->only) : measure_trained(&task, job->runs, job->only);
}

static outcome_t run(const measurement_context_t *context, const char *path)
{
    rows_writer_t writer;
    outcome_t result = rows_create(&writer, &schema, path);
    if (!outcome_is_ok(&result))
        return result;
    for (const job_t *job = jobs; job->net != NULL && outcome_is_ok(&result); job++)
        result = run_job(job, context->jobs, &writer);
    for (const network_t *const *network = net_registry; *network != NULL && outcome_is_ok(&result); network++)
        result = run_job(&(job_t){(*network)->name, "compact", false, figure_6, NULL}, context->jobs, &writer);
    return rows_finish(&writer, result);
}

static outcome_t list_inputs(const run_mode_t *mode, inputs_t *inputs)
{
    outcome_t result = model_inputs_list(mode, inputs);
    for (const network_t *const *network = net_registry; *network != NULL && outcome_is_ok(&result); network++) {
        const net_size_t *size;
        if (!outcome_bad(&result, net_find_size(*network, "compact", &size)))
            result = inputs_add(inputs, size->weights, "weights");
    }
    return result;
}

extern const measurement_t measurement_divergence;
const measurement_t measurement_divergence = {.schema = &schema, .list_inputs = list_inputs, .run = run};
