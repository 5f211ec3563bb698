/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/inference.h"

#include "base/progress.h"
#include "base/threads.h"
#include "measure/sample_list.h"

#include <stdlib.h>

typedef struct {
    const inference_t *inference;
    const int64_t *samples;
    int64_t count, groups, most; /* samples; groups of them that a worker runs at once; samples of the largest group */
    int *predicted;
    float *inputs, *logits; /* [threads, most, ...] */
    outcome_t *failures;    /* one per worker: its first failure */
    progress_t progress;
} work_t;

int inference_answer(const float *logits, int64_t classes)
{
    int best = 0;
    for (int64_t i = 1; i < classes; i++)
        if (logits[i] > logits[best])
            best = (int)i;
    return best;
}

/* As few groups as the engine's batches allow, but as many for each thread, so that no thread waits for a large last one.
 */
static int64_t groups_of(int64_t count, int64_t batch, int64_t threads)
{
    const int64_t rounds = (count + batch * threads - 1) / (batch * threads);
    return rounds * threads < count ? rounds * threads : count;
}

/* Read the samples of a group that can be read. index[read] are their places in the list. */
static outcome_t read_group(const work_t *work, int64_t group, float *inputs, int64_t *index, int64_t *read)
{
    const inference_t *inference = work->inference;
    const net_size_t *size = inference->size;
    const int64_t floats = size->channels * size->height * size->width;
    *read = 0;
    for (int64_t i = group * work->count / work->groups; i < (group + 1) * work->count / work->groups; i++) {
        const outcome_t result = dataset_read(inference->dataset, work->samples[i], inputs + *read * floats);
        if (outcome_is_ok(&result))
            index[(*read)++] = i;
        else if (!inference->skip_bad || !outcome_is_error(&result) || outcome_fault(&result) != FAULT_FAILED)
            return result;
        else if (work->predicted != NULL)
            work->predicted[i] = SAMPLE_SKIPPED;
    }
    return outcome_ok();
}

static void run_group(void *context, int64_t group, int worker)
{
    work_t *work = context;
    const inference_t *inference = work->inference;
    const net_size_t *size = inference->size;
    float *inputs = work->inputs + worker * work->most * size->channels * size->height * size->width;
    float *logits = work->logits + worker * work->most * size->classes;
    int64_t index[ENGINE_BATCH], read;
    outcome_t *failure = &work->failures[worker];
    if (!outcome_is_ok(failure) || outcome_bad(failure, read_group(work, group, inputs, index, &read)) ||
        outcome_bad(failure, engine_predict_some(inference->engine, worker, read, inputs, logits)))
        return;
    for (int64_t i = 0; i < read; i++) {
        const float *row = logits + i * size->classes;
        if (inference->take != NULL)
            inference->take(inference->context, index[i], row);
        if (work->predicted != NULL)
            work->predicted[index[i]] = inference_answer(row, size->classes);
    }
    if (worker == 0)
        progress_update(&work->progress, group * work->count / work->groups);
}

outcome_t inference_run(const inference_t *inference, const char *title, const int64_t *samples, int64_t count,
                        int *predicted)
{
    const net_size_t *size = inference->size;
    const size_t threads = (size_t)inference->threads;
    work_t work = {.inference = inference, .samples = samples, .count = count, .predicted = predicted};
    work.groups = groups_of(count, engine_batch(inference->engine), inference->threads);
    work.most = work.groups > 0 ? (count + work.groups - 1) / work.groups : 1;
    const size_t places = threads * (size_t)work.most;
    work.inputs = malloc(places * (size_t)(size->channels * size->height * size->width) * sizeof *work.inputs);
    work.logits = malloc(places * (size_t)size->classes * sizeof *work.logits);
    work.failures = calloc(threads, sizeof *work.failures);
    outcome_t result;
    if (work.inputs == NULL || work.logits == NULL || work.failures == NULL) {
        result = outcome_out_of_memory("samples");
        goto out;
    }
    progress_start(&work.progress, title, "samples", count);
    result = threads_for(inference->threads, work.groups, run_group, &work);
    progress_finish(&work.progress);
    for (size_t i = 0; i < threads && outcome_is_ok(&result); i++)
        result = work.failures[i];

out:
    free(work.inputs);
    free(work.logits);
    free(work.failures);
    return result;
}
