/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/pe_rows.h"

#include "accel/configuration.h"
#include "accel/designs.h"
#include "accel/technology.h"
#include "base/text.h"

#include <math.h>

outcome_t pe_row(const area_design_t *design, pe_row_t *row)
{
    double sizes[GATE_KINDS];
    area_pe_t pe;
    area_fit_t all, but;
    outcome_t result;
    *row = (pe_row_t){.design = design};
    if (outcome_bad(&result, area_gate_sizes(sizes)) || outcome_bad(&result, area_build(design, &design->shape, &pe)) ||
        outcome_bad(&result, area_fit(NULL, NULL, &all)) || outcome_bad(&result, area_fit(NULL, design, &but)) ||
        outcome_bad(&result, area_estimate(&all, design, &design->shape, &row->fitted)) ||
        outcome_bad(&result, area_estimate(&but, design, &design->shape, &row->left_out)) ||
        outcome_bad(&result, area_paper(design, &row->paper_area_um2, &row->paper_power_mw)))
        return result;
    /* Only OliVe's PE, which is not in the RTL, has not been synthesised; test_area.c holds the rows of all others. */
    outcome_t synthesised = technology_lookup("synthesis", design->name, "gates", &row->synthesised_gates);
    if (!outcome_is_ok(&synthesised))
        row->synthesised_gates = NAN;
    row->gates = area_size(&pe, AREA_PARTS, sizes);
    row->operand_gates = area_size(&pe, AREA_OPERANDS, sizes);
    row->multiplier_gates = area_size(&pe, AREA_MULTIPLIER, sizes);
    row->register_bits = (double)area_registers(&pe, AREA_PARTS);
    return result;
}

/* The accelerator of a PE whose peak follows from a configuration: BitVert (mod) takes one cycle for each kept column of a
 * group. */
static const struct {
    const char *pe;
    const accelerator_t *accelerator;
} peaks[] = {{"bitvert-8-opt", &accelerator_bitvert_mod}};

/* The peak of a PE in multiplications per cycle, by the paper's table or by a configuration; NaN where it depends on the
 * weights. */
static outcome_t macs_of(const area_design_t *design, double *macs)
{
    enum { WHOLE_BITS = 8 };
    accel_config_t config;
    outcome_t result;
    for (size_t i = 0; i < sizeof peaks / sizeof *peaks; i++) {
        if (!text_equal(design->name, peaks[i].pe))
            continue;
        if (!outcome_bad(&result, configuration_default(peaks[i].accelerator, &config)))
            *macs = (double)config.group / (double)(WHOLE_BITS - accel_pruning(peaks[i].accelerator, &config).columns);
        return result;
    }
    outcome_t said = technology_lookup(design->table, design->name, "macs", macs);
    if (!outcome_is_ok(&said))
        *macs = NAN;
    return outcome_ok();
}

/* One row of the file. */
typedef struct {
    const char *pe;
    int64_t group, subgroup;
    bool optimised;
    double gates_nand2, gates_synthesised_nand2, operand_gates_nand2, multiplier_gates_nand2, register_bits;
    double area_fitted_um2, area_left_out_um2, multiplier_left_out_um2, area_paper_um2, area_residual_percent;
    double power_fitted_mw, power_left_out_mw, power_paper_mw, power_residual_percent, macs_per_cycle;
} cells_t;

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(cells_t, member)
#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(cells_t, member)
#define REAL(member) .name = #member, ROWS_PLACE_REAL(cells_t, member)

