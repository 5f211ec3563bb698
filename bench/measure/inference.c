/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/inference.h"

#include "base/progress.h"
#include "base/threads.h"
#include "measure/sample_list.h"

#include <stdlib.h>

typedef struct {
    const inference_t *inference;
    const int64_t *samples;
    int *predicted;
    float *inputs, *logits; /* one per worker */
    outcome_t *failures;    /* one per worker: its first failure */
    progress_t progress;
} batch_t;

int inference_answer(const float *logits, int64_t classes)
{
    int best = 0;
    for (int64_t i = 1; i < classes; i++)
        if (logits[i] > logits[best])
            best = (int)i;
    return best;
}

static void run_one(void *context, int64_t index, int worker)
{
    batch_t *batch = context;
    const inference_t *inference = batch->inference;
    const net_size_t *size = inference->size;
    float *input = batch->inputs + worker * size->channels * size->height * size->width;
    float *logits = batch->logits + worker * size->classes;
    if (!outcome_is_ok(&batch->failures[worker]))
        return;
    outcome_t result = dataset_read(inference->dataset, batch->samples[index], input);
    bool skipped = inference->skip_bad && outcome_is_error(&result) && outcome_fault(&result) == FAULT_FAILED;
    if (outcome_is_ok(&result))
        result = engine_predict(inference->engine, worker, input, logits);
    if (outcome_is_ok(&result) && inference->take != NULL)
        inference->take(inference->context, index, logits);
    if (!outcome_is_ok(&result) && !skipped)
        batch->failures[worker] = result;
    else if (batch->predicted != NULL)
        batch->predicted[index] = skipped ? SAMPLE_SKIPPED : inference_answer(logits, size->classes);
    if (worker == 0)
        progress_update(&batch->progress, index);
}

outcome_t inference_run(const inference_t *inference, const char *title, const int64_t *samples, int64_t count,
                        int *predicted)
{
    const net_size_t *size = inference->size;
    const size_t threads = (size_t)inference->threads;
    batch_t batch = {.inference = inference, .samples = samples, .predicted = predicted};
    batch.inputs = malloc(threads * (size_t)(size->channels * size->height * size->width) * sizeof *batch.inputs);
    batch.logits = malloc(threads * (size_t)size->classes * sizeof *batch.logits);
    batch.failures = calloc(threads, sizeof *batch.failures);
    outcome_t result;
    if (batch.inputs == NULL || batch.logits == NULL || batch.failures == NULL) {
        result = outcome_out_of_memory("samples");
        goto out;
    }
    progress_start(&batch.progress, title, "samples", count);
    result = threads_for(inference->threads, count, run_one, &batch);
    progress_finish(&batch.progress);
    for (size_t i = 0; i < threads && outcome_is_ok(&result); i++)
        result = batch.failures[i];

out:
    free(batch.inputs);
    free(batch.logits);
    free(batch.failures);
    return result;
}
