/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/accuracy_section.h"

#include "base/text.h"
#include "experiments/rows.h"
#include "base/number.h"

#include <math.h>

/* ===  Against a baseline  === */

static const char *const keys[] = {"net", "size", "data", "method", NULL};

/* Float kernels sum in another order on another processor, so a few samples near a decision boundary may change sides (none
 * of 40,000 answers did between oneDNN's SSE4.1 and AVX-512 kernels); what follows from the counts is not compared twice.
 * Everything else (bits, layers, channels) is exact. */
static const diff_column_t columns[] = {{"correct", SENSE_HIGHER_IS_BETTER, true},
                                        {"right_to_wrong", SENSE_LOWER_IS_BETTER, true},
                                        {"wrong_to_right", SENSE_HIGHER_IS_BETTER, true},
                                        {"accuracy_percent", SENSE_IGNORED, false},
                                        {"wilson_low_percent", SENSE_IGNORED, false},
                                        {"wilson_high_percent", SENSE_IGNORED, false},
                                        {"mcnemar_p", SENSE_IGNORED, false},
                                        {"f1_percent", SENSE_IGNORED, false},
                                        {"f1_batch32_percent", SENSE_IGNORED, false},
                                        {"bits_per_weight", SENSE_LOWER_IS_BETTER, false},
                                        {"bits_per_weight_with_metadata", SENSE_LOWER_IS_BETTER, false},
                                        {NULL, SENSE_NONE, false}};

const diff_rule_t accuracy_rule = {.keys = keys, .columns = columns, .samples = "samples", .flips_per_thousand = 1};

/* ===  The table  === */

static const column_t table_columns[] = {{"Network", "", false},
                                         {"Data", "", false},
                                         {"Method", "", false},
                                         {"Label", "", false},
                                         {"N", "samples", true},
                                         {"Accuracy", "%", true},
                                         {"95 % interval", "%, Wilson", true},
                                         {"F1", "%, MRPC: all / mean of batches of 32", true},
                                         {"Against reference", "points", true},
                                         {"Flips", "lost / gained", true},
                                         {"McNemar p", "exact", true},
                                         {"Weights", "bits each", true},
                                         {"with metadata", "bits each", true},
                                         {"Layers left whole", "", true},
                                         {NULL, NULL, false}};

/* Accuracy of the row's reference (its own network, size and data), or NaN. */
static double reference_accuracy(rows_t *rows, size_t row)
{
    const char *reference = rows_text(rows, row, "reference");
    if (reference[0] == '\0')
        return NAN;
    for (size_t at = rows_find(rows, 0, "method", reference); at < rows->table->rows;
         at = rows_find(rows, at + 1, "method", reference))
        if (text_equal(rows_text(rows, at, "net"), rows_text(rows, row, "net")) &&
            text_equal(rows_text(rows, at, "size"), rows_text(rows, row, "size")) &&
            text_equal(rows_text(rows, at, "data"), rows_text(rows, row, "data")))
            return rows_real(rows, at, "accuracy_percent");
    return NAN;
}

static text_t count_or_dash(rows_t *rows, size_t row, const char *column)
{
    double value = rows_real(rows, row, column);
    return isnan(value) ? number_fixed(value, 0) : number_integer((int64_t)value);
}

static void present_row(rows_t *rows, size_t row, document_t *document)
{
    double accuracy = rows_real(rows, row, "accuracy_percent");
    bool stand_in = rows_integer(rows, row, "stand_in") != 0;
    document_cell(document, "%s (%s)", rows_text(rows, row, "net"), rows_text(rows, row, "size"));
    document_cell(document, "%s", rows_text(rows, row, "data"));
    document_cell(document, "%s", rows_text(rows, row, "method"));
    document_mark(document, stand_in ? TONE_CAUTION : TONE_NOTE, stand_in ? "STAND-IN" : "measured");
    document_cell(document, "%s", number_integer(rows_integer(rows, row, "samples")).chars);
    document_cell(document, "%s", number_fixed(accuracy, 2).chars);
    document_cell(document, "%s – %s", number_fixed(rows_real(rows, row, "wilson_low_percent"), 2).chars,
                  number_fixed(rows_real(rows, row, "wilson_high_percent"), 2).chars);
    document_cell(document, "%s / %s", number_fixed(rows_real(rows, row, "f1_percent"), 2).chars,
                  number_fixed(rows_real(rows, row, "f1_batch32_percent"), 2).chars);
    document_cell(document, "%s", number_signed(accuracy - reference_accuracy(rows, row), 2).chars);
    document_cell(document, "%s / %s", count_or_dash(rows, row, "right_to_wrong").chars,
                  count_or_dash(rows, row, "wrong_to_right").chars);
    document_cell(document, "%s", number_probability(rows_real(rows, row, "mcnemar_p")).chars);
    document_cell(document, "%s", number_fixed(rows_real(rows, row, "bits_per_weight"), 2).chars);
    document_cell(document, "%s", number_fixed(rows_real(rows, row, "bits_per_weight_with_metadata"), 2).chars);
    document_cell(document, "%lld of %lld", (long long)rows_integer(rows, row, "whole_layers"),
                  (long long)rows_integer(rows, row, "layers"));
}

