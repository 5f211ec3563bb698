/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/total_rows.h"

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(total_row_t, member)
#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(total_row_t, member)
#define REAL(member) .name = #member, ROWS_PLACE_REAL(total_row_t, member)

#define NAMES                                                                                      \
    {TEXT(net), .key = true, .heading = "Network", .meaning = "the network"},                      \
        {TEXT(size), .key = true, .heading = "Size", .meaning = "full: the network of the paper"}, \
    {                                                                                              \
        TEXT(accelerator), .key = true, .heading = "Accelerator", .meaning = "the design"          \
    }

#define COUNTS                                                                                                           \
    {INTEGER(compute_cycles), .heading = "Compute cycles", .sense = ROWS_LOWER, .meaning = "cycles of the array"},       \
        {INTEGER(dram_cycles), .heading = "DRAM cycles", .sense = ROWS_LOWER,                                            \
         .meaning = "cycles that the DRAM traffic takes"},                                                               \
        {INTEGER(cycles), .heading = "Cycles", .sense = ROWS_LOWER,                                                      \
         .meaning = "the greater of compute and DRAM cycles, layer by layer"},                                           \
        {REAL(energy_on_chip_pj), .heading = "On chip", .unit = "pJ", .decimals = 0, .meaning = "energy on chip"},       \
        {REAL(energy_dram_pj), .heading = "DRAM", .unit = "pJ", .decimals = 0, .meaning = "energy of the DRAM traffic"}, \
        {REAL(energy_total_pj), .heading = "Energy", .unit = "pJ",                                                       \
         .sense = ROWS_LOWER,   .decimals = 0,       .meaning = "on chip and DRAM, without leakage"},                    \
    {                                                                                                                    \
        .name = NULL                                                                                                     \
    }

static const rows_column_t precision_columns[] = {
    NAMES,
    {INTEGER(weight_bits), .key = true, .heading = "Weights", .unit = "bits",
     .meaning = "bits per weight, and cycles per tile, of every layer but the one that reads the image, which has 8"},
    {TEXT(method), .heading = "Method", .meaning = "the method whose measured accuracy is that of these weights"},
    COUNTS,
};

const rows_schema_t precision_schema = {
    .name = "precision",
    .about = "Each network on the designs that gain from weights of fewer bits without pruning, at each number of bits.",
    .columns = precision_columns};

static const rows_column_t attention_columns[] = {
    NAMES,
    {INTEGER(macs), .heading = "MACs", .meaning = "multiplications of all layers and of the products of attention"},
    COUNTS,
};

const rows_schema_t attention_schema = {
    .name = "attention",
    .about =
        "Each network with attention on each accelerator model, with the products of attention, which model.csv lacks.",
    .columns = attention_columns};

static const rows_column_t seeds_columns[] = {
    NAMES,
    {INTEGER(seed), .key = true, .heading = "Seed", .meaning = "of the synthetic weights; model.csv has those of seed 1"},
    COUNTS,
};

const rows_schema_t seeds_schema = {
    .name = "seeds",
    .about = "Each network on each accelerator model, with synthetic weights of other seeds than those of model.csv.",
    .columns = seeds_columns};

total_row_t total_row(const model_total_t *total, const char *size)
{
    return (total_row_t){.net = total->network->name,
                         .size = size,
                         .accelerator = total->accelerator->name,
                         .weight_bits = ROWS_UNKNOWN,
                         .method = "",
                         .seed = ROWS_UNKNOWN,
                         .macs = total->counts.macs,
                         .compute_cycles = total->counts.compute_cycles,
                         .dram_cycles = total->counts.dram_cycles,
                         .cycles = total->counts.cycles,
                         .energy_on_chip_pj = total->energy.on_chip_pj,
                         .energy_dram_pj = total->energy.dram_pj,
                         .energy_total_pj = total->energy.total_pj};
}
