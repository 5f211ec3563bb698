/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiment `fig15`: what the lanes do meanwhile: useful work, waiting for slower lanes of the same PE (intra-PE stall)
 * and for slower PEs (inter-PE stall). */
#include "experiments/experiments.h"

#include "base/text.h"
#include "experiments/model_full.h"
#include "experiments/rows.h"
#include "experiments/scaling.h"
#include "measure/scaling.h"
#include "base/number.h"

#include <math.h>

static outcome_t run(const experiment_context_t *context)
{
    return scaling_write(context, "fig15.csv", true);
}

static double at_most_columns(const experiment_view_t *view, const char *accelerator, const char *column)
{
    return scaling_value(view->rows, "bert_mrpc", accelerator, scaling_points[SCALING_POINTS - 1], column);
}

static outcome_t headline(const experiment_view_t *view, document_t *document)
{
    document_fact(document, "Lanes at useful work, BERT (MRPC), 32 PE columns",
                  text_of("BitVert %s %%, BitWave %s %%",
                          number_fixed(at_most_columns(view, "bitvert-mod", "useful_percent"), 1).chars,
                          number_fixed(at_most_columns(view, "bitwave", "useful_percent"), 1).chars)
                      .chars,
                  "BitVert moderate; full size, synthetic weights");
    return outcome_ok();
}

static const column_t table_columns[] = {
    {"Network", "", false},        {"Accelerator", "", false},    {"PE columns", "", true}, {"Useful", "%", true},
    {"Intra-PE stall", "%", true}, {"Inter-PE stall", "%", true}, {NULL, NULL, false}};

static outcome_t present(const experiment_view_t *view, document_t *document)
{
    rows_t rows = rows_of(view->rows);
    document_table(document, table_columns,
                   "Shares of lanes x cycles of the whole network; rows of the array without a channel count as inter-PE "
                   "stall, empty columns of pixels as the work of their row. Source: `fig15.csv`.");
    for (size_t row = 0; row < view->rows->rows; row++) {
        double useful = rows_real(&rows, row, "useful_percent");
        if (isnan(useful))
            continue; /* Stripes does not look at bits */
        document_cell(document, "%s", rows_text(&rows, row, "net"));
        document_cell(document, "%s", rows_text(&rows, row, "accelerator"));
        document_cell(document, "%s", rows_text(&rows, row, "pe_columns"));
        document_cell(document, "%s", number_fixed(useful, 1).chars);
        document_cell(document, "%s", number_fixed(rows_real(&rows, row, "intra_pe_stall_percent"), 1).chars);
        document_cell(document, "%s", number_fixed(rows_real(&rows, row, "inter_pe_stall_percent"), 1).chars);
    }
    return rows.outcome;
}

static outcome_t rerun(const experiment_view_t *view, document_t *document)
{
    (void)view;
    document_command(document, "build/bbsbench run --only fig15");
    return outcome_ok();
}

static outcome_t measure(const experiment_view_t *view, claims_t *claims)
{
    double useful = at_most_columns(view, "bitvert-mod", "useful_percent");
    if (isnan(useful))
        return outcome_ok();
    return claims_measured(claims, "C109", model_full_basis, useful, "fig15.csv",
                           "useful share of BitVert mod on BERT MRPC at 32 columns; all others in the rows; full size, "
                           "synthetic weights");
}

static const char *const limits[] = {
    "Weights are synthetic. Shares are of computation alone: waiting for DRAM is not in them.",
    "Pragmatic's lanes are those of its 8 weights, Bitlet's those of its 8 significances; a "
    "one that is worked on counts as useful in every design.",
    NULL};

const experiment_t experiment_fig15 = {
    .id = "fig15",
    .title = "Fig. 15: useful work and stalls against the number of PE columns",
    .needs = "nothing beyond the program",
    .cost = "8 s, under 1 MB",
    .settings =
        "resnet50 and bert_mrpc, size full, six designs of 8 lanes a PE, 2 to 32 weight channels, synthetic weights",
    .seeds = "weights: of each network by its name",
    .rows = "fig15.csv",
    .figure = "fig15",
    .figure_alt = "Stacked bars of useful work, intra-PE and inter-PE stall of each design with 2 to 32 PE columns, for "
                  "ResNet-50 and BERT; the numbers stand in the table below.",
    .figure_caption =
        "Useful work and stalls of the lanes with 2 to 32 PE columns, synthetic weights. Source: `fig15.csv`.",
    .rule = &scaling_rule,
    .limits = limits,
    .list_inputs = model_full_inputs,
    .run = run,
    .headline = headline,
    .present = present,
    .rerun = rerun,
    .measure = measure,
};
