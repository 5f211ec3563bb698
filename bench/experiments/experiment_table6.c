/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiment `table6`: OliVe's PE beside BitVert's, from their gates. */
#include "experiments/experiments.h"

#include "base/text.h"
#include "experiments/pe_rows.h"
#include "experiments/pe_section.h"

static const char file[] = "table6.csv";
static const char *const pes[] = {"olive", "bitvert-8-opt", NULL};
static const pe_claims_t which[] = {{"olive", NULL, "C104", "C105"}};

static outcome_t run(const experiment_context_t *context)
{
    return pe_rows_write(pes, text_of("%s/%s", context->folder, file).chars);
}

static outcome_t headline(const experiment_view_t *view, document_t *document)
{
    (void)view;
    (void)document;
    return outcome_ok();
}

static outcome_t present(const experiment_view_t *view, document_t *document)
{
    return pe_present(view, document,
                      "OliVe's PE beside BitVert's (claim C106, performance per area, is NOT RUN: no model of OliVe's "
                      "cycles is in this version)",
                      file);
}

static outcome_t rerun(const experiment_view_t *view, document_t *document)
{
    (void)view;
    document_command(document, "build/bbsbench area --out rows.csv");
    return outcome_ok();
}

static outcome_t measure(const experiment_view_t *view, claims_t *claims)
{
    return pe_measure(view, claims, file, which, sizeof which / sizeof *which);
}

const experiment_t experiment_table6 = {
    .id = "table6",
    .title = "Table VI: OliVe's PE beside BitVert's",
    .needs = pe_needs,
    .cost = pe_cost,
    .settings = pe_settings,
    .seeds = pe_seeds,
    .rows = "table6.csv",
    .figure = "table6",
    .figure_alt = "Bars of the area of each PE, estimated and as the paper has it; the numbers stand in the table below.",
    .figure_caption = "Area of a PE: estimated from its gates, and the paper's synthesis. Source: `table6.csv`.",
    .rule = &pe_rule,
    .limits = pe_limits,
    .list_inputs = pe_inputs,
    .run = run,
    .headline = headline,
    .present = present,
    .rerun = rerun,
    .measure = measure,
};
