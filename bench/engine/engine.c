/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/engine.h"

#include "base/registry.h"
#include "base/text.h"
#include "engine/fast.h"
#include "engine/integer_cnn.h"
#include "engine/integer_tokens.h"
#include "engine/laps.h"
#include "engine/onednn.h"
#include "engine/stock.h"
#include "engine/tokens_fast.h"
#include "engine/tokens_stock.h"

#include <malloc.h>
#include <stdlib.h>

static const kernels_t *const cfg_sets[] = {&kernels_fast, &kernels_winograd, &kernels_stock, NULL};
static const kernels_t *const program_sets[] = {&kernels_tokens_fast, &kernels_tokens_stock, NULL};
static const kernels_t *const integer_cfg_sets[] = {&kernels_integer_fast, &kernels_integer_plain, NULL};
static const kernels_t *const integer_program_sets[] = {&kernels_integer_tokens_fast, &kernels_integer_tokens_plain, NULL};

struct engine {
    const net_weights_t *weights;
    const kernels_t *kernels;
    void *state;
    graph_t *graphs;
    int workers;
};

static outcome_t find_kernels(const kernels_t *const *sets, const char *name, const kernels_t **kernels)
{
    const registry_t names = {.where = "--kernels", .what = "kernel set", .tables = {sets}};
    return registry_find(&names, name, kernels);
}

static outcome_t open_engine(const net_weights_t *weights, const kernels_t *kernels, const net_ranges_t *ranges,
                             int workers, engine_t **opened)
{
    engine_t *engine = calloc(1, sizeof *engine);
    outcome_t result;
    if (engine == NULL)
        return outcome_out_of_memory("engine");
    engine->weights = weights;
    engine->kernels = kernels;
    engine->graphs = calloc((size_t)workers, sizeof *engine->graphs);
    if (engine->graphs == NULL) {
        result = outcome_out_of_memory("engine");
        goto out;
    }
    for (; engine->workers < workers; engine->workers++) {
        graph_t *graph = &engine->graphs[engine->workers];
        if (outcome_bad(&result, graph_open(weights, graph)))
            goto out;
        if (engine->workers > 0 ||
            !engine->kernels->owns_weights) /* before the parser makes random weights for the next graph */
            graph_free_weights(graph);
    }
    result = engine->kernels->open(weights, ranges, engine->graphs, workers, &engine->state);
#ifdef __GLIBC__
    malloc_trim(0); /* Darknet's parser has freed much memory, which would stay with the process */
#endif

out:
    if (outcome_is_ok(&result))
        *opened = engine;
    else
        engine_close(engine);
    return result;
}

outcome_t engine_open(const net_weights_t *weights, const char *name, int workers, engine_t **engine)
{
    const kernels_t *kernels;
    outcome_t result;
    *engine = NULL;
    if (outcome_bad(&result, find_kernels(weights->program.count == 0 ? cfg_sets : program_sets, name, &kernels)))
        return result;
    return open_engine(weights, kernels, NULL, workers, engine);
}

outcome_t engine_open_integers(const net_weights_t *weights, const char *name, const net_ranges_t *ranges, int workers,
                               engine_t **engine)
{
    const kernels_t *kernels;
    outcome_t result;
    *engine = NULL;
    if (outcome_bad(&result,
                    find_kernels(weights->program.count == 0 ? integer_cfg_sets : integer_program_sets, name, &kernels)))
        return result;
    return open_engine(weights, kernels, ranges, workers, engine);
}

void engine_close(engine_t *engine)
{
    if (engine == NULL)
        return;
    if (engine->state != NULL)
        engine->kernels->close(engine->state);
    if (engine->graphs != NULL)
        laps_close(engine->graphs, engine->workers);
    for (int i = 0; i < engine->workers; i++)
        graph_close(&engine->graphs[i]);
    free(engine->graphs);
    free(engine);
}

outcome_t engine_set_rows(engine_t *engine, size_t index, int64_t first, int64_t rows, const float *weights)
{
    return engine->kernels->set_rows(engine->state, index, first, rows, weights);
}

outcome_t engine_set_integers(engine_t *engine, size_t index, int64_t first, int64_t rows, const int16_t *values,
                              const float *scale)
{
    return engine->kernels->set_integers(engine->state, index, first, rows, values, scale);
}

bool engine_takes_integers(const engine_t *engine)
{
    return engine->kernels->set_integers != NULL;
}

