/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_INFERENCE_H
#define BBS_MEASURE_INFERENCE_H

#include "data/dataset.h"
#include "engine/engine.h"

/* Run samples of a data set through an engine. Each sample is run by one worker, with up to ENGINE_BATCH others where the
 * engine gains by it, so the answers are the same for any number of workers. */

typedef struct {
    const dataset_t *dataset;
    engine_t *engine;
    const net_size_t *size; /* of the engine's network */
    int threads;            /* as many as the engine has workers */
    bool skip_bad;          /* a sample that cannot be read is SAMPLE_SKIPPED (sample_list.h); else it is an error */
    /* Optional: called with the logits of each sample that was read, `index` in the list, by the worker that ran it. */
    void (*take)(void *context, int64_t index, const float *logits);
    void *context;
} inference_t;

/* Run samples[count], given by their numbers in the data set, with a progress bar titled `title`. predicted[count] receives
 * the class with the largest logit, the first of equal ones; NULL when only the engine's observer is of interest. */
outcome_t inference_run(const inference_t *inference, const char *title, const int64_t *samples, int64_t count,
                        int *predicted);

/* The class with the largest logit, the first of equal ones. */
int inference_answer(const float *logits, int64_t classes);

#endif
