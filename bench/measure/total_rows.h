/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_TOTAL_ROWS_H
#define BBS_MEASURE_TOTAL_ROWS_H

#include "measure/model.h"
#include "rows/writer.h"

/* Rows of totals: one sample of a network on a design, under something that differs from the rows of model.csv. Each schema
 * has the columns net, size, accelerator, then what differs, then cycles and energies. */

typedef struct {
    const char *net, *size, *accelerator;
    int64_t weight_bits; /* precision.csv */
    const char *method;  /* precision.csv */
    int64_t seed;        /* seeds.csv */
    int64_t macs;
    int64_t compute_cycles, dram_cycles, cycles;
    double energy_on_chip_pj, energy_dram_pj, energy_total_pj;
} total_row_t;

/* precision.csv: designs whose weights can have fewer bits (accelerator_t.accuracy_at_bits), at each number of bits. */
extern const rows_schema_t precision_schema;
/* attention.csv: networks with attention on all designs, with its products (workload.h). */
extern const rows_schema_t attention_schema;
/* seeds.csv: all networks on all designs, with other synthetic weights (substitute.h). */
extern const rows_schema_t seeds_schema;

/* Names, cycles and energies of a total that is not skipped; the texts are those of the registries. */
total_row_t total_row(const model_total_t *total, const char *size);

#endif
