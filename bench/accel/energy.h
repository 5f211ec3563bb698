/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_ENERGY_H
#define BBS_ACCEL_ENERGY_H

#include "accel/accel.h"
#include "accel/counts.h"

/* Counts times constants: the only place where energy comes from, and linear in the counts. */

/* Energy a count, from technology.csv and sram.csv, for one accelerator in one configuration. */
typedef struct {
    double pe_pj;                           /* a PE cycle */
    double weight_register_pj;              /* a row cycle */
    double input_register_pj;               /* a column and tile, the dispatcher's share included */
    double weight_read_pj, weight_write_pj; /* a byte of the weight buffer */
    double input_read_pj, input_write_pj;   /* a byte of the input buffer */
    double local_read_pj, local_write_pj;   /* a byte of a PE's buffer */
    double dram_pj;                         /* a byte */
    double leakage_pj;                      /* a cycle, all buffers */
    double idle_pj;                         /* a cycle that the array waits for DRAM */
    bool interpolated;                      /* a bank has no row in sram.csv */
} energy_rates_t;

/* In pJ. The total leaves leakage and waiting out, as the paper's simulator does: they are figures of their own. */
typedef struct {
    double pe_pj, register_pj, sram_pj;
    double on_chip_pj; /* the sum of these three */
    double dram_pj;
    double total_pj;   /* on chip and DRAM */
    double leakage_pj; /* of the SRAM, over all cycles; not in the total */
    double idle_pj;    /* PEs and weight registers while DRAM is slower, as if they went on: a bound; not in the total */
} energy_t;

/* Tables of PE energies: prefixes of rows in technology.csv.
 *
 *   bitsim   the authors' simulator: synthesised energy of each PE, times 1.5 for place and route
 *   table5   the paper's Table V: power of a PE of 8 lanes, taken for this PE's lanes in proportion; it has five designs
 *
 * Registers, dispatcher and schedulers outside the PEs are always bitsim's: Table V has none of them. */
outcome_t energy_table_check(const char *table);
/* The table that an accelerator's PEs are taken from: `table` where it has them, or has to have them, as bitsim all; else,
 * when tables may be `mixed`, bitsim; else NULL. */
const char *energy_table_of(const char *table, bool mixed, const accelerator_t *accelerator);

/* `table` is that of energy_table_of(). A row that technology.csv or sram.csv lacks is an error that names it. */
outcome_t energy_rates(const char *table, const accelerator_t *accelerator, const accel_config_t *config,
                       energy_rates_t *rates);
energy_t energy_of(const energy_rates_t *rates, const counts_t *counts);

#endif
