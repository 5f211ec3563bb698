/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/accuracy_answers.h"

#include "base/progress.h"
#include "base/threads.h"
#include "compress/spec.h"
#include "measure/activations.h"
#include "measure/inference.h"
#include "measure/sample_list.h"
#include "measure/variant.h"

#include <string.h>

/* ===  One method  === */

/* Where the logits of each sample go. */
typedef struct {
    const accuracy_session_t *session;
    logits_t *logits; /* NULL: nowhere else */
    predictions_t *answers;
} taking_t;

static void measure(const accuracy_session_t *session, int64_t index, const float *logits, predictions_t *answers)
{
    const float *references[OUTPUTS_REFERENCES];
    for (int i = 0; i < OUTPUTS_REFERENCES; i++)
        references[i] = logits_at(&session->reference[i], index);
    answers->outputs[index] = outputs_of(logits, session->size->classes, answers->label[index], references);
}

static void take(void *context, int64_t index, const float *logits)
{
    const taking_t *taking = context;
    if (taking->logits != NULL)
        logits_put(taking->logits, index, logits);
    measure(taking->session, index, logits, taking->answers);
}

/* " (2 of 4)": which of the methods this is; "" for answers of something else. */
static text_t place_of(const accuracy_session_t *session, const char *title, const predictions_t *answers)
{
    const ptrdiff_t place = answers - session->answers;
    if (place >= 0 && (size_t)place < session->method_count && text_equal(session->methods[place], title))
        return text_of(" (%td of %zu)", place + 1, session->method_count);
    return text_of("%s", "");
}

outcome_t accuracy_answers_run(accuracy_session_t *session, const char *title, logits_t *logits, predictions_t *answers)
{
    const accuracy_config_t *config = session->config;
    taking_t taking = {.session = session, .logits = logits, .answers = answers};
    const inference_t inference = {.dataset = &session->dataset,
                                   .engine = session->engine,
                                   .size = session->size,
                                   .threads = config->threads,
                                   .skip_bad = config->skip_bad,
                                   .take = take,
                                   .context = &taking};
    const text_t whole_title = text_of("%s %s%s", session->net->name, title, place_of(session, title, answers).chars);
    return inference_run(&inference, whole_title.chars, answers->sample, answers->samples, answers->predicted);
}

static bool filters_activations(const char *spec)
{
    const method_t *method;
    method_config_t parsed;
    const outcome_t result = method_parse(spec, &method, &parsed);
    return !outcome_is_ok(&result) || parsed.activation_bits > 0;
}

/* Give the method's weights to the engine, and count its bits; without an engine only count them. */
static outcome_t apply(accuracy_session_t *session, size_t index, engine_t *engine, accuracy_row_t *row)
{
    const stored_t *stored = &session->checkpoint.stored;
    const char *spec = session->methods[index];
    sha256_t *digest = filters_activations(spec) ? NULL : &session->digests[index];
    if (stored->compressed && text_equal(spec, stored->method.chars))
        return variant_apply_stored(stored, &session->network, session->config->threads, engine, &row->bits, digest);
    const text_t key = accuracy_session_variant_key(session, spec, session->config->part.stamp);
    return variant_apply_kept(session->config->cache, key.chars, &session->network, spec, session->config->threads, engine,
                              &row->bits, digest);
}

/* ===  Methods that leave the same weights  === */

/* Take over the answers of a method that has run with the same weights, where it did: a preset and its spec, or two
 * settings that keep the same channels at 8 bits. Nothing else differs between two methods, unless they quantise
 * activations; such a method has no digest. */
static bool take_over(accuracy_session_t *session, size_t index)
{
    const sha256_t *digest = &session->digests[index];
    predictions_t *to = &session->answers[index];
    for (size_t i = 0; i < session->method_count && digest->hex[0] != '\0'; i++) {
        const predictions_t *from = &session->answers[i];
        if (i == index || !session->answered[i] || !text_equal(session->digests[i].hex, digest->hex))
            continue;
        memcpy(to->predicted, from->predicted, (size_t)to->samples * sizeof *to->predicted);
        memcpy(to->outputs, from->outputs, (size_t)to->samples * sizeof *to->outputs);
        return true;
    }
    return false;
}

