/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_LAYERS_H
#define BBS_MEASURE_LAYERS_H

#include "measure/accuracy.h"
#include "rows/writer.h"

/* Which layers of a network are sensitive to a method: one layer at a time is compressed, all others stay INT8, and the
 * outputs are measured against those of the INT8 network on the same samples (outputs.h). It is the profile that a choice
 * of bits per layer needs. Effects of several layers do not add up exactly. */

typedef struct {
    const char *net, *size, *data, *method, *layer;
    int64_t place;                          /* of the layer, from 1 */
    int64_t samples;                        /* that could be read */
    compress_size_t bits;                   /* of the layer */
    double kl, kl_error, kl_median, kl_p99; /* nats, from INT8: mean, its standard error, median, 99th percentile */
    double logit_error_median;              /* of the norm */
    int64_t flips;                          /* answers that are not those of INT8 */
    int64_t lost, gained;                   /* right answers, against INT8 */
    int activation_bits;
    bool stand_in;
} layers_row_t;

typedef void (*layers_sink_t)(void *context, const layers_row_t *row);

/* `config` is that of accuracy_run(); its methods are those that layers are put under, and int8 is run before them in any
 * case. A layer that a method leaves at 8 bits is not run: its measures are 0. Answers are not kept. FAULT_USAGE for fp32,
 * int8 and a method that quantises activations; FAULT_FAILED for a compressed file. */
outcome_t layers_run(const accuracy_config_t *config, layers_sink_t sink, void *context);

/* layers.csv */
extern const rows_schema_t layers_schema;
void layers_write(rows_writer_t *writer, const layers_row_t *row);

#endif
