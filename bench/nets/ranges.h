/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_RANGES_H
#define BBS_NETS_RANGES_H

#include "base/outcome.h"
#include "base/text.h"
#include "nets/net.h"

/* The ranges to which activations are clipped when they are quantised to 8 bits: one number per layer, found once by
 * `bbsbench calibrate` and kept beside the weights as NAME.ranges.csv; never found again in a run.
 * The input of layer i is u * most[i] / 255 with u in 0..255: unsigned, per tensor, with the zero point at 0, where it
 * comes from a ReLU and is never negative. An input that no ReLU is before (MobileNetV2's narrow tensors) is signed: (u -
 * 128) * most[i] / 127.5, where most[i] is the largest magnitude. Layers that read the network's input, pixels or words,
 * need no range; nor do transformers, where each vector is scaled separately. */

typedef struct {
    text_t path;     /* "" when made in memory */
    float *most;     /* [table.count]; 0: not in the file */
    double *seen;    /* [table.count], the largest magnitude in the calibration samples; NaN when not in the file */
    int64_t samples; /* number of calibration samples */
} net_ranges_t;

outcome_t net_ranges_create(const net_table_t *table, net_ranges_t *ranges);
void net_ranges_free(net_ranges_t *ranges);

/* A CSV with columns layer, range, largest, samples. Layers that the table lacks, and ranges that are not positive, are
 * refused. */
outcome_t net_ranges_load(const char *path, const net_table_t *table, net_ranges_t *ranges);
outcome_t net_ranges_save(const net_ranges_t *ranges, const net_table_t *table, const char *path);

/* WEIGHTS.safetensors -> WEIGHTS.ranges.csv: the file that is read when none is named. */
text_t net_ranges_path(const char *weights);

#endif
