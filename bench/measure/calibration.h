/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_CALIBRATION_H
#define BBS_MEASURE_CALIBRATION_H

#include "base/outcome.h"
#include "nets/ranges.h"
#include "nets/weights.h"

/* Ranges of activations: the float network runs over training samples, and for each layer that has weights the range is
 * chosen at which 256 levels hurt least (the paper's authors' rule, there called "lsq"): of the 100 ranges most (1 - i /
 * 100) the one with the smallest mean |x - Q(x)|^2.4.
 *
 * The mean is taken over a histogram of what each layer reads, 4,096 bins up to the largest value, zeros apart: counts, so
 * the ranges do not depend on the number of threads. */

typedef struct {
    const char *data; /* folder or file, NULL: the training part of the data set's default */
    int64_t samples;  /* the fixed list of dataset_subset() */
    int threads;
} calibration_config_t;

/* Ranges for a CNN; `ranges` is net_ranges_free()d by the caller. A layer that reads negative values is refused. */
outcome_t calibration_run(const net_weights_t *weights, const calibration_config_t *config, net_ranges_t *ranges);

#endif
