/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_MODEL_ROWS_H
#define BBS_MEASURE_MODEL_ROWS_H

#include "accel/accel.h"
#include "accel/energy.h"
#include "rows/table.h"
#include "rows/writer.h"

/* model.csv: one row per network, accelerator and layer, and one with layer = total. */
extern const rows_schema_t model_schema;

/* The names of the columns that name a total and say what it costs: network, design, layer ("total"), setting, cycles,
 * energy. */
enum { MODEL_NET, MODEL_DESIGN, MODEL_LAYER, MODEL_SETTING, MODEL_CYCLES, MODEL_ENERGY, MODEL_TOTAL_COLUMNS };
void model_total_columns(const char *names[MODEL_TOTAL_COLUMNS]);

/* The texts of a row, besides its counts and energies. */
typedef struct {
    const network_t *network;
    const char *size;
    const accelerator_t *accelerator;
    const char *selection; /* how the sensitive channels were chosen */
    const char *setting;   /* of a sweep, "bitvert.rows=8"; else "" */
    const char *weights;   /* source of the weights */
    double density;        /* NaN: the accelerator does not depend on it */
    const char *density_source;
    const char *energy_table;    /* table that the PE energies come from */
    const char *configuration;   /* of the accelerator */
    int64_t batch;               /* samples that the row is of */
    int64_t tokens;              /* ROWS_UNKNOWN: the network's own */
    int64_t groups;              /* of the layer; ROWS_UNKNOWN: one, or a total */
    int64_t context, cache_bits; /* of a language model (model_plan_t); ROWS_UNKNOWN: it is none, or without products */
} model_names_t;

void model_write(rows_writer_t *writer, const model_names_t *names, const char *layer, const counts_t *counts,
                 const energy_t *energy);

/* The total of a network on a design in rows of this schema: that of these names, of which network, size, design, setting,
 * energy table and configuration are read. Of `energy` on chip, DRAM and both are set. False: there is no such row. */
bool model_find_total(const rows_table_t *rows, const model_names_t *names, int64_t *cycles, energy_t *energy);

#endif
