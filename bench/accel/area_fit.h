/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_AREA_FIT_H
#define BBS_ACCEL_AREA_FIT_H

#include "accel/area.h"

/* From gates to um2 and mW. Three constants are FITTED to the PEs of the paper's Tables IV and V, by least squares of
 * relative errors: the area of a NAND2 equivalent; the power of a register that is loaded each cycle, and of a gate of
 * logic. Registers that hold the activations while the bits of the weights are processed have area but no power (their
 * clock is gated).
 *
 * Only an estimate that is independent of the paper's number can be compared with it: left_out estimates of a PE come from
 * a fit without its own row. */
typedef struct {
    double um2_per_gate;
    double mw_per_register;
    double mw_per_gate;
    size_t rows; /* number of rows of the fit */
} area_fit_t;

/* Fit the constants. Registers and paths that `counted` leaves out (no_operands, no_constant; NULL: none) are left out of
 * every PE. The fit does not use the row of `left_out` (NULL: it uses all). */
outcome_t area_fit(const area_shape_t *counted, const area_design_t *left_out, area_fit_t *fit);

typedef struct {
    double area_um2, multiplier_um2; /* the multiplier is a part of the area: see AREA_MULTIPLIER */
    double power_mw;
} area_estimate_t;

outcome_t area_estimate(const area_fit_t *fit, const area_design_t *design, const area_shape_t *shape,
                        area_estimate_t *estimate);

/* The paper's own numbers of a design. */
outcome_t area_paper(const area_design_t *design, double *area_um2, double *power_mw);

#endif
