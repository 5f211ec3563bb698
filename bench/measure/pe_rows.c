/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/pe_rows.h"

#include "base/csv.h"
#include "base/text.h"

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
    row->gates = area_size(&pe, AREA_PARTS, sizes);
    row->operand_gates = area_size(&pe, AREA_OPERANDS, sizes);
    row->multiplier_gates = area_size(&pe, AREA_MULTIPLIER, sizes);
    row->register_bits = (double)area_registers(&pe, AREA_PARTS);
    return result;
}

static void write_row(csv_writer_t *writer, const pe_row_t *row)
{
    csv_text(writer, row->design->name);
    csv_integer(writer, row->design->shape.group);
    csv_integer(writer, row->design->shape.subgroup);
    csv_integer(writer, row->design->shape.narrow_muxes && row->design->shape.serial_constant);
    csv_real(writer, row->gates);
    csv_real(writer, row->operand_gates);
    csv_real(writer, row->multiplier_gates);
    csv_real(writer, row->register_bits);
    csv_real(writer, row->fitted.area_um2);
    csv_real(writer, row->left_out.area_um2);
    csv_real(writer, row->left_out.multiplier_um2);
    csv_real(writer, row->paper_area_um2);
    csv_real(writer, 100 * (row->fitted.area_um2 / row->paper_area_um2 - 1));
    csv_real(writer, row->fitted.power_mw);
    csv_real(writer, row->left_out.power_mw);
    csv_real(writer, row->paper_power_mw);
    csv_real(writer, 100 * (row->fitted.power_mw / row->paper_power_mw - 1));
    csv_end_row(writer);
}

static bool is_listed(const char *const *names, const char *name)
{
    if (names == NULL)
        return true;
    while (*names != NULL && !text_equal(*names, name))
        names++;
    return *names != NULL;
}

outcome_t pe_rows_write(const char *const *names, const char *path)
{
    csv_writer_t writer;
    outcome_t result = csv_create(&writer, path,
                                  "pe,group,subgroup,optimised,gates_nand2,operand_gates_nand2,multiplier_gates_nand2,"
                                  "register_bits,area_fitted_um2,area_left_out_um2,multiplier_left_out_um2,area_paper_um2,"
                                  "area_residual_percent,power_fitted_mw,power_left_out_mw,power_paper_mw,"
                                  "power_residual_percent");
    if (!outcome_is_ok(&result))
        return result;
    for (const area_design_t *const *at = area_registry; *at != NULL && outcome_is_ok(&result); at++) {
        pe_row_t row;
        if (!is_listed(names, (*at)->name))
            continue;
        result = pe_row(*at, &row);
        if (outcome_is_ok(&result))
            write_row(&writer, &row);
    }
    if (outcome_is_ok(&result))
        return csv_commit(&writer);
    csv_abandon(&writer);
    return result;
}