/* The bits of a method that need not run. A part of the samples has no row. */
static outcome_t count_bits(accuracy_session_t *session, size_t index, accuracy_row_t *row)
{
    return session->config->part.count > 0 ? outcome_ok() : apply(session, index, NULL, row);
}

/* Run the samples under a method whose weights are set. */
static outcome_t predict(accuracy_session_t *session, const char *spec, logits_t *logits, predictions_t *answers)
{
    const method_t *method;
    method_config_t parsed;
    activations_t activations = {0};
    outcome_t result = method_parse(spec, &method, &parsed);
    if (!outcome_is_ok(&result) || parsed.activation_bits == 0)
        return outcome_is_ok(&result) ? accuracy_answers_run(session, spec, logits, answers) : result;
    if (!outcome_bad(&result, activations_fit(&session->network, &session->checkpoint.weights, spec, &session->calibration,
                                              session->engine, session->config->threads, &activations)) &&
        !outcome_bad(&result, engine_filter(session->engine, activations_filter, &activations)))
        result = accuracy_answers_run(session, spec, logits, answers);
    if (outcome_is_ok(&result))
        result = engine_filter(session->engine, NULL, NULL);
    activations_free(&activations);
    return result;
}

static outcome_t run_method(accuracy_session_t *session, size_t index, logits_t *logits, accuracy_row_t *row)
{
    const char *spec = session->methods[index];
    outcome_t result = apply(session, index, session->engine, row);
    if (!outcome_is_ok(&result) || (logits == NULL && take_over(session, index)))
        return result;
    const double started = progress_clock(), used = progress_cpu_clock();
    result = predict(session, spec, logits, &session->answers[index]);
    row->seconds = progress_clock() - started;
    row->cpu_seconds = progress_cpu_clock() - used;
    session->answered[index] = outcome_is_ok(&result);
    return result;
}

/* ===  Kept answers  === */

static text_t stem_of(const accuracy_session_t *session, size_t index)
{
    return predictions_stem(session->config->predictions, session->net->name, session->size->name,
                            accuracy_session_data(session), session->methods[index]);
}

static bool keeps(const accuracy_session_t *session)
{
    return session->config->predictions != NULL;
}

static outcome_t load_kept(accuracy_session_t *session, size_t index, accuracy_row_t *row)
{
    const text_t key = accuracy_session_key(session, session->methods[index]);
    outcome_t result = outcome_ok();
    if (keeps(session) &&
        outcome_bad(&result, predictions_load(stem_of(session, index).chars, key.chars,
                                              session->config->skip_bad ? SAMPLE_SKIPPED : 0,
                                              (int)session->size->classes - 1, &session->answers[index], &row->reused)))
        return result;
    return row->reused ? count_bits(session, index, row) : result;
}

static outcome_t keep(const accuracy_session_t *session, size_t index)
{
    const text_t key = accuracy_session_key(session, session->methods[index]);
    return keeps(session) ? predictions_save(stem_of(session, index).chars, key.chars, &session->answers[index])
                          : outcome_ok();
}

/* ===  References  === */

/* The answers that kept logits give. */
static void answer_from(const logits_t *logits, predictions_t *answers)
{
    for (int64_t i = 0; i < answers->samples; i++) {
        const float *values = logits_at(logits, i);
        answers->predicted[i] = values != NULL ? inference_answer(values, logits->classes) : SAMPLE_SKIPPED;
    }
}

/* The logits of a reference: kept ones, else it runs, also when only its answers were kept. */
static outcome_t refer(accuracy_session_t *session, int reference, size_t index, accuracy_row_t *row)
{
    const text_t key = accuracy_session_key(session, session->methods[index]);
    logits_t *logits = &session->reference[reference];
    bool found = false;
    outcome_t result;
    if (outcome_bad(&result, logits_create(session->answers[index].samples, session->size->classes, logits)) ||
        (keeps(session) && outcome_bad(&result, logits_load(stem_of(session, index).chars, key.chars, logits, &found))))
        return result;
    if (found) {
        answer_from(logits, &session->answers[index]);
        return row->reused ? result : count_bits(session, index, row);
    }
    if (outcome_bad(&result, run_method(session, index, logits, row)))
        return result;
    return keeps(session) ? logits_save(stem_of(session, index).chars, key.chars, logits) : result;
}

