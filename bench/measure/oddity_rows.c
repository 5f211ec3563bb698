/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/oddity_rows.h"

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(oddity_row_t, member)
#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(oddity_row_t, member)
#define REAL(member) .name = #member, ROWS_PLACE_REAL(oddity_row_t, member)

static const rows_column_t columns[] = {
    {TEXT(profile), .key = true, .heading = "Profile", .meaning = "configuration, as for `simulate --config`"},
    {TEXT(first_layer_weights), .key = true, .heading = "First layer",
     .meaning = "whole: a network's first layer stays at 8 bits; pruned: it is pruned, as in the authors' simulator"},
    {TEXT(oddity), .key = true, .heading = "Oddity",
     .meaning =
         "the oddity that is on, as for `simulate --oddity`; none; all: those of the simulator's main branch; or a setting of "
         "the design that is not its default, as for `simulate --set`"},
    {TEXT(net), .key = true, .heading = "Network", .meaning = "the network"},
    {TEXT(size), .key = true, .heading = "Size", .meaning = "full: the network of the paper"},
    {TEXT(accelerator), .key = true, .heading = "Accelerator", .meaning = "the design"},
    {INTEGER(cycles), .heading = "Cycles", .sense = ROWS_LOWER,
     .meaning = "of one sample through the network: the greater of compute and DRAM cycles, layer by layer"},
    {REAL(energy_on_chip_pj), .heading = "Energy on chip", .unit = "pJ", .sense = ROWS_LOWER,
     .meaning = "PEs, registers and buffers, without leakage"},
    {REAL(energy_dram_pj), .heading = "Energy DRAM", .unit = "pJ", .sense = ROWS_LOWER, .meaning = "DRAM accesses"},
    {REAL(energy_total_pj), .heading = "Energy", .unit = "pJ", .sense = ROWS_LOWER, .meaning = "on chip and DRAM"},
    {TEXT(weights_source), .heading = "Weights from", .meaning = "the portraits that synthetic weights are drawn after"},
    {.name = NULL},
};

const rows_schema_t oddity_schema = {
    .name = "oddity_totals",
    .about = "Cycles and energy of each network on each design with each oddity of the authors' simulator, one at a time.",
    .columns = columns};
