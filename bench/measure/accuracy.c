/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/accuracy.h"

#include "base/text.h"
#include "compress/spec.h"
#include "measure/accuracy_answers.h"
#include "measure/accuracy_warnings.h"
#include "measure/sample_list.h"
#include "rows/statistics.h"

#include <math.h>
#include <stdlib.h>

/* Without activation bits of the method, activations are float32, or 8 bits quantised as in the paper for all methods. */
enum { float_activation_bits = 32, integer_activation_bits = 8 };

enum { f1_batch = 32 }; /* as the paper's authors report MRPC: the mean F1 of batches of 32, the last one of 24 */

static const char reference_method[] = "int8"; /* the paper measures losses against it (Fig. 11) */

/* ===  Rows  === */

/* The bits of the activations under a method whose spec is known to be good. */
static int activation_bits_of(const accuracy_config_t *config, const char *spec)
{
    const method_t *method;
    method_config_t parsed;
    const outcome_t result = method_parse(spec, &method, &parsed);
    if (outcome_is_ok(&result) && parsed.activation_bits > 0)
        return parsed.activation_bits;
    return config->integers ? integer_activation_bits : float_activation_bits;
}

static void complete_row(const accuracy_session_t *session, size_t index, const predictions_t *reference,
                         accuracy_row_t *row)
{
    const accuracy_config_t *config = session->config;
    const predictions_t *answers = &session->answers[index];
    row->activation_bits = activation_bits_of(config, session->methods[index]);
    row->net = session->net->name;
    row->size = session->size->name;
    row->data = accuracy_session_data(session);
    row->method = session->methods[index];
    row->profile = session->preprocessing.profile->name;
    row->profile_words = session->profile_words.chars;
    row->profile_reason = session->preprocessing.said.chars;
    row->notes = session->notes.chars != NULL ? session->notes.chars : "";
    row->kernels = config->source != NULL && config->source->kernels != NULL ? config->source->kernels : config->kernels;
    row->stand_in = session->size->stand_in;
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

/* Remove samples that could not be read from the answers of every method, and count them in every row. */
static outcome_t drop_skipped(accuracy_session_t *session, accuracy_row_t *rows)
{
    const dataset_t *data = &session->dataset;
    size_t methods = session->method_count;
    int64_t skipped, first;
    outcome_t result = sample_list_drop(data->kind->name, session->answers, methods, &skipped, &first);
    for (size_t i = 0; i < methods; i++) {
        rows[i].skipped = data->skipped + skipped;
        rows[i].first_skipped = first >= 0 ? dataset_name_of(data, first) : data->first_skipped;
    }
    return result;
}

/* ===  All  === */

outcome_t accuracy_check_methods(const accuracy_config_t *config)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < config->method_count && outcome_is_ok(&result); i++) {
        const method_t *method;
        method_config_t parsed;
        if (!outcome_bad(&result, method_parse(config->methods[i], &method, &parsed)) && config->integers &&
            parsed.activation_bits > 0)
            result = outcome_usage("--activations int8", config->methods[i], "a method with activations of its own",
                                   "--activations fp32, or the method without the key activations", NULL);
    }
    return result;
}

outcome_t accuracy_run(const accuracy_config_t *config, accuracy_sink_t sink, void *context)
{
    accuracy_session_t session = {.config = config};
    const predictions_t *reference = NULL;
    accuracy_row_t *rows = calloc(config->method_count + 1, sizeof *rows);
    outcome_t result = rows != NULL ? outcome_ok() : outcome_out_of_memory("accuracy");
    if (!outcome_is_ok(&result) || outcome_bad(&result, accuracy_check_methods(config)) ||
        outcome_bad(&result, accuracy_session_open(config, &session)))
        goto out;
    if (outcome_bad(&result, accuracy_answers(&session, rows)))
        goto out;
    for (size_t i = 0; i < session.method_count; i++)
        if (text_equal(session.methods[i], reference_method))
            reference = &session.answers[i];
    if (outcome_bad(&result, drop_skipped(&session, rows)))
        goto out;
    accuracy_warn(&session);
    for (size_t i = 0; i < session.method_count; i++) {
        complete_row(&session, i, reference, &rows[i]);
        sink(context, &rows[i]);
    }

out:
    accuracy_session_close(&session);
    free(rows);
    return result;
}
