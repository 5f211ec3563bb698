/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_RANGES_H
#define BBS_NETS_RANGES_H

#include "base/outcome.h"
#include "base/text.h"
#include "nets/net.h"

/* Where activations are cut when they are quantised to 8 bits: one number a layer, made once by `bbsbench calibrate` and
 * kept beside the weights as NAME.ranges.csv; never made anew in a run.
 *
 * The tensor that layer i reads is u * most[i] / 255 with u in 0..255: unsigned, per tensor, the zero point at 0, because
 * what feeds a convolution is never negative (it comes from a ReLU). A layer that reads the network's input, pixels or
 * words, needs no range; nor does a transformer, whose vectors are scaled one by one. */

typedef struct {
    text_t path;     /* "" when made in memory */
    float *most;     /* [table.count]; 0: not in the file */
    double *seen;    /* [table.count], the largest value in the calibration samples; NaN when not in the file */
    int64_t samples; /* that were calibrated with */
} net_ranges_t;

outcome_t net_ranges_create(const net_table_t *table, net_ranges_t *ranges);
void net_ranges_free(net_ranges_t *ranges);

/* Columns layer, range, largest, samples. Layers that the table does not know, and ranges that are not positive, are
 * refused. */
outcome_t net_ranges_load(const char *path, const net_table_t *table, net_ranges_t *ranges);
outcome_t net_ranges_save(const net_ranges_t *ranges, const net_table_t *table, const char *path);

/* WEIGHTS.safetensors -> WEIGHTS.ranges.csv: where they are looked for when no file is named. */
text_t net_ranges_path(const char *weights);

#endif
