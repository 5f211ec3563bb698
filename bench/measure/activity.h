/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_ACTIVITY_H
#define BBS_MEASURE_ACTIVITY_H

#include "measure/accuracy.h"
#include "weights/density.h"

/* Which activations are not zero: a network with INT8 weights and 8-bit activations (W8A8) runs over samples, and the
 * levels in front of each layer are counted (engine_watch()). The same counts for any number of threads. */

typedef struct {
    accuracy_config_t session; /* network, size, weights, data, ranges, samples (`images`), threads; the rest is set here */
    const char *masks;         /* file to write (weights/mask_file.h); NULL: none */
    int64_t mask_samples;      /* the first of the samples; at most all of them */
} activity_config_t;

typedef void (*activity_sink_t)(void *context, const density_row_t *row);

/* Rows of density_schema go to `sink`: one a layer in the order of the table, then `total`. */
outcome_t activity_run(const activity_config_t *config, activity_sink_t sink, void *context);

#endif
