/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurement `layers`: one network, one layer at a time under a method. A sample runs once for each layer and method, so
 * the network is one of moderate depth, and the samples are the first of the fixed list. */
#include "experiments/accuracy_runs.h"

#include "measure/layers.h"

static const char *const net = "resnet34";
static const char *const methods[] = {"bbs-mod", "ptq:bits=4"};
enum { SAMPLES = 256, BRIEF_SAMPLES = 32 };
static const char kernels[] = "fast";

static void write_row(void *context, const layers_row_t *row)
{
    layers_write(context, row);
}

static outcome_t write_rows(void *context, const accuracy_config_t *config)
{
    return layers_run(config, write_row, context);
}

static outcome_t run(const measurement_context_t *context, const char *path)
{
    const accuracy_config_t config = {.methods = methods,
                                      .method_count = sizeof methods / sizeof *methods,
                                      .images = context->mode->brief ? BRIEF_SAMPLES : SAMPLES,
                                      .kernels = kernels};
    rows_writer_t writer;
    outcome_t result = rows_create(&writer, &layers_schema, path);
    if (!outcome_is_ok(&result))
        return result;
    return rows_finish(&writer, accuracy_runs_one(context, net, &config, write_rows, &writer));
}

extern const measurement_t measurement_layers;
const measurement_t measurement_layers = {.schema = &layers_schema, .list_inputs = accuracy_runs_inputs, .run = run};
