/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/accuracy.h"

#include "base/file.h"
#include "base/home.h"
#include "base/progress.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/threads.h"
#include "compress/spec.h"
#include "data/dataset.h"
#include "engine/engine.h"
#include "measure/predictions.h"
#include "measure/sample_list.h"
#include "rows/statistics.h"
#include "measure/variant.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

/* Activations are float32, or quantised as the paper does; never as a method of its own would. */
enum { float_activation_bits = 32, integer_activation_bits = 8 };

enum { f1_batch = 32 }; /* of the paper's authors: their MRPC figure is the mean F1 of batches of 32, the last of 24 */

static const char reference_method[] = "int8"; /* what the paper's losses are measured against (Fig. 11) */

/* Everything open for one network. */
typedef struct {
    const accuracy_config_t *config;
    net_weights_t weights;
    int8_network_t network; /* of these weights */
    dataset_t dataset;
    const profile_t *profile;
    net_ranges_t ranges; /* with integer activations */
    engine_t *engine;
    predictions_t *answers; /* one a method, over the same samples */
    accuracy_row_t *rows;
    text_t identity;   /* hashes of weights and data, for the keys */
    text_t vocabulary; /* its path; the data set keeps a pointer to it */
} session_t;

/* ===  Predicting  === */

typedef struct {
    const session_t *session;
    predictions_t *answers;
    float *inputs, *logits; /* one a worker */
    outcome_t *failures;    /* one a worker */
    progress_t progress;
} batch_t;

static void predict_one(void *context, int64_t index, int worker)
{
    batch_t *batch = context;
    const session_t *session = batch->session;
    const net_size_t *size = session->config->size;
    float *input = batch->inputs + worker * size->channels * size->height * size->width;
    float *logits = batch->logits + worker * size->classes;
    outcome_t result = dataset_read(&session->dataset, batch->answers->sample[index], input);
    if (outcome_is_error(&result) && session->config->skip_bad && outcome_fault(&result) == FAULT_FAILED) {
        batch->answers->predicted[index] = SAMPLE_SKIPPED;
        return;
    }
    if (!outcome_is_ok(&result) || outcome_bad(&result, engine_predict(session->engine, worker, input, logits))) {
        batch->failures[worker] = result;
        return;
    }
    int best = 0;
    for (int64_t i = 1; i < size->classes; i++)
        if (logits[i] > logits[best])
            best = (int)i;
    batch->answers->predicted[index] = best;
    if (worker == 0)
        progress_update(&batch->progress, index);
}

static outcome_t predict_all(const session_t *session, const char *title, predictions_t *answers)
{
    const accuracy_config_t *config = session->config;
    const net_size_t *size = config->size;
    size_t threads = (size_t)config->threads;
    batch_t batch = {.session = session, .answers = answers};
    batch.inputs = malloc(threads * (size_t)(size->channels * size->height * size->width) * sizeof(float));
    batch.logits = malloc(threads * (size_t)size->classes * sizeof(float));
    batch.failures = calloc(threads, sizeof *batch.failures);
    outcome_t result;
    if (batch.inputs == NULL || batch.logits == NULL || batch.failures == NULL) {
        result = outcome_out_of_memory("samples");
        goto out;
    }
    progress_start(&batch.progress, title, "samples", answers->samples);
    result = threads_for(config->threads, answers->samples, predict_one, &batch);
    progress_finish(&batch.progress);
    for (size_t i = 0; i < threads && outcome_is_ok(&result); i++)
        result = batch.failures[i];

out:
    free(batch.inputs);
    free(batch.logits);
    free(batch.failures);
    return result;
}

/* Everything the answers depend on, in one line. Integer answers do not depend on the library or the processor. */
static text_t key_of(const session_t *session, const char *method)
{
    const accuracy_config_t *config = session->config;
    const text_t engine = config->integers ? text_of("integers") : text_of("%s", engine_versions().chars);
    return text_of("%s method=%s first=%s images=%lld of=%lld kernels=%s engine=%s%s", session->identity.chars, method,
                   config->prune_first_layer ? "prune" : "keep", (long long)session->answers[0].samples,
                   (long long)session->dataset.samples, config->kernels, engine.chars,
                   config->skip_bad ? " bad=skipped" : "");
}

