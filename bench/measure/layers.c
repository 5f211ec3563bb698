/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/layers.h"

#include "compress/spec.h"
#include "measure/accuracy_answers.h"
#include "measure/sample_list.h"
#include "measure/variant.h"
#include "rows/statistics.h"

#include <math.h>
#include <stdlib.h>

static const char reference_method[] = "int8";
enum { FLOAT_BITS = 32, INTEGER_BITS = 8 }; /* of activations */

typedef struct {
    accuracy_session_t session;
    const predictions_t *reference; /* answers of INT8 */
    predictions_t *answers;         /* room for those of one layer */
    double *values;                 /* room for a number of each sample */
    const char *method;
    layers_sink_t sink;
    void *context;
} tour_t;

/* ===  Measures of one layer  === */

/* Copy what `of` gives of each sample that could be read; returns how many. */
static size_t collect(const tour_t *tour, double (*of)(const outputs_t *outputs))
{
    size_t count = 0;
    for (int64_t i = 0; i < tour->answers->samples; i++)
        if (tour->answers->predicted[i] != SAMPLE_SKIPPED)
            tour->values[count++] = of(&tour->answers->outputs[i]);
    return count;
}

static double kl_of(const outputs_t *outputs)
{
    return outputs->kl[OUTPUTS_INT8];
}

static double error_of(const outputs_t *outputs)
{
    return outputs->logit_error[OUTPUTS_INT8];
}

static void measure(const tour_t *tour, layers_row_t *row)
{
    const predictions_t *is = tour->answers, *was = tour->reference;
    size_t count = collect(tour, kl_of);
    const statistics_summary_t kl = statistics_summary(tour->values, count);
    row->samples = (int64_t)count;
    row->kl = kl.mean;
    row->kl_error = kl.error;
    row->kl_median = kl.median;
    row->kl_p99 = kl.p99;
    count = collect(tour, error_of);
    row->logit_error_median = statistics_summary(tour->values, count).median;
    for (int64_t i = 0; i < is->samples; i++) {
        row->flips += is->predicted[i] != was->predicted[i];
        row->lost += is->predicted[i] != is->label[i] && was->predicted[i] == is->label[i];
        row->gained += is->predicted[i] == is->label[i] && was->predicted[i] != is->label[i];
    }
}

static outcome_t visit(void *context, size_t index, const compress_size_t *size)
{
    tour_t *tour = context;
    accuracy_session_t *session = &tour->session;
    const char *layer = session->network.layers[index].name;
    layers_row_t row = {.net = session->net->name,
                        .size = session->size->name,
                        .data = accuracy_session_data(session),
                        .method = tour->method,
                        .layer = layer,
                        .place = (int64_t)index + 1,
                        .bits = *size,
                        .activation_bits = session->config->integers ? INTEGER_BITS : FLOAT_BITS,
                        .stand_in = session->size->stand_in};
    outcome_t result = outcome_ok();
    if (size->whole_layers > 0) { /* the same weights as INT8: nothing to run */
        for (int64_t i = 0; i < tour->reference->samples; i++) {
            tour->answers->predicted[i] = tour->reference->predicted[i];
            tour->answers->outputs[i] = tour->reference->outputs[i];
        }
    } else {
        const text_t title = text_of("%s %s", tour->method, layer);
        result = accuracy_answers_run(session, title.chars, NULL, tour->answers);
    }
    if (!outcome_is_ok(&result))
        return result;
    measure(tour, &row);
    tour->sink(tour->context, &row);
    return result;
}

/* ===  All  === */

static outcome_t check_method(const char *spec)
{
    const method_t *method;
    method_config_t parsed;
    outcome_t result = method_parse(spec, &method, &parsed);
    if (!outcome_is_ok(&result))
        return result;
    for (int i = 0; i < OUTPUTS_REFERENCES; i++)
        if (text_equal(spec, outputs_references[i]))
            return outcome_usage("--layers", spec, "a reference", "a method that compresses", NULL);
    if (parsed.activation_bits > 0)
        return outcome_usage("--layers", spec, "a method with activations of its own", "the method without that key", NULL);
    return result;
}

/* The network in INT8: its logits are the reference of all layers. */
static outcome_t run_reference(tour_t *tour)
{
    accuracy_session_t *session = &tour->session;
    predictions_t *answers = &session->answers[0];
    logits_t *logits = &session->reference[OUTPUTS_INT8];
    compress_size_t unused;
    outcome_t result;
    if (outcome_bad(&result, logits_create(answers->samples, session->size->classes, logits)) ||
        outcome_bad(&result, variant_apply(&session->network, reference_method, session->config->threads, session->engine,
                                           &unused, NULL)))
        return result;
    tour->reference = answers;
    tour->answers = &session->answers[1];
    return accuracy_answers_run(session, reference_method, logits, answers);
}

outcome_t layers_run(const accuracy_config_t *config, layers_sink_t sink, void *context)
{
    tour_t tour = {.sink = sink, .context = context};
    const char *methods[] = {reference_method, reference_method}; /* room for the answers of INT8 and of a layer */
    accuracy_config_t own = *config;
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < config->method_count && outcome_is_ok(&result); i++)
        result = check_method(config->methods[i]);
    own.methods = methods;
    own.method_count = sizeof methods / sizeof *methods;
    own.predictions = NULL;
    own.usual_methods = false;
    if (!outcome_is_ok(&result) || outcome_bad(&result, accuracy_session_open(&own, &tour.session)))
        goto out;
    tour.values = malloc((size_t)tour.session.answers[0].samples * sizeof *tour.values);
    result = tour.values != NULL ? run_reference(&tour) : outcome_out_of_memory("layers");
    for (size_t i = 0; i < config->method_count && outcome_is_ok(&result); i++) {
        tour.method = config->methods[i];
        result = variant_each(&tour.session.network, tour.method, config->threads, tour.session.engine, visit, &tour);
    }

out:
    accuracy_session_close(&tour.session);
    free(tour.values);
    return result;
}
