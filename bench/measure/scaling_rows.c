/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/scaling_rows.h"

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(scaling_row_t, member)
#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(scaling_row_t, member)
#define REAL(member) .name = #member, ROWS_PLACE_REAL(scaling_row_t, member)

static const rows_column_t columns[] = {
    {TEXT(net), .key = true, .heading = "Network", .meaning = "the network"},
    {TEXT(size), .key = true, .heading = "Size", .meaning = "full: the network of the paper"},
    {TEXT(accelerator), .key = true, .heading = "Accelerator", .meaning = "the design"},
    {INTEGER(pe_columns), .key = true, .heading = "PE columns", .meaning = "weight channels that are computed in parallel"},
    {INTEGER(compute_cycles), .heading = "Compute cycles", .sense = ROWS_LOWER,
     .meaning = "cycles of the array, whole network"},
    {INTEGER(cycles), .heading = "Cycles", .sense = ROWS_LOWER,
     .meaning = "the greater of compute and DRAM cycles, layer by layer"},
    {REAL(useful_percent), .heading = "Useful", .unit = "%", .decimals = 1,
     .meaning = "share of lanes × cycles spent on a bit that is one; empty where a design does not skip bits"},
    {REAL(intra_pe_stall_percent), .heading = "Intra-PE stall", .unit = "%", .decimals = 1,
     .meaning = "share spent waiting for slower lanes of the same PE"},
    {REAL(inter_pe_stall_percent), .heading = "Inter-PE stall", .unit = "%", .decimals = 1,
     .meaning = "share spent waiting for slower PEs"},
    {TEXT(weights_source), .heading = "Weights from", .meaning = "the portraits that synthetic weights are drawn after"},
    {.name = NULL},
};

const rows_schema_t scaling_schema = {
    .name = "scaling",
    .about = "The bit-serial designs with 2 to 32 PE columns and 8 lanes per PE, on the networks of Figs 14 and 15.",
    .columns = columns};