/* Seconds of all processors that this program has used. */
static double cpu_clock(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static outcome_t answer(session_t *session, size_t index)
{
    const accuracy_config_t *config = session->config;
    const char *spec = config->methods[index];
    predictions_t *answers = &session->answers[index];
    accuracy_row_t *row = &session->rows[index];
    text_t stem = text_of("%s/%s.%s.%s", config->predictions ? config->predictions : "", config->network->name,
                          config->size->name, spec);
    text_t key = key_of(session, spec);
    outcome_t result;
    row->activation_bits = config->integers ? integer_activation_bits : float_activation_bits;
    if (config->predictions != NULL &&
        outcome_bad(&result, predictions_load(stem.chars, key.chars, answers, answers->predicted, &row->reused)))
        return result;
    if (outcome_bad(&result, variant_apply(&session->network, spec, config->threads, row->reused ? NULL : session->engine,
                                           &row->bits)))
        return result;
    if (!row->reused) {
        text_t title = text_of("%s %s", config->network->name, spec);
        double started = progress_clock(), used = cpu_clock();
        result = predict_all(session, title.chars, answers);
        row->seconds = progress_clock() - started;
        row->cpu_seconds = cpu_clock() - used;
        if (outcome_is_ok(&result) && config->predictions != NULL)
            result = predictions_save(stem.chars, key.chars, answers);
    }
    return result;
}

/* ===  Rows  === */

static void complete_row(session_t *session, size_t index, const predictions_t *reference)
{
    const accuracy_config_t *config = session->config;
    const predictions_t *answers = &session->answers[index];
    accuracy_row_t *row = &session->rows[index];
    row->net = config->network->name;
    row->size = config->size->name;
    row->data = session->dataset.kind->name;
    row->method = config->methods[index];
    row->profile = session->profile->name;
    row->kernels = config->kernels;
    row->stand_in = config->size->stand_in;
    row->samples = answers->samples;
    row->available = session->dataset.samples;
    row->correct = predictions_correct(answers);
    statistics_wilson(row->correct, row->samples, &row->wilson_low, &row->wilson_high);
    row->f1 = row->f1_batch32 = NAN;
    if (session->dataset.kind->f1) {
        row->f1 = statistics_f1(answers->label, answers->predicted, answers->samples);
        row->f1_batch32 = statistics_f1_batches(answers->label, answers->predicted, answers->samples, f1_batch);
    }
    row->paired = reference != NULL && reference != answers;
    row->reference = reference_method;
    row->mcnemar_p = NAN;
    if (row->paired) {
        flips_t flips = statistics_flips(answers->label, reference->predicted, answers->predicted, answers->samples);
        row->right_to_wrong = flips.right_to_wrong;
        row->wrong_to_right = flips.wrong_to_right;
        row->mcnemar_p = statistics_mcnemar(flips);
    }
}

/* Samples and lines that could not be read, out of all methods and into all rows. */
static outcome_t drop_skipped(session_t *session)
{
    const dataset_t *data = &session->dataset;
    size_t methods = session->config->method_count;
    int64_t skipped, first;
    outcome_t result = sample_list_drop(data->kind->name, session->answers, methods, &skipped, &first);
    for (size_t i = 0; i < methods; i++) {
        session->rows[i].skipped = data->skipped + skipped;
        session->rows[i].first_skipped = first >= 0 ? dataset_name_of(data, first) : data->first_skipped;
    }
    return result;
}

/* ===  The session  === */

/* Ranges that belong to the weights: read, never made, here. */
static outcome_t open_ranges(session_t *session)
{
    const accuracy_config_t *config = session->config;
    const text_t beside = net_ranges_path(session->weights.path.chars);
    const char *path = config->ranges != NULL ? config->ranges : beside.chars;
    if (config->size->cfg == NULL) /* a transformer */
        return outcome_ok();
    if (!file_exists(path))
        return outcome_missing(path, NULL, "no such file", "the ranges of the activations",
                               text_of("make them: bbsbench calibrate --net %s", config->network->name).chars);
    return net_ranges_load(path, &session->weights.table, &session->ranges);
}

static outcome_t open_kernels(session_t *session)
{
    const accuracy_config_t *config = session->config;
    outcome_t result;
    if (!config->integers)
        return engine_open(&session->weights, config->kernels, config->threads, &session->engine);
    if (outcome_bad(&result, open_ranges(session)))
        return result;
    return engine_open_integers(&session->weights, config->kernels, &session->ranges, config->threads, &session->engine);
}

static outcome_t identify(session_t *session)
{
    sha256_t digest;
    outcome_t result;
    if (outcome_bad(&result, sha256_file(session->weights.path.chars, &digest)))
        return result;
    session->identity = text_of("weights=%.16s data=", digest.hex);
    for (int i = 0; i < session->dataset.file_count; i++) {
        if (outcome_bad(&result, sha256_file(session->dataset.files[i].chars, &digest)))
            return result;
        session->identity = text_of("%s%.16s", session->identity.chars, digest.hex);
    }
    if (session->ranges.most != NULL) {
        if (outcome_bad(&result, sha256_file(session->ranges.path.chars, &digest)))
            return result;
        session->identity = text_of("%s ranges=%.16s", session->identity.chars, digest.hex);
    }
    return result;
}

static outcome_t make_samples(session_t *session)
{
    const accuracy_config_t *config = session->config;
    int64_t all = session->dataset.samples, count = config->images > 0 && config->images < all ? config->images : all;
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < config->method_count && outcome_is_ok(&result); i++) {
        if (outcome_bad(&result, predictions_create(count, &session->answers[i])) ||
            outcome_bad(&result, dataset_subset(&session->dataset, count, session->answers[i].sample)))
            break;
        for (int64_t s = 0; s < count; s++)
            session->answers[i].label[s] = session->dataset.labels[session->answers[i].sample[s]];
    }
    if (outcome_is_ok(&result) && config->samples != NULL)
        result = sample_list_write(config->samples, config->network->name, &session->dataset, &session->answers[0]);
    return result;
}

