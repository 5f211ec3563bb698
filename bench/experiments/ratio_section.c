/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/ratio_section.h"

#include "accel/accel.h"
#include "base/text.h"
#include "experiments/model_full.h"
#include "base/number.h"

#include <math.h>

const char ratio_note[] = "geometric mean of the seven networks at full size, synthetic weights";

static const char *const keys[] = {"net", "size", "accelerator", NULL};
static const diff_column_t columns[] = {{"cycles", SENSE_LOWER_IS_BETTER, false},
                                        {"energy_total_pj", SENSE_LOWER_IS_BETTER, false},
                                        {"speedup", SENSE_HIGHER_IS_BETTER, false},
                                        {"energy_ratio", SENSE_LOWER_IS_BETTER, false},
                                        {NULL, SENSE_NONE, false}};

const diff_rule_t ratio_rule = {.keys = keys, .columns = columns};

double ratio_of(rows_t *rows, const char *net, const char *accelerator, const char *column)
{
    for (size_t row = rows_find(rows, 0, "net", net); row < rows->table->rows; row = rows_find(rows, row + 1, "net", net))
        if (text_equal(rows_text(rows, row, "accelerator"), accelerator))
            return rows_real(rows, row, column);
    return NAN;
}

/* The designs of the registry, in its order. */
static const column_t design_columns[] = {
    {"Network", "", false},       {"Stripes", "×", true}, {"Pragmatic", "×", true}, {"Bitlet", "×", true},
    {"BitWave", "×", true},       {"SparTen", "×", true}, {"ANT", "×", true},       {"BitVert (cons)", "×", true},
    {"BitVert (mod)", "×", true}, {NULL, NULL, false}};

static void present_network(rows_t *rows, const char *net, const char *column, document_t *document)
{
    document_cell(document, "%s", net);
    for (const column_t *design = &design_columns[1]; design->title != NULL; design++) {
        const accelerator_t *const *at = accelerator_registry;
        while (*at != NULL && !text_equal((*at)->title, design->title))
            at++;
        double value = *at != NULL ? ratio_of(rows, net, (*at)->name, column) : (double)NAN;
        document_cell(document, "%s", number_fixed(value, 3).chars);
    }
}

outcome_t ratio_present(const experiment_view_t *view, document_t *document, const char *column, const char *caption)
{
    rows_t rows = rows_of(view->rows);
    const char *last = "";
    document_table(document, design_columns, "%s", caption);
    for (size_t row = 0; row < view->rows->rows; row++) {
        const char *net = rows_text(&rows, row, "net");
        if (!text_equal(net, last))
            present_network(&rows, net, column, document);
        last = net;
    }
    return rows.outcome;
}

outcome_t ratio_measure(const experiment_view_t *view, claims_t *claims, const char *file, const char *column,
                        const ratio_claim_t *which, size_t count)
{
    rows_t rows = rows_of(view->rows);
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++) {
        double mean = ratio_of(&rows, "geomean", which[i].accelerator, column);
        if (!isnan(mean))
            result = claims_measured(claims, which[i].claim, model_full_basis, which[i].inverse ? 1.0 / mean : mean, file,
                                     ratio_note);
    }
    return outcome_is_ok(&result) ? rows.outcome : result;
}
