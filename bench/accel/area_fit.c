/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/area_fit.h"

#include "accel/technology.h"

/* The quantities that a PE's area and power depend on. */
typedef struct {
    double gates;            /* of the whole PE, in NAND2 equivalents */
    double multiplier_gates; /* the part between operands and sum */
    double working;          /* registers that are loaded each cycle */
    double logic;            /* gates that are neither registers nor multiplexers of operands that do not change */
} measure_t;

static outcome_t measure(const area_design_t *design, const area_shape_t *shape, measure_t *of)
{
    double sizes[GATE_KINDS];
    area_pe_t pe;
    outcome_t result;
    if (outcome_bad(&result, area_gate_sizes(sizes)) || outcome_bad(&result, area_build(design, shape, &pe)))
        return result;
    int64_t all = area_registers(&pe, AREA_PARTS);
    of->gates = area_size(&pe, AREA_PARTS, sizes);
    of->multiplier_gates = area_size(&pe, AREA_MULTIPLIER, sizes);
    of->working = (double)(all - area_registers(&pe, AREA_OPERANDS));
    of->logic = of->gates - sizes[GATE_DFF] * (double)all - area_size(&pe, AREA_SELECTION, sizes);
    return result;
}

outcome_t area_paper(const area_design_t *design, double *area_um2, double *power_mw)
{
    outcome_t result;
    if (!outcome_bad(&result, technology_lookup(design->table, design->name, "area", area_um2)))
        result = technology_lookup(design->table, design->name, "power", power_mw);
    return result;
}

/* Sums of a least-squares fit of relative errors: of x / y near 1, for one factor, and for two. */
typedef struct {
    double area, area_squared;
    double working, logic, working_squared, logic_squared, both;
    size_t rows;
} sums_t;

static outcome_t add_row(const area_design_t *design, const area_shape_t *counted, sums_t *sums)
{
    area_shape_t shape = design->shape;
    measure_t of;
    double area, power;
    outcome_t result;
    if (counted != NULL) {
        shape.no_operands = counted->no_operands;
        shape.no_constant = counted->no_constant;
    }
    if (outcome_bad(&result, measure(design, &shape, &of)) || outcome_bad(&result, area_paper(design, &area, &power)))
        return result;
    double size = of.gates / area, working = of.working / power, logic = of.logic / power;
    sums->area += size;
    sums->area_squared += size * size;
    sums->working += working;
    sums->logic += logic;
    sums->working_squared += working * working;
    sums->logic_squared += logic * logic;
    sums->both += working * logic;
    sums->rows++;
    return result;
}

outcome_t area_fit(const area_shape_t *counted, const area_design_t *left_out, area_fit_t *fit)
{
    sums_t sums = {0};
    outcome_t result = outcome_ok();
    for (const area_design_t *const *at = area_registry; *at != NULL && outcome_is_ok(&result); at++)
        if ((*at)->fits && *at != left_out)
            result = add_row(*at, counted, &sums);
    if (!outcome_is_ok(&result))
        return result;
    if (sums.rows == 0)
        return outcome_failed("area", "fit", "no PE", "the rows of Tables IV and V", NULL);
    double determinant = sums.working_squared * sums.logic_squared - sums.both * sums.both;
    *fit = (area_fit_t){
        .um2_per_gate = sums.area / sums.area_squared,
        .mw_per_register = (sums.working * sums.logic_squared - sums.logic * sums.both) / determinant,
        .mw_per_gate = (sums.logic * sums.working_squared - sums.working * sums.both) / determinant,
        .rows = sums.rows,
    };
    if (fit->mw_per_gate < 0.0) { /* neither constant can be negative */
        fit->mw_per_gate = 0.0;
        fit->mw_per_register = sums.working / sums.working_squared;
    } else if (fit->mw_per_register < 0.0) {
        fit->mw_per_register = 0.0;
        fit->mw_per_gate = sums.logic / sums.logic_squared;
    }
    return result;
}

outcome_t area_estimate(const area_fit_t *fit, const area_design_t *design, const area_shape_t *shape,
                        area_estimate_t *estimate)
{
    measure_t of;
    outcome_t result = measure(design, shape, &of);
    if (!outcome_is_ok(&result))
        return result;
    *estimate = (area_estimate_t){
        .area_um2 = fit->um2_per_gate * of.gates,
        .multiplier_um2 = fit->um2_per_gate * of.multiplier_gates,
        .power_mw = fit->mw_per_register * of.working + fit->mw_per_gate * of.logic,
    };
    return result;
}
