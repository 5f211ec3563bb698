/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_STEPS_H
#define BBS_MEASURE_STEPS_H

#include "engine/engine.h"
#include "measure/accuracy.h"
#include "rows/writer.h"

/* Where the time of a prediction goes: processor time a sample by kind of step (engine_profile()). */

typedef struct {
    const char *net, *size, *data, *method, *kernels, *step;
    int64_t activation_bits;
    int64_t samples; /* predictions that were timed */
    int64_t threads; /* that predicted at the same time */
    double ms;       /* of processor time a sample, mean */
    double share;    /* of the sample's time, fraction */
    double pieces;   /* of work a sample */
} steps_row_t;

typedef void (*steps_sink_t)(void *context, const steps_row_t *row);

/* `config` is that of accuracy_run(). The samples are run under each method in turn, a few of them once more before, so
 * that what is made at first use is not timed; then each kind that took time is a row, the longest first. Answers are not
 * kept. FAULT_USAGE for a method that quantises activations. */
outcome_t steps_run(const accuracy_config_t *config, steps_sink_t sink, void *context);

/* "product" ...: the kinds as rows call them. */
const char *steps_name(engine_step_kind_t kind);

/* steps.csv */
extern const rows_schema_t steps_schema;

#endif
