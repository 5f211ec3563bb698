/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_ACTIVATIONS_H
#define BBS_MEASURE_ACTIVATIONS_H

#include "compress/method.h"
#include "engine/engine.h"
#include "measure/calibration_samples.h"
#include "weights/int8_network.h"

/* The quantisers of activations of one network under one method: made here, run by the engine.
 *
 * Calibration: the network with the method's weights and float activations runs over the calibration samples. Of each
 * layer's input it keeps, for every sample, the largest magnitude, ACTIVATION_VALUES values and ACTIVATION_ROWS rows of the
 * product, all evenly strided in the order [channel, position] and over the output positions; each sample has a place of
 * its own, so the number of threads changes nothing. Then the method fits a quantiser to each layer
 * (compress/activations.h). */

enum { ACTIVATION_VALUES = 1024, ACTIVATION_ROWS = 8 };

typedef struct {
    const net_weights_t *weights;
    activation_t *items; /* [weights->table.count]; without `quantise` where the engine does not filter */
} activations_t;

/* `spec` has activation bits, and is set in `engine` (variant_apply()), which has no filter. `samples` is not used by a
 * method that does not calibrate. Call activations_free() whatever the outcome. */
outcome_t activations_fit(const int8_network_t *network, const net_weights_t *weights, const char *spec,
                          const calibration_samples_t *samples, engine_t *engine, int threads, activations_t *activations);
void activations_free(activations_t *activations);

/* For engine_filter(): the context is activations_t. */
void activations_filter(void *context, int worker, size_t index, const activation_shape_t *shape, const float *from,
                        float *to);

#endif
