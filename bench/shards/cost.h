/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_SHARDS_COST_H
#define BBS_SHARDS_COST_H

#include "measure/accuracy.h"

#include <stdint.h>

/* What the units of an evaluation will cost on this machine, measured on INT8 and the first COST_SAMPLES samples: methods
 * differ only in the weights, so one stands for all. */

enum { COST_SAMPLES = 20 };

typedef struct {
    text_t net, size, data;
    char **methods; /* that will have rows: some are left out where there is nothing to calibrate on */
    size_t method_count;
    int64_t samples;         /* of the evaluation */
    double sample_seconds;   /* processor time of a sample */
    double load_seconds;     /* processor time of opening weights, data and engine */
    double compress_seconds; /* processor time of compressing by the last method */
} cost_t;

/* Free with cost_free(), whatever the outcome. */
outcome_t cost_measure(const accuracy_config_t *config, cost_t *cost);
void cost_free(cost_t *cost);

#endif
