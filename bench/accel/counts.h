/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_COUNTS_H
#define BBS_ACCEL_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The counts of an accelerator while it runs one layer or a whole network; all results of the models follow from them. All
 * are exact integers; bytes are bytes, never words. */
typedef struct {
    int64_t macs, weights;
    int64_t channels, sensitive; /* output channels, and those at 8 bits */
    int64_t value_bits;          /* stored bits of all weights, without metadata */
    int64_t tiles;
    int64_t compute_cycles, dram_cycles;
    int64_t cycles_variance; /* of compute_cycles, in cycles squared: the square of its standard error; 0: exact */
    int64_t cycles;          /* max of the two, layer by layer */
    int64_t
        pe_cycles; /* PEs x compute cycles (the array runs in lock step, including idle rows and columns); SparTen: pairs */
    int64_t weight_register_cycles;                              /* rows x compute cycles */
    int64_t input_register_loads;                                /* columns x tiles */
    int64_t dram_weight, dram_input, dram_output, dram_metadata; /* bytes; input includes residual operands */
    int64_t local_read, local_write;                             /* bytes, of the buffers of all PEs */
    int64_t lane_slots, row_slots, useful_slots;                 /* as in accel_work_t */
    int64_t sram_weight_read, sram_input_read;                   /* bytes */
    int64_t sram_weight_write, sram_input_write;                 /* bytes */
    /* Oddity fractions, else 0: what compute_cycles and cycles are rounded up by, in 1e-9 cycle, and dram_weight, in bits.
     */
    int64_t compute_excess, cycle_excess, dram_weight_excess;
} counts_t;

/* Add member by member; nothing wraps (exact.h). */
void counts_add(counts_t *total, const counts_t *part);
/* Multiply every member. */
void counts_times(counts_t *counts, int64_t factor);
bool counts_overflow(const counts_t *counts); /* whether a member exceeds 63 bits */
int64_t counts_dram_bytes(const counts_t *counts);

#endif
