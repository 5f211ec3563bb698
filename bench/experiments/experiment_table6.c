/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiment `table6`: OliVe's PE beside BitVert's, from their gates. */
#include "experiments/experiments.h"

#include "accel/configuration.h"
#include "accel/designs.h"
#include "accel/settings.h"
#include "accel/technology.h"
#include "base/text.h"
#include "measure/pe_rows.h"
#include "experiments/pe_section.h"
#include "experiments/rows.h"
#include "base/number.h"

#include <math.h>

static const char file[] = "table6.csv";
static const pe_claims_t which[] = {{"olive", NULL, "C104", "C105"}};

/* ===  Rows  === */

/* BitVert (mod) takes the 16 weights of a group in as many cycles as it keeps columns. */
static outcome_t bitvert_macs(double *macs)
{
    accel_config_t config;
    int64_t low_bits = 0;
    outcome_t result;
    if (!outcome_bad(&result, configuration_default(&accelerator_bitvert_mod, &config)))
        result = settings_get(accelerator_bitvert_mod.keys, &config, "low_bits", &low_bits);
    if (outcome_is_ok(&result))
        *macs = (double)config.group / (double)low_bits;
    return result;
}

static outcome_t write_pe(csv_writer_t *writer, const char *name, double macs)
{
    const area_design_t *design;
    pe_row_t row;
    outcome_t result;
    if (outcome_bad(&result, area_find(name, &design)) || outcome_bad(&result, pe_row(design, &row)))
        return result;
    csv_text(writer, name);
    csv_real(writer, row.gates);
    csv_real(writer, row.left_out.area_um2);
    csv_real(writer, row.paper_area_um2);
    csv_real(writer, 100 * (row.fitted.area_um2 / row.paper_area_um2 - 1));
    csv_real(writer, row.left_out.power_mw);
    csv_real(writer, row.paper_power_mw);
    csv_real(writer, macs);
    csv_real(writer, 1000 * macs / row.left_out.area_um2);
    csv_real(writer, 1000 * macs / row.paper_area_um2);
    csv_end_row(writer);
    return result;
}

static outcome_t run(const experiment_context_t *context)
{
    csv_writer_t writer;
    double olive_macs, macs = 0.0;
    outcome_t result;
    if (outcome_bad(&result, technology_lookup("table6", "olive", "macs", &olive_macs)) ||
        outcome_bad(&result, bitvert_macs(&macs)) ||
        outcome_bad(&result, csv_create(&writer, text_of("%s/%s", context->folder, file).chars,
                                        "pe,gates_nand2,area_left_out_um2,area_paper_um2,area_residual_percent,"
                                        "power_left_out_mw,power_paper_mw,macs_a_cycle,"
                                        "macs_a_cycle_and_1000_um2_estimated,macs_a_cycle_and_1000_um2_paper_area")))
        return result;
    result = write_pe(&writer, "olive", olive_macs);
    if (outcome_is_ok(&result))
        result = write_pe(&writer, "bitvert-8-opt", macs);
    if (outcome_is_ok(&result))
        return csv_commit(&writer);
    csv_abandon(&writer);
    return result;
}

/* ===  Report  === */

/* BitVert's over OliVe's; NaN where a row is missing. */
static double ratio(rows_t *rows, const char *column)
{
    size_t olive = rows_find(rows, 0, "pe", "olive"), bitvert = rows_find(rows, 0, "pe", "bitvert-8-opt");
    bool both = olive < rows->table->rows && bitvert < rows->table->rows;
    return both ? rows_real(rows, bitvert, column) / rows_real(rows, olive, column) : (double)NAN;
}

static outcome_t headline(const experiment_view_t *view, document_t *document)
{
    rows_t rows = rows_of(view->rows);
    double estimated = ratio(&rows, "macs_a_cycle_and_1000_um2_estimated");
    double by_paper = ratio(&rows, "macs_a_cycle_and_1000_um2_paper_area");
    document_fact(
        document, "BitVert (mod) over OliVe, multiplications for the area",
        text_of("%s×", number_fixed(estimated, 2).chars).chars,
        text_of("by areas estimated from gates; %s× by the paper's areas", number_fixed(by_paper, 2).chars).chars);
    return rows.outcome;
}

static const column_t rate_columns[] = {{"PE", "", false},
                                        {"Multiplications", "a cycle", true},
                                        {"By estimated area", "a cycle and 1,000 µm²", true},
                                        {"By the paper's area", "a cycle and 1,000 µm²", true},
                                        {NULL, NULL, false}};

static outcome_t present(const experiment_view_t *view, document_t *document)
{
    rows_t rows = rows_of(view->rows);
    outcome_t result = pe_present(view, document, "OliVe's PE beside BitVert's", file);
    if (!outcome_is_ok(&result))
        return result;
    document_table(document, rate_columns,
                   "Peak of one PE: OliVe one product of a 4-bit weight a cycle, BitVert 16 in the cycles of the 4 columns "
                   "that it keeps. Source: `%s`.",
                   file);
    for (size_t row = 0; row < view->rows->rows; row++) {
        document_cell(document, "%s", rows_text(&rows, row, "pe"));
        document_cell(document, "%s", number_fixed(rows_real(&rows, row, "macs_a_cycle"), 1).chars);
        document_cell(document, "%s", number_fixed(rows_real(&rows, row, "macs_a_cycle_and_1000_um2_estimated"), 2).chars);
        document_cell(document, "%s", number_fixed(rows_real(&rows, row, "macs_a_cycle_and_1000_um2_paper_area"), 2).chars);
    }
    return rows.outcome;
}

static outcome_t rerun(const experiment_view_t *view, document_t *document)
{
    (void)view;
    document_command(document, "build/bbsbench area --out rows.csv");
    return outcome_ok();
}

static outcome_t measure(const experiment_view_t *view, claims_t *claims)
{
    static const char note[] = "peak of one PE, by areas from gate counts; OliVe's gates are counted from its description, "
                               "without RTL, and their size is the least certain";
    rows_t rows = rows_of(view->rows);
    double performance = ratio(&rows, "macs_a_cycle_and_1000_um2_estimated");
    outcome_t result = pe_measure(view, claims, file, which, sizeof which / sizeof *which);
    if (outcome_is_ok(&result) && !isnan(performance))
        result = claims_measured(claims, "C106", BASIS_WHOLE, performance, file, note);
    return outcome_is_ok(&result) ? rows.outcome : result;
}

const experiment_t experiment_table6 = {
    .id = "table6",
    .title = "Table VI: OliVe's PE beside BitVert's",
    .needs = pe_needs,
    .cost = pe_cost,
    .settings = "structures of bench/accel/area.c; three constants fitted to Tables IV and V; BitVert (mod) of paper.ini",
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
