/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_ENERGY_H
#define BBS_ACCEL_ENERGY_H

#include "accel/accel.h"
#include "accel/counts.h"

/* Energy is counts times constants, linear in the counts, and is computed only here. */

/* Energy per count, from technology.csv and sram.csv, for one accelerator in one configuration. */
typedef struct {
    double pe_pj;                           /* per PE cycle */
    double weight_register_pj;              /* per row and cycle */
    double input_register_pj;               /* per column and tile, including the dispatcher's share */
    double weight_read_pj, weight_write_pj; /* per byte of the weight buffer */
    double input_read_pj, input_write_pj;   /* per byte of the input buffer */
    double local_read_pj, local_write_pj;   /* per byte of a PE's buffer */
    double dram_pj;                         /* per byte */
    double leakage_pj;                      /* per cycle, of all buffers */
    double idle_pj;                         /* per cycle in which the array waits for DRAM */
    bool interpolated;                      /* a bank has no row in sram.csv */
} energy_rates_t;

/* In pJ. The total does not include leakage and waiting, as in the paper's simulator; they are given separately. */
typedef struct {
    double pe_pj, register_pj, sram_pj;
    double on_chip_pj; /* the sum of these three */
    double dram_pj;
    double total_pj;   /* on chip and DRAM */
    double leakage_pj; /* of the SRAM, over all cycles; not in the total */
    double idle_pj;    /* upper bound of what PEs and weight registers use while they wait for DRAM; not in the total */
} energy_t;

/* Tables of PE energies: prefixes of rows in technology.csv.
 *
 *   bitsim   the authors' simulator: synthesised energy of each PE, times 1.5 for place and route
 *   table5   the paper's Table V: power of a PE of 8 lanes, scaled to the lanes of this PE; it has five designs
 *
 * Registers, dispatcher and schedulers outside the PEs are always taken from bitsim: Table V does not have them. */
outcome_t energy_table_check(const char *table);
/* The table for the PEs of an accelerator: `table` when it has them (bitsim must have all); else bitsim when tables may be
 * `mixed`; else NULL. */
const char *energy_table_of(const char *table, bool mixed, const accelerator_t *accelerator);

/* `table` is the result of energy_table_of(). A missing row of technology.csv or sram.csv is an error that names the row.
 */
outcome_t energy_rates(const char *table, const accelerator_t *accelerator, const accel_config_t *config,
                       energy_rates_t *rates);
energy_t energy_of(const energy_rates_t *rates, const counts_t *counts);

/* The terms that energy_of() adds up, the DRAM last. */
enum { ENERGY_TERMS = 10 };

typedef struct {
    const char *what, *unit; /* of the count */
    double count, rate;      /* pJ for one of the count */
    double share;            /* oddity fractions: the part of the counted cycles that is not rounding; else 1 */
    double pj;               /* rate x count x share */
} energy_term_t;

void energy_terms(const energy_rates_t *rates, const counts_t *counts, energy_term_t terms[ENERGY_TERMS]);

#endif
