/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/pe_section.h"

#include "base/text.h"
#include "experiments/rows.h"
#include "base/number.h"

const char pe_cost[] = "below 1 s";
const char pe_settings[] = "structures of bench/accel/area.c; three constants fitted to Tables IV and V";
const char pe_seeds[] = "none: nothing is drawn at random";
const char pe_needs[] = "nothing beyond the program";

const char *const pe_limits[] = {
    "An estimate from gate counts, not a synthesis: what a gate takes in area, and registers and gates in power, is fitted "
    "to "
    "the paper's own Tables IV and V. An estimate says something about the paper only as far as it does not rest on it, so "
    "each PE is compared with a fit that left its own row out.",
    "Ten PEs and three constants: the residuals are the model's own error. The small PEs come out too small, BitVert's "
    "with "
    "sub-groups of 8 and 4 too large; synthesis, wires and activity are not modelled.",
    NULL};

static const char *const keys[] = {"pe", NULL};
static const diff_column_t columns[] = {{NULL, SENSE_NONE, false}};
const diff_rule_t pe_rule = {.keys = keys, .columns = columns};

outcome_t pe_inputs(const run_mode_t *mode, inputs_t *inputs)
{
    (void)mode;
    return inputs_add(inputs, "bench/accel/technology.csv", "constants, built in");
}

static const column_t table_columns[] = {{"PE", "", false},          {"Gates", "NAND2", true}, {"Area", "µm²", true},
                                         {"the paper", "µm²", true}, {"off by", "%", true},    {"Power", "mW", true},
                                         {"the paper", "mW", true},  {"off by", "%", true},    {NULL, NULL, false}};

static text_t off_by(double have, double want)
{
    return text_of("%+.1f", 100 * (have / want - 1));
}

outcome_t pe_present(const experiment_view_t *view, document_t *document, const char *what, const char *file)
{
    rows_t rows = rows_of(view->rows);
    document_table(document, table_columns,
                   "%s: estimated from gates, constants fitted to the other PEs of Tables IV and V (N = 10 rows at most), "
                   "28 nm, 800 MHz. Source: `%s`.",
                   what, file);
    for (size_t row = 0; row < view->rows->rows; row++) {
        const double area = rows_real(&rows, row, "area_left_out_um2"), power = rows_real(&rows, row, "power_left_out_mw");
        const double paper_area = rows_real(&rows, row, "area_paper_um2"),
                     paper_power = rows_real(&rows, row, "power_paper_mw");
        document_cell(document, "%s", rows_text(&rows, row, "pe"));
        document_cell(document, "%s", number_fixed(rows_real(&rows, row, "gates_nand2"), 0).chars);
        document_cell(document, "%s", number_fixed(area, 1).chars);
        document_cell(document, "%s", number_fixed(paper_area, 1).chars);
        document_cell(document, "%s", off_by(area, paper_area).chars);
        document_cell(document, "%s", number_fixed(power, 2).chars);
        document_cell(document, "%s", number_fixed(paper_power, 2).chars);
        document_cell(document, "%s", off_by(power, paper_power).chars);
    }
    return rows.outcome;
}

static outcome_t measure_one(claims_t *claims, const char *claim, rows_t *rows, size_t row, const char *column,
                             const char *file)
{
    if (claim == NULL)
        return outcome_ok();
    return claims_measured(claims, claim, BASIS_WHOLE, rows_real(rows, row, column), file,
                           "estimated from gates; constants fitted to the paper's other PEs");
}

outcome_t pe_measure(const experiment_view_t *view, claims_t *claims, const char *file, const pe_claims_t *which,
                     size_t count)
{
    rows_t rows = rows_of(view->rows);
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++) {
        const size_t row = rows_find(&rows, 0, "pe", which[i].pe);
        if (row == view->rows->rows)
            continue;
        if (outcome_bad(&result,
                        measure_one(claims, which[i].multiplier_area, &rows, row, "multiplier_left_out_um2", file)) ||
            outcome_bad(&result, measure_one(claims, which[i].area, &rows, row, "area_left_out_um2", file)))
            break;
        result = measure_one(claims, which[i].power, &rows, row, "power_left_out_mw", file);
    }
    return outcome_is_ok(&result) ? rows.outcome : result;
}