outcome_t engine_observe(engine_t *engine, engine_observer_t observer, void *context)
{
    if (engine->kernels->observe == NULL)
        return outcome_failed("engine", engine->kernels->name, "kernels without a view of the activations",
                              "the fast float kernels of a CNN", "a transformer needs no ranges");
    engine->kernels->observe(engine->state, observer, context);
    return outcome_ok();
}

outcome_t engine_watch(engine_t *engine, engine_watcher_t watcher, void *context)
{
    if (engine->kernels->watch == NULL)
        return outcome_failed("engine", engine->kernels->name, "kernels with float activations",
                              "kernels with 8-bit activations", NULL);
    engine->kernels->watch(engine->state, watcher, context);
    return outcome_ok();
}

outcome_t engine_filter(engine_t *engine, engine_filter_t filter, void *context)
{
    if (engine->kernels->filter == NULL)
        return outcome_failed("engine", engine->kernels->name, "integer kernels", "float kernels",
                              "use --activations fp32: the method quantises the activations itself");
    return engine->kernels->filter(engine->state, filter, context);
}

outcome_t engine_read(engine_t *engine, engine_reader_t reader, void *context)
{
    if (engine->kernels->read == NULL)
        return outcome_failed("engine", engine->kernels->name, "kernels that give one answer a sample", "a language model",
                              NULL);
    return engine->kernels->read(engine->state, reader, context);
}

outcome_t engine_profile(engine_t *engine)
{
    return laps_open(engine->weights, engine->graphs, engine->workers);
}

engine_profile_t engine_profile_of(const engine_t *engine)
{
    engine_profile_t all = {0};
    for (int worker = 0; worker < engine->workers && engine->graphs[worker].laps != NULL; worker++) {
        const engine_profile_t *one = &engine->graphs[worker].laps->profile;
        all.samples += one->samples;
        for (int kind = 0; kind < ENGINE_STEP_KINDS; kind++) {
            all.seconds[kind] += one->seconds[kind];
            all.laps[kind] += one->laps[kind];
        }
    }
    return all;
}

/* End the last lap of some samples. */
static outcome_t timed(const engine_t *engine, int worker, int64_t samples, outcome_t result)
{
    laps_t *laps = engine->graphs[worker].laps;
    laps_end(laps, ENGINE_STEP_BETWEEN);
    if (laps != NULL)
        laps->profile.samples += samples;
    return result;
}

outcome_t engine_predict(engine_t *engine, int worker, const float *input, float *logits)
{
    laps_begin(engine->graphs[worker].laps);
    return timed(engine, worker, 1, engine->kernels->predict(engine->state, worker, input, logits));
}

int64_t engine_batch(const engine_t *engine)
{
    return engine->kernels->batch != NULL ? engine->kernels->batch(engine->state) : 1;
}

outcome_t engine_predict_some(engine_t *engine, int worker, int64_t count, const float *inputs, float *logits)
{
    const net_size_t *size = engine->weights->size;
    const int64_t input = size->channels * size->height * size->width, batch = engine_batch(engine);
    outcome_t result = outcome_ok();
    for (int64_t first = 0; first < count && outcome_is_ok(&result); first += batch) {
        const float *from = inputs + first * input;
        float *to = logits + first * size->classes;
        const int64_t some = count - first < batch ? count - first : batch;
        if (batch == 1) {
            result = engine_predict(engine, worker, from, to);
            continue;
        }
        laps_begin(engine->graphs[worker].laps);
        result = timed(engine, worker, some, engine->kernels->predict_some(engine->state, worker, some, from, to));
    }
    return result;
}

outcome_t engine_run(engine_t *engine, int worker, int64_t rows, const float *vectors, float *result)
{
    if (engine->kernels->run == NULL)
        return outcome_failed("engine", engine->kernels->name, "kernels of a whole network", "those of a transformer",
                              NULL);
    laps_begin(engine->graphs[worker].laps);
    return timed(engine, worker, 1, engine->kernels->run(engine->state, worker, rows, vectors, result));
}

outcome_t engine_continue(engine_t *engine, int worker, int64_t past, int64_t count, const float *numbers, float *logits)
{
    if (engine->kernels->continue_text == NULL)
        return outcome_failed("engine", engine->kernels->name, "kernels of a whole network", "those of a language model",
                              NULL);
    laps_begin(engine->graphs[worker].laps);
    return timed(engine, worker, 1, engine->kernels->continue_text(engine->state, worker, past, count, numbers, logits));
}

text_t engine_versions(void)
{
    return text_of("Darknet (libdarknet.so of the package, unpatched), %s", onednn_version().chars);
}
