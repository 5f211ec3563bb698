/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/engine.h"

#include "base/text.h"
#include "engine/fast.h"
#include "engine/onednn.h"
#include "engine/stock.h"
#include "engine/tokens_fast.h"
#include "engine/tokens_stock.h"

#include <malloc.h>
#include <stdlib.h>

static const kernels_t *const cfg_sets[] = {&kernels_fast, &kernels_stock, NULL};
static const kernels_t *const program_sets[] = {&kernels_tokens_fast, &kernels_tokens_stock, NULL};
const char *const engine_kernel_names[] = {"fast", "stock", NULL};

struct engine {
    const kernels_t *kernels;
    void *state;
    graph_t *graphs;
    int workers;
    const net_table_t *table;
};

static outcome_t find_kernels(const net_weights_t *weights, const char *name, const kernels_t **kernels)
{
    for (const kernels_t *const *set = weights->size->cfg != NULL ? cfg_sets : program_sets; *set != NULL; set++)
        if (text_equal((*set)->name, name)) {
            *kernels = *set;
            return outcome_ok();
        }
    return outcome_usage("--kernels", name, "no such kernel set", "fast or stock", NULL);
}

outcome_t engine_open(const net_weights_t *weights, const char *kernels, int workers, engine_t **opened)
{
    *opened = NULL;
    engine_t *engine = calloc(1, sizeof *engine);
    outcome_t result;
    if (engine == NULL)
        return outcome_out_of_memory("engine");
    engine->table = &weights->table;
    if (outcome_bad(&result, find_kernels(weights, kernels, &engine->kernels)))
        goto out;
    engine->graphs = calloc((size_t)workers, sizeof *engine->graphs);
    if (engine->graphs == NULL) {
        result = outcome_out_of_memory("engine");
        goto out;
    }
    for (; engine->workers < workers; engine->workers++) {
        graph_t *graph = &engine->graphs[engine->workers];
        if (outcome_bad(&result, graph_open(weights, graph)))
            goto out;
        if (engine->workers > 0 || !engine->kernels->owns_weights) /* before the next graph makes its own up */
            graph_free_weights(graph);
    }
    result = engine->kernels->open(weights, engine->graphs, workers, &engine->state);
#ifdef __GLIBC__
    malloc_trim(0); /* what Darknet's parser took and gave back is large, and would stay with the process */
#endif

out:
    if (outcome_is_ok(&result))
        *opened = engine;
    else
        engine_close(engine);
    return result;
}

void engine_close(engine_t *engine)
{
    if (engine == NULL)
        return;
    if (engine->state != NULL)
        engine->kernels->close(engine->state);
    for (int i = 0; i < engine->workers; i++)
        graph_close(&engine->graphs[i]);
    free(engine->graphs);
    free(engine);
}

outcome_t engine_set_rows(engine_t *engine, size_t index, int64_t first, int64_t rows, const float *weights)
{
    return engine->kernels->set_rows(engine->state, index, first, rows, weights);
}

outcome_t engine_set_weights(engine_t *engine, const float *const *layers)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < engine->table->count && outcome_is_ok(&result); i++)
        result = engine_set_rows(engine, i, 0, engine->table->items[i].k, layers[i]);
    return result;
}

outcome_t engine_predict(engine_t *engine, int worker, const float *input, float *logits)
{
    return engine->kernels->predict(engine->state, worker, input, logits);
}

text_t engine_versions(void)
{
    return text_of("Darknet (libdarknet.so of the package, unpatched), %s", onednn_version().chars);
}
