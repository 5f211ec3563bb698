/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_PE_ROWS_H
#define BBS_MEASURE_PE_ROWS_H

#include "accel/area_fit.h"
#include "rows/writer.h"

/* One PE: its gates, counted and by synthesis, two estimates, and the paper's numbers. */
typedef struct {
    const area_design_t *design;
    double gates;             /* NAND2 equivalents, counted from the structure */
    double synthesised_gates; /* the same by an open synthesis (tests/synthesis); NaN where there is none */
    double operand_gates, multiplier_gates,
        register_bits;        /* the first two are parts of `gates`; register_bits counts all flip-flops */
    area_estimate_t fitted;   /* constants fitted to all rows of Tables IV and V */
    area_estimate_t left_out; /* fitted to all rows except its own: compared with the paper */
    double paper_area_um2, paper_power_mw;
} pe_row_t;

outcome_t pe_row(const area_design_t *design, pe_row_t *row);

/* pe.csv: one row for each PE of area_registry. */
extern const rows_schema_t pe_schema;
outcome_t pe_rows_write(const char *path);

#endif
