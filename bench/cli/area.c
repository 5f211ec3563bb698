/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench area`: PEs as gates. Without --pe, every PE of the paper beside the paper's tables; with --pe, one PE unit by
 * unit, which options can change. */
#include "cli/area.h"

#include "accel/area_fit.h"
#include "base/text.h"
#include "cli/output.h"
#include "measure/pe_rows.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* ===  All PEs  === */

static void print_fit(const area_fit_t *fit)
{
    printf("FITTED to N = %zu PEs of Tables IV and V, least squares of relative errors: %.4f um2 per NAND2 equivalent,\n"
           "%.3f uW per register loaded each cycle, %.4f uW per gate of logic, at 800 MHz.\n",
           fit->rows, fit->um2_per_gate, 1000 * fit->mw_per_register, 1000 * fit->mw_per_gate);
}

/* Root mean square of the relative residuals of area, in per cent. */
static outcome_t spread_of(const area_shape_t *counted, const area_fit_t *fit, double *percent)
{
    outcome_t result = outcome_ok();
    double sum = 0.0;
    for (const area_design_t *const *at = area_registry; *at != NULL; at++) {
        area_shape_t shape = (*at)->shape;
        area_estimate_t estimate;
        double area, power;
        shape.no_operands = counted->no_operands;
        shape.no_constant = counted->no_constant;
        if (outcome_bad(&result, area_estimate(fit, *at, &shape, &estimate)) ||
            outcome_bad(&result, area_paper(*at, &area, &power)))
            return result;
        if ((*at)->fits)
            sum += (estimate.area_um2 / area - 1) * (estimate.area_um2 / area - 1);
    }
    *percent = 100 * sqrt(sum / (double)fit->rows);
    return result;
}

/* The fit depends on what the PEs of the paper's tables are assumed to contain: print it under each assumption. */
static outcome_t print_assumptions(void)
{
    outcome_t result = outcome_ok();
    printf("\nAssumed to contain                                     um2/gate     residual, root mean square\n");
    for (int i = 0; i < 4 && outcome_is_ok(&result); i++) {
        area_shape_t counted = {.no_operands = i & 1, .no_constant = i & 2};
        area_fit_t fit;
        double percent = 0.0;
        if (!outcome_bad(&result, area_fit(&counted, NULL, &fit)) &&
            !outcome_bad(&result, spread_of(&counted, &fit, &percent)))
            printf("%-54s %10.4f  %6.1f%%%s\n",
                   text_of("%s operand registers, %s path of the constant", counted.no_operands ? "no" : "the",
                           counted.no_constant ? "no" : "the")
                       .chars,
                   fit.um2_per_gate, percent, i == 0 ? "   used above" : "");
    }
    return result;
}

/* What no fit can change: each PE relative to the first. */
static outcome_t print_ratios(void)
{
    pe_row_t first, row;
    outcome_t result = pe_row(area_registry[0], &first);
    if (!outcome_is_ok(&result))
        return result;
    printf("\n%-38s %13s  %13s  %9s\n", text_of("Area relative to the PE of %s, by", first.design->title).chars,
           "counted gates", "synthesis", "the paper");
    for (const area_design_t *const *at = area_registry; *at != NULL; at++) {
        if (outcome_bad(&result, pe_row(*at, &row)))
            return result;
        double synthesised = row.synthesised_gates / first.synthesised_gates;
        printf("%-38s %13.2f  %13s  %9.2f\n", (*at)->title, row.gates / first.gates,
               isnan(synthesised) ? "-" : text_of("%.2f", synthesised).chars, row.paper_area_um2 / first.paper_area_um2);
    }
    printf("A size of a gate, fitted or not, scales all PEs alike: it does not change these ratios.\n");
    return result;
}

static outcome_t print_all(void)
{
    area_fit_t fit;
    outcome_t result = area_fit(NULL, NULL, &fit);
    if (!outcome_is_ok(&result))
        return result;
    print_fit(&fit);
    printf("\n%-38s %6s  %9s  %9s  %7s  %9s  %7s  %7s  %7s  %7s\n", "PE", "gates", "area um2", "paper um2", "resid.",
           "left out", "resid.", "mW", "paper", "resid.");
    for (const area_design_t *const *at = area_registry; *at != NULL; at++) {
        pe_row_t row;
        if (outcome_bad(&result, pe_row(*at, &row)))
            return result;
        printf("%-38s %6.0f  %9.1f  %9.1f  %+6.1f%%  %9.1f  %+6.1f%%  %7.3f  %7.2f  %+6.1f%%\n", (*at)->title, row.gates,
               row.fitted.area_um2, row.paper_area_um2, 100 * (row.fitted.area_um2 / row.paper_area_um2 - 1),
               row.left_out.area_um2, 100 * (row.left_out.area_um2 / row.paper_area_um2 - 1), row.fitted.power_mw,
               row.paper_power_mw, 100 * (row.fitted.power_mw / row.paper_power_mw - 1));
    }
    return outcome_bad(&result, print_ratios()) ? result : print_assumptions();
}

/* ===  One PE  === */

static void print_units(const area_pe_t *pe, const double sizes[GATE_KINDS], double um2_per_gate)
{
    static const char *const parts[AREA_PARTS] = {"operands", "selection", "multiplier", "others"};
    printf("\n%-52s %-10s %7s  %8s ", "unit", "part", "gates", "um2");
    for (int gate = 0; gate < GATE_KINDS; gate++)
        printf(" %5s", gate_names[gate]);
    printf("\n");
    for (size_t i = 0; i < pe->count; i++) {
        const area_unit_t *unit = &pe->units[i];
        double size = area_unit_size(unit, sizes);
        printf("%-52s %-10s %7.1f  %8.1f ", unit->name, parts[unit->part], size, size * um2_per_gate);
        for (int gate = 0; gate < GATE_KINDS; gate++)
            printf(unit->gates[gate] ? " %5" PRId64 : "     -", unit->gates[gate]);
        printf("\n");
    }
}

static outcome_t print_one(const area_design_t *design, const area_shape_t *shape)
{
    double sizes[GATE_KINDS];
    area_pe_t pe, before;
    area_fit_t fit;
    area_estimate_t estimate, unchanged;
    outcome_t result;
    if (outcome_bad(&result, area_gate_sizes(sizes)) || outcome_bad(&result, area_build(design, shape, &pe)) ||
        outcome_bad(&result, area_build(design, &design->shape, &before)) ||
        outcome_bad(&result, area_fit(NULL, NULL, &fit)) ||
        outcome_bad(&result, area_estimate(&fit, design, shape, &estimate)) ||
        outcome_bad(&result, area_estimate(&fit, design, &design->shape, &unchanged)))
        return result;
    print_fit(&fit);
    print_units(&pe, sizes, fit.um2_per_gate);
    printf("\n%s: %.1f NAND2 equivalents, with %" PRId64 " bits of flip-flops; %.1f um2, %.3f mW at 28 nm and 800 MHz\n",
           design->title, area_size(&pe, AREA_PARTS, sizes), area_registers(&pe, AREA_PARTS), estimate.area_um2,
           estimate.power_mw);
    printf("as in the paper's table: %.1f NAND2 equivalents; the changed PE has %.3f x its area and %.3f x its power\n",
           area_size(&before, AREA_PARTS, sizes), estimate.area_um2 / unchanged.area_um2,
           estimate.power_mw / unchanged.power_mw);
    return result;
}

static outcome_t read_switch(const options_t *options, const char *name, bool *value)
{
    const char *text = options_text(options, name);
    if (text == NULL)
        return outcome_ok();
    *value = text_equal(text, "yes");
    return outcome_ok();
}

static outcome_t read_shape(const options_t *options, area_shape_t *shape)
{
    enum { MOST = 1024 };
    bool constant = true, operands = true;
    outcome_t result = outcome_ok();
    if ((options_given(options, "group") &&
         outcome_bad(&result, options_integer(options, "group", 1, MOST, &shape->group))) ||
        (options_given(options, "subgroup") &&
         outcome_bad(&result, options_integer(options, "subgroup", 1, MOST, &shape->subgroup))) ||
        outcome_bad(&result, read_switch(options, "narrow-muxes", &shape->narrow_muxes)) ||
        outcome_bad(&result, read_switch(options, "serial-constant", &shape->serial_constant)) ||
        outcome_bad(&result, read_switch(options, "constant", &constant)) ||
        outcome_bad(&result, read_switch(options, "operands", &operands)))
        return result;
    shape->no_constant = !constant;
    shape->no_operands = !operands;
    return result;
}

static outcome_t run(const options_t *options)
{
    static const char *const of_one_pe[] = {"group", "subgroup", "narrow-muxes", "serial-constant", "constant", "operands"};
    const char *name = options_text(options, "pe");
    output_t output;
    const area_design_t *design;
    outcome_t result = outcome_ok();
    if (name != NULL) {
        if (outcome_bad(&result, area_find(name, &design)))
            return result;
        area_shape_t shape = design->shape;
        result = read_shape(options, &shape);
        return outcome_is_ok(&result) ? print_one(design, &shape) : result;
    }
    for (size_t i = 0; i < sizeof of_one_pe / sizeof *of_one_pe; i++)
        if (options_given(options, of_one_pe[i]))
            return outcome_usage("area", text_of("--%s", of_one_pe[i]).chars, "no PE to change", "--pe NAME", NULL);
    if (outcome_bad(&result, output_open(options, &output)))
        return result;
    if (!outcome_bad(&result, pe_rows_write(output.rows)))
        result = print_all();
    return output_close(&output, pe_schema.name, &pe_schema, result);
}

static const option_t option_table[] = {
    {"pe", "NAME", NULL, "one PE, unit by unit: stripes, pragmatic, bitlet, bitwave, olive, bitvert-16, -8 or -4[-opt]"},
    {"group", "N", NULL, "weights that the PE takes at a time, 8 to 64 (BitVert has half as many lanes)"},
    {"subgroup", "N", NULL, "BitVert: weights that share lanes, 4, 8 or 16"},
    {"narrow-muxes", "yes|no", NULL, "BitVert: lane i selects only from activations i to i + lanes of its subgroup"},
    {"serial-constant", "yes|no", NULL, "BitVert: multiply the constant 3 bits per cycle, not 6"},
    {"constant", "yes|no", NULL, "BitVert: include the path of the constant (default yes)"},
    {"operands", "yes|no", NULL, "include the registers of the activations (default yes)"},
    OUTPUT_OPTIONS,
    {NULL, NULL, NULL, NULL},
};

const command_t command_area = {
    .name = "area",
    .summary = "estimate area and power of PEs from their gates, beside the paper's tables",
    .operands = "",
    .options = option_table,
    .details =
        "Without --pe there is a row a PE, its estimates beside the paper's numbers.\n"
        "Gates are counted from the structure of each PE (bench/accel/area.c). Cell sizes relative to a NAND2 come from an\n"
        "open library (technology.csv, gate.*). Three constants are fitted to the paper's tables; `left out` is the\n"
        "estimate of a PE from a fit without its own row. Wires and activity are not modelled.\n"
        "`synthesis` is the size of the same PE in Verilog, mapped to another open library (`make synthesis` repeats it). It is\n"
        "near the counted gates, but not near the paper's ratios of areas: there, BitVert's PE is much smaller relative to the\n"
        "PE of Stripes. Estimates in um2 are only as near to the paper's areas as one fitted size of a gate can make them.",
    .examples = "# every PE of the paper beside the paper's tables\n"
                "bbsbench area\n"
                "# one PE with smaller subgroups, unit by unit\n"
                "bbsbench area --pe bitvert-8-opt --subgroup 4",
    .run = run};
