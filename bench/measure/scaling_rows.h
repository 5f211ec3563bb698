/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_SCALING_ROWS_H
#define BBS_MEASURE_SCALING_ROWS_H

#include "rows/writer.h"

/* scaling.csv: one row per network, design and number of PE columns (scaling.h). */
typedef struct {
    const char *net, *size, *accelerator;
    int64_t pe_columns, compute_cycles, cycles;
    double useful_percent, intra_pe_stall_percent, inter_pe_stall_percent; /* NaN: the design does not look at bits */
    const char *weights_source;
} scaling_row_t;

extern const rows_schema_t scaling_schema;

#endif