static const rows_column_t columns[] = {
    {TEXT(pe), .key = true, .heading = "PE", .meaning = "the PE, as `area --pe` calls it"},
    {INTEGER(group), .heading = "Group", .unit = "weights", .meaning = "weights that the PE takes at a time"},
    {INTEGER(subgroup), .heading = "Sub-group", .unit = "weights", .meaning = "weights that share lanes"},
    {.name = "optimised",
     ROWS_PLACE_FLAG(cells_t, optimised),
     .heading = "Optimised",
     .meaning = "1: with narrow multiplexers and a serial constant (the paper's two optimisations)"},
    {REAL(gates_nand2), .heading = "Gates", .unit = "NAND2", .decimals = 0, .meaning = "gates in NAND2 equivalents"},
    {REAL(gates_synthesised_nand2), .heading = "by synthesis", .unit = "NAND2", .decimals = 0,
     .meaning =
         "the same PE in our Verilog, mapped by Yosys to an open library (`make synthesis`); empty: not synthesised"},
    {REAL(operand_gates_nand2), .heading = "of them operands", .unit = "NAND2", .decimals = 0,
     .meaning = "registers that hold activations"},
    {REAL(multiplier_gates_nand2), .heading = "of them multipliers", .unit = "NAND2", .decimals = 0,
     .meaning = "from the operands to the sum of a cycle's products"},
    {REAL(register_bits), .heading = "Registers", .unit = "bits", .decimals = 0, .meaning = "flip-flops"},
    {REAL(area_fitted_um2), .heading = "Area, fitted", .unit = "µm²", .decimals = 1,
     .meaning = "constants fitted to all rows of the paper's Tables IV and V"},
    {REAL(area_left_out_um2), .heading = "Area", .unit = "µm²", .decimals = 1,
     .meaning = "constants fitted to all rows except this PE's: this estimate is compared with the paper"},
    {REAL(multiplier_left_out_um2), .heading = "Multipliers", .unit = "µm²", .decimals = 1,
     .meaning = "area of the multipliers by the same fit"},
    {REAL(area_paper_um2), .heading = "the paper", .unit = "µm²", .decimals = 1, .meaning = "the paper's synthesis"},
    {REAL(area_residual_percent), .heading = "Residual", .unit = "%", .decimals = 1,
     .meaning = "area_fitted_um2 / area_paper_um2 - 1"},
    {REAL(power_fitted_mw), .heading = "Power, fitted", .unit = "mW", .decimals = 2,
     .meaning = "constants fitted to all rows of the paper's Tables IV and V"},
    {REAL(power_left_out_mw), .heading = "Power", .unit = "mW", .decimals = 2,
     .meaning = "constants fitted to all rows except this PE's"},
    {REAL(power_paper_mw), .heading = "the paper", .unit = "mW", .decimals = 2, .meaning = "the paper's synthesis"},
    {REAL(power_residual_percent), .heading = "Residual", .unit = "%", .decimals = 1,
     .meaning = "power_fitted_mw / power_paper_mw - 1"},
    {REAL(macs_per_cycle), .heading = "Multiplications", .unit = "a cycle", .decimals = 1,
     .meaning = "peak of one PE; empty where it depends on the weights"},
    {.name = NULL},
};

const rows_schema_t pe_schema = {.name = "pe",
                                 .about = "PEs estimated from their gates, beside the paper's synthesis; 28 nm, 800 MHz.",
                                 .columns = columns};

static outcome_t write_row(rows_writer_t *writer, const pe_row_t *row)
{
    cells_t cells = {.pe = row->design->name,
                     .group = row->design->shape.group,
                     .subgroup = row->design->shape.subgroup,
                     .optimised = row->design->shape.narrow_muxes && row->design->shape.serial_constant,
                     .gates_nand2 = row->gates,
                     .gates_synthesised_nand2 = row->synthesised_gates,
                     .operand_gates_nand2 = row->operand_gates,
                     .multiplier_gates_nand2 = row->multiplier_gates,
                     .register_bits = row->register_bits,
                     .area_fitted_um2 = row->fitted.area_um2,
                     .area_left_out_um2 = row->left_out.area_um2,
                     .multiplier_left_out_um2 = row->left_out.multiplier_um2,
                     .area_paper_um2 = row->paper_area_um2,
                     .area_residual_percent = 100 * (row->fitted.area_um2 / row->paper_area_um2 - 1),
                     .power_fitted_mw = row->fitted.power_mw,
                     .power_left_out_mw = row->left_out.power_mw,
                     .power_paper_mw = row->paper_power_mw,
                     .power_residual_percent = 100 * (row->fitted.power_mw / row->paper_power_mw - 1)};
    outcome_t result = macs_of(row->design, &cells.macs_per_cycle);
    if (outcome_is_ok(&result))
        rows_write(writer, &cells);
    return result;
}

outcome_t pe_rows_write(const char *path)
{
    rows_writer_t writer;
    outcome_t result = rows_create(&writer, &pe_schema, path);
    if (!outcome_is_ok(&result))
        return result;
    for (const area_design_t *const *at = area_registry; *at != NULL && outcome_is_ok(&result); at++) {
        pe_row_t row;
        result = pe_row(*at, &row);
        if (outcome_is_ok(&result))
            result = write_row(&writer, &row);
    }
    return rows_finish(&writer, result);
}