static void measure_one(void *context, int64_t index, int worker)
{
    const taking_t *taking = context;
    const float *logits = logits_at(taking->logits, index);
    (void)worker;
    if (logits != NULL)
        measure(taking->session, index, logits, taking->answers);
}

/* The first reference ran before the second had logits, so references are measured when both have them. */
static outcome_t measure_reference(accuracy_session_t *session, int reference, size_t index)
{
    taking_t taking = {.session = session, .logits = &session->reference[reference], .answers = &session->answers[index]};
    outcome_t result = threads_for(session->config->threads, session->answers[index].samples, measure_one, &taking);
    return outcome_is_ok(&result) ? keep(session, index) : result;
}

/* The index of each reference among the methods; the number of methods when it is not there. */
static void find_references(const accuracy_session_t *session, size_t *index)
{
    for (int i = 0; i < OUTPUTS_REFERENCES; i++) {
        index[i] = 0;
        while (index[i] < session->method_count && !text_equal(session->methods[index[i]], outputs_references[i]))
            index[i]++;
    }
}

static outcome_t run_references(accuracy_session_t *session, const size_t *index, accuracy_row_t *rows)
{
    outcome_t result = outcome_ok();
    for (int i = 0; i < OUTPUTS_REFERENCES && outcome_is_ok(&result); i++)
        if (index[i] < session->method_count)
            result = refer(session, i, index[i], &rows[index[i]]);
    for (int i = 0; i < OUTPUTS_REFERENCES && outcome_is_ok(&result); i++)
        if (index[i] < session->method_count && !rows[index[i]].reused)
            result = measure_reference(session, i, index[i]);
    return result;
}

/* ===  All  === */

/* Answers that others computed, kept as if they were computed here. */
static outcome_t take_given(accuracy_session_t *session, size_t index, accuracy_row_t *row)
{
    const accuracy_source_t *source = session->config->source;
    bool counted = false;
    outcome_t result;
    if (outcome_bad(&result,
                    source->take(source->context, session, index, &session->answers[index], &row->bits, &counted)) ||
        outcome_bad(&result, keep(session, index)))
        return result;
    row->reused = true;
    return counted ? result : apply(session, index, NULL, row);
}

static bool all_reused(const accuracy_session_t *session, const accuracy_row_t *rows)
{
    for (size_t i = 0; i < session->method_count; i++)
        if (!rows[i].reused)
            return false;
    return true;
}

outcome_t accuracy_answers(accuracy_session_t *session, accuracy_row_t *rows)
{
    size_t reference[OUTPUTS_REFERENCES];
    outcome_t result = outcome_ok();
    find_references(session, reference);
    for (size_t i = 0; i < session->method_count && outcome_is_ok(&result); i++)
        result = session->config->source != NULL ? take_given(session, i, &rows[i]) : load_kept(session, i, &rows[i]);
    if (!outcome_is_ok(&result) || all_reused(session, rows) ||
        outcome_bad(&result, run_references(session, reference, rows)))
        return result;
    for (size_t i = 0; i < session->method_count && outcome_is_ok(&result); i++) {
        const bool done = rows[i].reused || i == reference[OUTPUTS_INT8] || i == reference[OUTPUTS_FP32];
        if (!done && !outcome_bad(&result, run_method(session, i, NULL, &rows[i])))
            result = keep(session, i);
    }
    for (int i = 0; i < OUTPUTS_REFERENCES && outcome_is_ok(&result) && keeps(session); i++)
        if (reference[i] < session->method_count && !session->config->part.keeps_logits)
            logits_remove(stem_of(session, reference[i]).chars);
    return result;
}
