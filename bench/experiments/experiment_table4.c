/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiment `table4`: what sub-groups and the two optimisations save in BitVert's PE, from its gates. */
#include "experiments/experiments.h"

#include "base/text.h"
#include "measure/pe_rows.h"
#include "experiments/pe_section.h"
#include "experiments/rows.h"
#include "base/number.h"

static const char file[] = "table4.csv";
static const char *const pes[] = {"bitvert-16", "bitvert-16-opt", "bitvert-8", "bitvert-8-opt",
                                  "bitvert-4",  "bitvert-4-opt",  NULL};
static const pe_claims_t which[] = {{"bitvert-16", NULL, "C77", "C78"}, {"bitvert-16-opt", NULL, "C79", "C80"},
                                    {"bitvert-8", NULL, "C81", "C82"},  {"bitvert-8-opt", NULL, "C83", "C84"},
                                    {"bitvert-4", NULL, "C85", "C86"},  {"bitvert-4-opt", NULL, "C87", "C88"}};

static outcome_t run(const experiment_context_t *context)
{
    return pe_rows_write(pes, text_of("%s/%s", context->folder, file).chars);
}

static outcome_t headline(const experiment_view_t *view, document_t *document)
{
    rows_t rows = rows_of(view->rows);
    const size_t row = rows_find(&rows, 0, "pe", "bitvert-8-opt");
    if (row < view->rows->rows)
        document_fact(document, "BitVert's PE, estimated from gates",
                      text_of("%s µm²", number_fixed(rows_real(&rows, row, "area_left_out_um2"), 0).chars).chars,
                      text_of("the paper's synthesis: %s µm²; constants fitted to its other PEs",
                              number_fixed(rows_real(&rows, row, "area_paper_um2"), 0).chars)
                          .chars);
    return rows.outcome;
}

static outcome_t present(const experiment_view_t *view, document_t *document)
{
    return pe_present(view, document,
                      "BitVert's PE with sub-groups of 16, 8 and 4 weights, without and with the two optimisations", file);
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

const experiment_t experiment_table4 = {
    .id = "table4",
    .title = "Table IV: the PE of BitVert, sub-groups and optimisations",
    .needs = pe_needs,
    .cost = pe_cost,
    .settings = pe_settings,
    .seeds = pe_seeds,
    .rows = "table4.csv",
    .figure = "table4",
    .figure_alt = "Bars of the area of each PE, estimated and as the paper has it; the numbers stand in the table below.",
    .figure_caption = "Area of a PE: estimated from its gates, and the paper's synthesis. Source: `table4.csv`.",
    .rule = &pe_rule,
    .limits = pe_limits,
    .list_inputs = pe_inputs,
    .run = run,
    .headline = headline,
    .present = present,
    .rerun = rerun,
    .measure = measure,
};
