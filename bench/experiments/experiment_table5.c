/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiment `table5`: area and power of the PEs of five bit-serial designs, from their gates. */
#include "experiments/experiments.h"

#include "base/text.h"
#include "measure/pe_rows.h"
#include "experiments/pe_section.h"

static const char file[] = "table5.csv";
static const char *const pes[] = {"stripes", "pragmatic", "bitlet", "bitwave", "bitvert-8-opt", NULL};
static const pe_claims_t which[] = {{"stripes", "C89", "C90", "C91"},
                                    {"pragmatic", "C92", "C93", "C94"},
                                    {"bitlet", "C95", "C96", "C97"},
                                    {"bitwave", "C98", "C99", "C100"},
                                    {"bitvert-8-opt", "C101", "C102", "C103"}};

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
    return pe_present(view, document, "PEs of the bit-serial designs, 8 lanes each", file);
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

const experiment_t experiment_table5 = {
    .id = "table5",
    .title = "Table V: PEs of the bit-serial designs",
    .needs = pe_needs,
    .cost = pe_cost,
    .settings = pe_settings,
    .seeds = pe_seeds,
    .rows = "table5.csv",
    .figure = "table5",
    .figure_alt = "Bars of the area of each PE, estimated and as the paper has it; the numbers stand in the table below.",
    .figure_caption = "Area of a PE: estimated from its gates, and the paper's synthesis. Source: `table5.csv`.",
    .rule = &pe_rule,
    .limits = pe_limits,
    .list_inputs = pe_inputs,
    .run = run,
    .headline = headline,
    .present = present,
    .rerun = rerun,
    .measure = measure,
};