static outcome_t check_shapes(const session_t *session)
{
    const net_size_t *size = session->config->size;
    const dataset_t *data = &session->dataset;
    if (data->channels == size->channels && data->height == size->height && data->width == size->width &&
        data->classes == size->classes)
        return outcome_ok();
    return outcome_failed(
        session->dataset.kind->name, NULL,
        text_of("%d classes of %d x %d x %d", (int)data->classes, (int)data->channels, (int)data->height, (int)data->width)
            .chars,
        text_of("%d of %d x %d x %d", (int)size->classes, (int)size->channels, (int)size->height, (int)size->width).chars,
        "give the data that this network was trained on");
}

static outcome_t open_dataset(session_t *session)
{
    const accuracy_config_t *config = session->config;
    dataset_request_t request = {.path = config->data,
                                 .classes = config->size->classes,
                                 .vocabulary = config->vocabulary,
                                 .tokens = config->size->width,
                                 .skip_bad = config->skip_bad};
    outcome_t result;
    if (outcome_bad(&result, profile_find(config->size->profile, &request.profile)))
        return result;
    if (request.vocabulary == NULL && config->size->vocabulary != NULL) {
        if (outcome_bad(&result, home_path(config->size->vocabulary, &session->vocabulary)))
            return result;
        request.vocabulary = session->vocabulary.chars;
    }
    session->profile = request.profile;
    if (outcome_bad(&result, dataset_open(config->size->dataset, &request, &session->dataset)))
        return result;
    return check_shapes(session);
}

static outcome_t open_session(const accuracy_config_t *config, session_t *session)
{
    *session = (session_t){.config = config};
    session->answers = calloc(config->method_count, sizeof *session->answers);
    session->rows = calloc(config->method_count, sizeof *session->rows);
    if (session->answers == NULL || session->rows == NULL)
        return outcome_out_of_memory("accuracy");
    outcome_t result;
    if ((config->predictions != NULL && outcome_bad(&result, file_make_folder(config->predictions))) ||
        outcome_bad(&result, net_weights_load(config->network, config->size, config->weights, &session->weights)) ||
        outcome_bad(&result,
                    int8_network_from(&session->weights, config->prune_first_layer, config->threads, &session->network)) ||
        outcome_bad(&result, open_dataset(session)) || outcome_bad(&result, open_kernels(session)) ||
        outcome_bad(&result, identify(session)))
        return result;
    return make_samples(session);
}

static void close_session(session_t *session)
{
    engine_close(session->engine);
    net_ranges_free(&session->ranges);
    for (size_t i = 0; i < session->config->method_count && session->answers != NULL; i++)
        predictions_free(&session->answers[i]);
    free(session->answers);
    free(session->rows);
    dataset_close(&session->dataset);
    int8_network_free(&session->network);
    net_weights_free(&session->weights);
}

/* All specs are checked before the first sample is run. */
static outcome_t check_methods(const accuracy_config_t *config)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < config->method_count && outcome_is_ok(&result); i++) {
        const method_t *method;
        method_config_t parsed;
        result = method_parse(config->methods[i], &method, &parsed);
    }
    return result;
}

outcome_t accuracy_run(const accuracy_config_t *config, accuracy_sink_t sink, void *context)
{
    session_t session = {.config = config};
    const predictions_t *reference = NULL;
    outcome_t result;
    if (outcome_bad(&result, check_methods(config)) || outcome_bad(&result, open_session(config, &session)))
        goto out;
    for (size_t i = 0; i < config->method_count; i++) {
        if (outcome_bad(&result, answer(&session, i)))
            goto out;
        if (text_equal(config->methods[i], reference_method))
            reference = &session.answers[i];
    }
    if (outcome_bad(&result, drop_skipped(&session)))
        goto out;
    for (size_t i = 0; i < config->method_count; i++) {
        complete_row(&session, i, reference);
        sink(context, &session.rows[i]);
    }

out:
    close_session(&session);
    return result;
}
