/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/steps.h"

#include "base/text.h"
#include "compress/spec.h"
#include "measure/accuracy_session.h"
#include "measure/inference.h"
#include "measure/variant.h"

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(steps_row_t, member), .key = true
#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(steps_row_t, member)
#define REAL(member) .name = #member, ROWS_PLACE_REAL(steps_row_t, member), .sense = ROWS_FOLLOWS

static const rows_column_t columns[] = {
    {TEXT(net), .heading = "Network", .meaning = "the network, as `--net` calls it"},
    {TEXT(size), .heading = "Size", .meaning = "full: the paper's network; compact: its stand-in"},
    {TEXT(data), .heading = "Data", .meaning = "the data set"},
    {TEXT(method), .heading = "Method", .meaning = "the method that all layers are put under"},
    {TEXT(kernels), .heading = "Kernels", .meaning = "the kernel set"},
    {TEXT(step), .heading = "Step", .meaning = "the kind of work"},
    {INTEGER(activation_bits), .heading = "Activations", .unit = "bits", .meaning = "32: float; 8: INT8"},
    {INTEGER(samples), .heading = "N", .unit = "samples", .meaning = "samples that were timed"},
    {INTEGER(threads), .heading = "Threads", .meaning = "threads that ran samples at the same time, each its own"},
    {REAL(ms), .heading = "Time", .unit = "ms a sample", .decimals = 3,
     .meaning = "processor time of the step, mean over the samples"},
    {REAL(share), .heading = "Share", .unit = "of the sample", .decimals = 3, .meaning = "of the time of all steps"},
    {REAL(pieces), .heading = "Pieces", .unit = "a sample", .decimals = 1,
     .meaning = "pieces of work that the time was taken of"},
    {.name = NULL},
};

const rows_schema_t steps_schema = {.name = "steps",
                                    .about = "Where the time of a prediction goes, by kind of step (docs/performance.md).",
                                    .columns = columns};

enum { WARM_SAMPLES = 16, FLOAT_BITS = 32, INTEGER_BITS = 8 };

static const char *const names[ENGINE_STEP_KINDS] = {[ENGINE_STEP_PRODUCT] = "product",
                                                     [ENGINE_STEP_ATTENTION] = "attention",
                                                     [ENGINE_STEP_SOFTMAX] = "softmax",
                                                     [ENGINE_STEP_GELU] = "gelu",
                                                     [ENGINE_STEP_NORM] = "norm",
                                                     [ENGINE_STEP_QUANTISE] = "quantise",
                                                     [ENGINE_STEP_RESCALE] = "rescale",
                                                     [ENGINE_STEP_POOL] = "pooling",
                                                     [ENGINE_STEP_ADD] = "addition",
                                                     [ENGINE_STEP_GATHER] = "gather",
                                                     [ENGINE_STEP_EMBEDDING] = "embedding",
                                                     [ENGINE_STEP_ELEMENTWISE] = "elementwise",
                                                     [ENGINE_STEP_BETWEEN] = "between steps"};

const char *steps_name(engine_step_kind_t kind)
{
    return names[kind];
}

/* Give the kinds to the sink, the longest first; of equal ones the first. */
static void report(const engine_profile_t *profile, steps_row_t row, steps_sink_t sink, void *context)
{
    double left[ENGINE_STEP_KINDS], all = 0;
    row.samples = profile->samples;
    for (int kind = 0; kind < ENGINE_STEP_KINDS; kind++) {
        left[kind] = profile->seconds[kind];
        all += left[kind];
    }
    for (;;) {
        int longest = 0;
        for (int kind = 1; kind < ENGINE_STEP_KINDS; kind++)
            longest = left[kind] > left[longest] ? kind : longest;
        if (!(left[longest] > 0))
            return;
        row.step = names[longest];
        row.ms = 1e3 * left[longest] / (double)row.samples;
        row.share = left[longest] / all;
        row.pieces = (double)profile->laps[longest] / (double)row.samples;
        sink(context, &row);
        left[longest] = 0;
    }
}

/* Give the method's weights to the engine. */
static outcome_t apply(accuracy_session_t *session, const char *spec)
{
    const stored_t *stored = &session->checkpoint.stored;
    const method_t *method;
    method_config_t parsed;
    compress_size_t unused;
    outcome_t result;
    if (stored->compressed && text_equal(spec, stored->method.chars))
        return variant_apply_stored(stored, &session->network, session->config->threads, session->engine, &unused, NULL);
    if (outcome_bad(&result, method_parse(spec, &method, &parsed)))
        return result;
    if (parsed.activation_bits > 0)
        return outcome_usage("--profile-steps", spec, "a method with activations of its own", "the method without that key",
                             NULL);
    return variant_apply(&session->network, spec, session->config->threads, session->engine, &unused, NULL);
}

static outcome_t run_method(accuracy_session_t *session, const char *method, steps_sink_t sink, void *context)
{
    const accuracy_config_t *config = session->config;
    const predictions_t *samples = &session->answers[0];
    const inference_t inference = {.dataset = &session->dataset,
                                   .engine = session->engine,
                                   .size = session->size,
                                   .threads = config->threads,
                                   .skip_bad = config->skip_bad};
    const steps_row_t row = {.net = session->net->name,
                             .size = session->size->name,
                             .data = accuracy_session_data(session),
                             .method = method,
                             .kernels = config->kernels,
                             .activation_bits = config->integers ? INTEGER_BITS : FLOAT_BITS,
                             .threads = config->threads};
    const int64_t warm = samples->samples < WARM_SAMPLES ? samples->samples : WARM_SAMPLES;
    outcome_t result;
    if (outcome_bad(&result, apply(session, method)) ||
        outcome_bad(&result, inference_run(&inference, method, samples->sample, warm, NULL)) ||
        outcome_bad(&result, engine_profile(session->engine)) ||
        outcome_bad(&result, inference_run(&inference, method, samples->sample, samples->samples, NULL)))
        return result;
    const engine_profile_t profile = engine_profile_of(session->engine);
    report(&profile, row, sink, context);
    return result;
}

outcome_t steps_run(const accuracy_config_t *config, steps_sink_t sink, void *context)
{
    accuracy_session_t session = {.config = config};
    outcome_t result = accuracy_session_open(config, &session);
    for (size_t i = 0; i < session.method_count && outcome_is_ok(&result); i++)
        result = run_method(&session, session.methods[i], sink, context);
    accuracy_session_close(&session);
    return result;
}
