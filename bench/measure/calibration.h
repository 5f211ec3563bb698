/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_CALIBRATION_H
#define BBS_MEASURE_CALIBRATION_H

#include "base/outcome.h"
#include "data/profile.h"
#include "nets/ranges.h"
#include "nets/weights.h"

/* Ranges of activations. The float network runs over training samples; for each layer with weights the range with the
 * smallest error at 256 levels is chosen (the rule of the paper's authors, who call it "lsq"): of the 100 ranges
 * most (1 - i / 100), where most is the largest value seen, the one with the smallest mean |x - Q(x)|^2.4.
 * The mean is taken over a histogram of each layer's inputs: 4,096 bins up to the largest value, zeros counted apart.
 * Counts do not depend on the number of threads, so neither do the ranges. */

typedef struct {
    const char *data;         /* folder or file; NULL: the default place of the data set's training part */
    const char *dataset;      /* kind of the data; NULL: that of the size */
    const profile_t *profile; /* preprocessing; NULL: that of the size */
    int64_t samples;          /* the fixed list of dataset_subset() */
    int threads;
} calibration_config_t;

/* Find the ranges of a CNN; the caller frees `ranges` with net_ranges_free(). A layer with negative inputs is an error. */
outcome_t calibration_run(const net_weights_t *weights, const calibration_config_t *config, net_ranges_t *ranges);

#endif
