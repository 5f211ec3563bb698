/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_SRAM_H
#define BBS_ACCEL_SRAM_H

#include "base/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SRAM banks at 28 nm: sram.csv, computed with CACTI 7 (0.028 um between its 22 and 32 nm, itrs-hp, 360 K, one read and
 * one write port, ECC, optimised for energy-delay squared). One row per bank; a buffer has several banks. Compiled in. */

typedef struct {
    int64_t bytes;
    int64_t bus_bits;
    double read_pj, write_pj; /* one access of the whole bus */
    double area_mm2;
    double access_ns;
    double leakage_mw;
} sram_bank_t;

extern const sram_bank_t sram_rows[];
extern const size_t sram_row_count;

/* The bank of this size and bus width. Without a row it is interpolated, linearly in log(bytes), between the two nearest
 * rows with the same bus width, and `*interpolated` is set. A size outside the table, or a bus width without rows, is an
 * error. */
outcome_t sram_bank(int64_t bytes, int64_t bus_bits, sram_bank_t *bank, bool *interpolated);

/* Interpolate a row of the table from the others, to see the error of interpolation. False for the smallest and the largest
 * bank of a bus width. */
bool sram_left_out(size_t row, sram_bank_t *bank);

#endif
