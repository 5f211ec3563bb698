/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shards/cost.h"

#include "base/progress.h"
#include "measure/accuracy_answers.h"
#include "measure/variant.h"

#include <stdlib.h>

static const char timed_method[] = "int8";

static outcome_t describe(const accuracy_session_t *session, cost_t *cost)
{
    cost->net = text_of("%s", session->net->name);
    cost->size = text_of("%s", session->size->name);
    cost->data = text_of("%s", accuracy_session_data(session));
    cost->samples = session->listed;
    cost->methods = calloc(session->method_count + 1, sizeof *cost->methods);
    for (size_t i = 0; cost->methods != NULL && i < session->method_count; i++) {
        cost->methods[i] = text_copy(session->methods[i]);
        if (cost->methods[i] == NULL)
            return outcome_out_of_memory("plan");
        cost->method_count++;
    }
    return cost->methods != NULL ? outcome_ok() : outcome_out_of_memory("plan");
}

/* Give the weights of a method to the engine. A file that is compressed already is taken as it is. */
static outcome_t apply(accuracy_session_t *session, const char *method)
{
    const stored_t *stored = &session->checkpoint.stored;
    compress_size_t bits;
    return stored->compressed
               ? variant_apply_stored(stored, &session->network, session->config->threads, session->engine, &bits, NULL)
               : variant_apply(&session->network, method, session->config->threads, session->engine, &bits, NULL);
}

static outcome_t time_parts(accuracy_session_t *session, cost_t *cost)
{
    predictions_t *answers = &session->answers[0];
    double started = progress_cpu_clock();
    outcome_t result = apply(session, session->methods[session->method_count - 1]);
    if (!outcome_is_ok(&result))
        return result;
    cost->compress_seconds = progress_cpu_clock() - started;
    if (outcome_bad(&result, apply(session, timed_method)))
        return result;
    answers->samples = answers->samples < COST_SAMPLES ? answers->samples : COST_SAMPLES;
    started = progress_cpu_clock();
    result = accuracy_answers_run(session, "measuring", NULL, answers);
    cost->sample_seconds = (progress_cpu_clock() - started) / (double)answers->samples;
    return result;
}

outcome_t cost_measure(const accuracy_config_t *config, cost_t *cost)
{
    accuracy_session_t *session = calloc(1, sizeof *session);
    accuracy_config_t plain = *config;
    const double started = progress_cpu_clock();
    *cost = (cost_t){.methods = NULL};
    if (session == NULL)
        return outcome_out_of_memory("plan");
    plain.predictions = NULL; /* nothing is kept */
    plain.samples = NULL;
    outcome_t result = accuracy_check_methods(config);
    if (outcome_is_ok(&result))
        result = accuracy_session_open(&plain, session);
    cost->load_seconds = progress_cpu_clock() - started;
    if (outcome_is_ok(&result) && !outcome_bad(&result, describe(session, cost)))
        result = time_parts(session, cost);
    accuracy_session_close(session);
    free(session);
    return result;
}

void cost_free(cost_t *cost)
{
    for (size_t i = 0; i < cost->method_count; i++)
        free(cost->methods[i]);
    free(cost->methods);
    *cost = (cost_t){.methods = NULL};
}