/* What the rows lack, a line a network. */
static void present_skipped(rows_t *rows, document_t *document)
{
    const char *last = "";
    for (size_t row = 0; row < rows->table->rows; row++) {
        int64_t skipped = rows_integer(rows, row, "skipped");
        if (skipped > 0 && !text_equal(last, rows_text(rows, row, "net")))
            document_item(document, "%s: %s samples could not be read and were left out; the first: %s.",
                          rows_text(rows, row, "net"), number_integer(skipped).chars,
                          rows_text(rows, row, "first_skipped"));
        last = rows_text(rows, row, "net");
    }
}

outcome_t accuracy_present(const experiment_view_t *view, document_t *document)
{
    rows_t rows = rows_of(view->rows);
    document_table(
        document, table_columns,
        "Top-1 accuracy. Flips are samples whose answer changed (lost: right to wrong, gained: wrong to right) against the "
        "reference (int8: weights at 8 bits, nothing "
        "pruned), on the same samples; p is the chance of flips at least as one-sided if the method made no difference. "
        "F1 is of all answers, and as a mean over batches of 32, as the paper's authors have it. "
        "A layer is left whole when all its channels stay at 8 bits. Kernels: %s. Source: `accuracy.csv`.",
        view->rows->rows > 0 ? rows_text(&rows, 0, "kernels") : "none");
    for (size_t row = 0; row < view->rows->rows; row++)
        present_row(&rows, row, document);
    present_skipped(&rows, document);
    return rows.outcome;
}

/* ===  Headline and claims  === */

/* The paper's two settings; the claim that each speaks to is its mean loss over seven networks. */
static const struct {
    const char *method, *label, *claim;
} settings[] = {{"bbs-cons", "Accuracy of BBS, conservative", "C03"}, {"bbs-mod", "Accuracy of BBS, moderate", "C04"}};

/* Mean over the networks of reference - accuracy, in points; NaN when no network has the method. */
static double mean_loss(rows_t *rows, const char *method, size_t *networks, size_t *example)
{
    double sum = 0;
    *networks = 0;
    for (size_t row = rows_find(rows, 0, "method", method); row < rows->table->rows;
         row = rows_find(rows, row + 1, "method", method)) {
        sum += reference_accuracy(rows, row) - rows_real(rows, row, "accuracy_percent");
        *example = row;
        ++*networks;
    }
    return *networks > 0 ? sum / (double)*networks : NAN;
}

outcome_t accuracy_headline(const experiment_view_t *view, document_t *document)
{
    rows_t rows = rows_of(view->rows);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        size_t networks, row;
        double loss = mean_loss(&rows, settings[i].method, &networks, &row);
        if (networks == 0)
            continue;
        text_t note = text_of("against int8, %zu network%s, %s samples each, %s bits a weight%s", networks,
                              networks == 1 ? "" : "s", number_integer(rows_integer(&rows, row, "samples")).chars,
                              number_fixed(rows_real(&rows, row, "bits_per_weight"), 2).chars,
                              rows_integer(&rows, row, "stand_in") ? "; STAND-IN" : "");
        document_fact(document, settings[i].label,
                      text_of("%.2f points %s", fabs(loss), loss < 0 ? "gained" : "lost").chars, note.chars);
    }
    return rows.outcome;
}

outcome_t accuracy_measure(const experiment_view_t *view, claims_t *claims)
{
    rows_t rows = rows_of(view->rows);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        size_t networks, row;
        double loss = mean_loss(&rows, settings[i].method, &networks, &row);
        if (networks == 0 || isnan(loss))
            continue;
        bool stand_in = rows_integer(&rows, row, "stand_in") != 0;
        text_t note =
            text_of("%zu network%s (%s, %s) on %s, N = %s, whole layers %lld of %lld", networks, networks == 1 ? "" : "s",
                    rows_text(&rows, row, "net"), rows_text(&rows, row, "size"), rows_text(&rows, row, "data"),
                    number_integer(rows_integer(&rows, row, "samples")).chars,
                    (long long)rows_integer(&rows, row, "whole_layers"), (long long)rows_integer(&rows, row, "layers"));
        outcome_t result = claims_measured(claims, settings[i].claim, stand_in ? BASIS_STAND_IN : BASIS_SUBSET, loss,
                                           "accuracy.csv", note.chars);
        if (!outcome_is_ok(&result))
            return result;
    }
    return rows.outcome;
}

outcome_t accuracy_rerun(const experiment_view_t *view, document_t *document)
{
    rows_t rows = rows_of(view->rows);
    if (view->rows->rows == 0)
        return rows.outcome;
    size_t row = view->rows->rows - 1;
    if (view->mode->brings) {
        document_command(document, "build/bbsbench run --full --net %s --method %s --images %lld --only accuracy --yes",
                         rows_text(&rows, row, "net"), rows_text(&rows, row, "method"), (long long)view->mode->images);
        return rows.outcome;
    }
    text_t images = view->mode->images > 0 ? text_of(" --images %lld", (long long)view->mode->images) : text_of("%s", "");
    document_command(document, "build/bbsbench accuracy --net %s --size %s --method %s%s --out row.csv",
                     rows_text(&rows, row, "net"), rows_text(&rows, row, "size"), rows_text(&rows, row, "method"),
                     images.chars);
    return rows.outcome;
}
