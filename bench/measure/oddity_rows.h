/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_ODDITY_ROWS_H
#define BBS_MEASURE_ODDITY_ROWS_H

#include "rows/writer.h"

/* oddity_totals.csv: one row per profile, first layer, oddity, network and design (oddity_totals.h). */
typedef struct {
    const char *profile, *first_layer_weights, *oddity, *net, *size, *accelerator;
    int64_t cycles;
    double energy_on_chip_pj, energy_dram_pj, energy_total_pj;
    const char *weights_source;
} oddity_row_t;

extern const rows_schema_t oddity_schema;

#endif
