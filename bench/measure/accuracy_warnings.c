/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/accuracy_warnings.h"

#include "rows/statistics.h"

enum { FEW = 20 };   /* samples: below, chance is inside most intervals */
enum { MARGIN = 3 }; /* points above a simple method, from which on a network counts as better */

static bool all_labels_equal(const predictions_t *answers)
{
    for (int64_t i = 1; i < answers->samples; i++)
        if (answers->label[i] != answers->label[0])
            return false;
    return true;
}

static bool all_answers_equal(const predictions_t *answers)
{
    for (int64_t i = 1; i < answers->samples; i++)
        if (answers->predicted[i] != answers->predicted[0])
            return false;
    return true;
}

/* A network that a simple method equals says little about what it has lost. Samples of a user's own have no baseline. */
static void compare_with_baseline(accuracy_session_t *session, const predictions_t *answers, int64_t correct)
{
    const dataset_baseline_t *baseline = session->dataset.kind->baseline;
    if (baseline == NULL || session->config->data != NULL)
        return;
    const double simple = 100.0 * (double)baseline->correct / (double)baseline->samples;
    const double network = 100.0 * (double)correct / (double)answers->samples;
    if (network < simple + MARGIN)
        text_append(
            &session->notes,
            "%s is right on %.1f %% of %lld samples, not %d points above a simple method: %s, %.1f %% of %lld (%s)\n",
            session->methods[0], network, (long long)answers->samples, MARGIN, baseline->method, simple,
            (long long)baseline->samples, baseline->source);
}

void accuracy_warn(accuracy_session_t *session)
{
    const predictions_t *answers = &session->answers[0];
    const int64_t classes = session->dataset.classes, correct = predictions_correct(answers);
    double low, high;
    if (answers->samples < FEW)
        return;
    statistics_wilson(correct, answers->samples, &low, &high);
    if (all_labels_equal(answers))
        text_append(&session->notes, "WARNING: every sample has label %d\n", (int)answers->label[0]);
    if (all_answers_equal(answers))
        text_append(&session->notes, "WARNING: with %s every answer is class %d\n", session->methods[0],
                    answers->predicted[0]);
    if (low <= 1.0 / (double)classes)
        text_append(
            &session->notes,
            "WARNING: %s answers no better than chance (1 of %lld classes): are labels, weights and preprocessing of "
            "one network?\n",
            session->methods[0], (long long)classes);
    compare_with_baseline(session, answers, correct);
}
