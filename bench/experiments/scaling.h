/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_SCALING_H
#define BBS_EXPERIMENTS_SCALING_H

#include "experiments/experiment.h"

/* The bit-serial designs with 2 to 32 weight channels side by side, on ResNet-50 and on BERT for MRPC: what Figs 14 and 15
 * show. The paper calls the PEs of one weight channel a column; in the models it is a row of the array (accel.h).
 *
 * Every PE has 8 bit-serial lanes, so that the designs have the same number of multipliers at each point: Stripes and
 * Pragmatic take 8 weights at a time, Bitlet 32, BitWave 8 in an array that is not cut anew, BitVert 16, as the settings
 * of the authors' simulator for this study (BitSim main, sim/test_*.py). Buffers and DRAM stay as they are. */

/* Rows into FOLDER/`name`, one a network, design and number of channels: how fast, with the columns
 *     net,size,accelerator,pe_columns,compute_cycles,cycles,reference,speedup,weights_source
 * against Stripes with as many; or, with `shares`, what the lanes do,
 *     net,size,accelerator,pe_columns,useful_percent,intra_pe_stall_percent,inter_pe_stall_percent,weights_source
 * in per cent of the slots of lanes, which add up to 100; Stripes does not look at bits and has none. Both are taken from
 * scaling.csv in the run folder, model rows that the first of them leaves there. */
outcome_t scaling_write(const experiment_context_t *context, const char *name, bool shares);

extern const diff_rule_t scaling_rule;

/* A cell of the row of that network, design and number of channels; NaN where there is none. */
double scaling_value(const csv_table_t *table, const char *net, const char *accelerator, int64_t columns,
                     const char *column);

/* The points and the designs, for tables. */
enum { SCALING_POINTS = 5 };
extern const int64_t scaling_points[SCALING_POINTS];

#endif
