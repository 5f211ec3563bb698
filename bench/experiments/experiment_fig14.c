/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiment `fig14`: speedup over Stripes with 2 to 32 weight channels side by side. More of them wait for one another. */
#include "experiments/experiments.h"

#include "base/text.h"
#include "experiments/model_full.h"
#include "experiments/rows.h"
#include "experiments/scaling.h"
#include "measure/scaling.h"
#include "base/number.h"

#include <math.h>

static const char bert[] = "bert_mrpc";

static outcome_t run(const experiment_context_t *context)
{
    return scaling_write(context, "fig14.csv", false);
}

static outcome_t headline(const experiment_view_t *view, document_t *document)
{
    double few = scaling_value(view->rows, bert, "bitlet", scaling_points[0], "speedup");
    double many = scaling_value(view->rows, bert, "bitlet", scaling_points[SCALING_POINTS - 1], "speedup");
    document_fact(document, "Bitlet on BERT (MRPC), 2 to 32 PE columns",
                  text_of("%s× to %s×", number_fixed(few, 2).chars, number_fixed(many, 2).chars).chars,
                  "over Stripes with as many lanes, full size, synthetic weights");
    return outcome_ok();
}

static const column_t table_columns[] = {{"Network", "", false},    {"Accelerator", "", false}, {"2 columns", "×", true},
                                         {"4 columns", "×", true},  {"8 columns", "×", true},   {"16 columns", "×", true},
                                         {"32 columns", "×", true}, {NULL, NULL, false}};

static outcome_t present(const experiment_view_t *view, document_t *document)
{
    rows_t rows = rows_of(view->rows);
    document_table(
        document, table_columns,
        "Speedup over Stripes with as many PE columns (weight channels side by side), 8 bit-serial lanes a PE, 16 "
        "pixels or tokens. Source: `fig14.csv`.");
    for (size_t row = 0; row < view->rows->rows; row += SCALING_POINTS) {
        const char *net = rows_text(&rows, row, "net"), *accelerator = rows_text(&rows, row, "accelerator");
        document_cell(document, "%s", net);
        document_cell(document, "%s", accelerator);
        for (int i = 0; i < SCALING_POINTS; i++)
            document_cell(document, "%s",
                          number_fixed(scaling_value(view->rows, net, accelerator, scaling_points[i], "speedup"), 3).chars);
    }
    return rows.outcome;
}

static outcome_t rerun(const experiment_view_t *view, document_t *document)
{
    (void)view;
    document_command(document, "build/bbsbench run --only fig14");
    return outcome_ok();
}

static outcome_t measure(const experiment_view_t *view, claims_t *claims)
{
    static const char note[] = "Bitlet with groups of 32 and Stripes with 8 lanes a PE, as the authors' settings for this "
                               "study; full size, synthetic weights";
    static const struct {
        const char *claim;
        int64_t columns;
    } points[] = {{"C107", 2}, {"C108", 32}};
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < sizeof points / sizeof *points && outcome_is_ok(&result); i++) {
        double speedup = scaling_value(view->rows, bert, "bitlet", points[i].columns, "speedup");
        if (!isnan(speedup))
            result = claims_measured(claims, points[i].claim, model_full_basis, speedup, "fig14.csv", note);
    }
    return result;
}

static const char *const limits[] = {"Weights are synthetic. Buffers, their banks and DRAM do not grow with the array.",
                                     NULL};

const experiment_t experiment_fig14 = {
    .id = "fig14",
    .title = "Fig. 14: speedup against the number of PE columns",
    .needs = "nothing beyond the program",
    .cost = "5 s, under 1 MB",
    .settings =
        "resnet50 and bert_mrpc, size full, six designs of 8 lanes a PE, 2 to 32 weight channels, synthetic weights",
    .seeds = "weights: of each network by its name",
    .rows = "fig14.csv",
    .figure = "fig14",
    .figure_alt = "Lines of the speedup over Stripes of each design with 2 to 32 PE columns, for ResNet-50 and BERT; the "
                  "numbers stand in the table below.",
    .figure_caption = "Speedup over Stripes with as many PE columns (higher is better), synthetic weights. Source: "
                      "`fig14.csv`.",
    .rule = &scaling_rule,
    .limits = limits,
    .list_inputs = model_full_inputs,
    .run = run,
    .headline = headline,
    .present = present,
    .rerun = rerun,
    .measure = measure,
};
