/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/roofline.h"

#include <math.h>

enum {
    NET,
    SIZE,
    ACCELERATOR,
    SETTING,
    LAYER,
    MACS,
    WEIGHT_BITS,
    TILES,
    COMPUTE,
    DRAM,
    CYCLES,
    BOUND,
    BYTES,
    INTENSITY,
    RATE,
    PEAK,
    BANDWIDTH,
    ENERGY,
    COLUMNS
};

static const rows_column_t columns[] = {
    [NET] = {.name = "net", .heading = "Network", .kind = ROWS_TEXT, .key = true, .meaning = "the network"},
    [SIZE] = {.name = "size",
              .heading = "Size",
              .kind = ROWS_TEXT,
              .key = true,
              .meaning = "full: the paper's network; compact: its stand-in"},
    [ACCELERATOR] = {.name = "accelerator", .heading = "Design", .kind = ROWS_TEXT, .key = true, .meaning = "the design"},
    [SETTING] = {.name = "setting", .heading = "Setting", .kind = ROWS_TEXT, .key = true, .meaning = "point of the grid"},
    [LAYER] = {.name = "layer", .heading = "Layer", .kind = ROWS_TEXT, .key = true, .meaning = "the layer"},
    [MACS] = {.name = "macs", .heading = "MACs", .kind = ROWS_INTEGER, .meaning = "multiplications"},
    [WEIGHT_BITS] = {.name = "weight_bits",
                     .heading = "Weight",
                     .unit = "bits",
                     .kind = ROWS_REAL,
                     .decimals = 2,
                     .meaning = "stored bits per weight, without metadata"},
    [TILES] = {.name = "tiles", .heading = "Tiles", .kind = ROWS_INTEGER, .meaning = "passes of the array"},
    [COMPUTE] = {.name = "compute_cycles",
                 .heading = "Compute cycles",
                 .kind = ROWS_INTEGER,
                 .meaning = "cycles of the array"},
    [DRAM] = {.name = "dram_cycles", .heading = "DRAM cycles", .kind = ROWS_INTEGER, .meaning = "cycles of the traffic"},
    [CYCLES] = {.name = "cycles", .heading = "Cycles", .kind = ROWS_INTEGER, .meaning = "the greater of the two"},
    [BOUND] = {.name = "bound", .heading = "Bound by", .kind = ROWS_TEXT, .meaning = "which of the two is greater"},
    [BYTES] = {.name = "dram_bytes", .heading = "DRAM", .unit = "bytes", .kind = ROWS_INTEGER, .meaning = "all traffic"},
    [INTENSITY] =
        {.name = "macs_per_byte", .heading = "MACs/byte", .kind = ROWS_REAL, .decimals = 1, .meaning = "macs / dram_bytes"},
    [RATE] = {.name = "macs_per_cycle",
              .heading = "MACs/cycle",
              .kind = ROWS_REAL,
              .decimals = 1,
              .meaning = "macs / cycles: what is reached"},
    [PEAK] = {.name = "multipliers",
              .heading = "Multipliers",
              .unit = "8-bit",
              .kind = ROWS_INTEGER,
              .meaning = "of the array, one MAC each a cycle at 8 bits"},
    [BANDWIDTH] = {.name = "dram_bytes_per_cycle",
                   .heading = "Bandwidth",
                   .unit = "bytes/cycle",
                   .kind = ROWS_REAL,
                   .decimals = 3,
                   .meaning = "of the DRAM"},
    [ENERGY] = {.name = "energy_total_pj",
                .heading = "Energy",
                .unit = "pJ",
                .kind = ROWS_REAL,
                .decimals = 0,
                .meaning = "on chip and DRAM, without leakage"},
    [COLUMNS] = {.name = NULL},
};

const rows_schema_t roofline_schema = {
    .name = "roofline", .about = "Each layer against the multipliers and the DRAM of its design.", .columns = columns};

outcome_t roofline_create(rows_table_t *table)
{
    return rows_table_create(columns, COLUMNS, table);
}

static rows_cell_t text(rows_table_t *table, const char *value)
{
    return (rows_cell_t){.kind = ROWS_CELL_TEXT, .text = rows_table_keep(table, value)};
}

static rows_cell_t integer(int64_t value)
{
    return (rows_cell_t){.kind = ROWS_CELL_INTEGER, .integer = value, .real = (double)value};
}

/* NULL where the divisor is 0. */
static rows_cell_t quotient(double value, double divisor)
{
    return (rows_cell_t){.kind = divisor > 0.0 ? ROWS_CELL_REAL : ROWS_CELL_NULL, .real = value / divisor};
}

outcome_t roofline_see(void *context, const model_seen_t *seen)
{
    rows_table_t *table = context;
    const counts_t *counts = seen->counts;
    double bandwidth;
    outcome_t result = memory_bytes_per_cycle(seen->config, &bandwidth);
    rows_cell_t *cells = outcome_is_ok(&result) ? rows_table_append(table) : NULL;
    if (cells == NULL)
        return outcome_is_ok(&result) ? outcome_out_of_memory("layers") : result;
    const double macs = (double)counts->macs;
    cells[NET] = text(table, seen->names->network->name);
    cells[SIZE] = text(table, seen->names->size);
    cells[ACCELERATOR] = text(table, seen->names->accelerator->name);
    cells[SETTING] = text(table, seen->names->setting);
    cells[LAYER] = text(table, seen->layer->shape->name);
    cells[MACS] = integer(counts->macs);
    cells[WEIGHT_BITS] = quotient((double)counts->value_bits, (double)counts->weights);
    cells[TILES] = integer(counts->tiles);
    cells[COMPUTE] = integer(counts->compute_cycles);
    cells[DRAM] = integer(counts->dram_cycles);
    cells[CYCLES] = integer(counts->cycles);
    cells[BOUND] = text(table, counts->compute_cycles >= counts->dram_cycles ? "compute" : "DRAM");
    cells[BYTES] = integer(counts_dram_bytes(counts));
    cells[INTENSITY] = quotient(macs, (double)counts_dram_bytes(counts));
    cells[RATE] = quotient(macs, (double)counts->cycles);
    cells[PEAK] = integer(accel_multipliers(seen->config));
    cells[BANDWIDTH] = quotient(bandwidth, 1.0);
    cells[ENERGY] = quotient(seen->energy->total_pj, 1.0);
    return result;
}
