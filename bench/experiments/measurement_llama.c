/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurements `llama` and `llama_parts`: language models by their shapes. */
#include "experiments/model_inputs_list.h"
#include "measure/llama.h"
#include "nets/llama.h"
#include "nets/llama_shapes.h"
#include "weights/substitute.h"

static outcome_t run_bits(const measurement_context_t *context, const char *path)
{
    return llama_run(context->jobs, path);
}

static outcome_t run_model(const measurement_context_t *context, const char *path)
{
    return llama_parts_run(context->mode->brief, context->jobs, path);
}

static outcome_t list_portraits(const run_mode_t *mode, inputs_t *inputs)
{
    outcome_t result = outcome_ok();
    (void)mode;
    for (const char *const *path = substitute_files(net_llama3_8b.family); *path != NULL && outcome_is_ok(&result); path++)
        result = inputs_add(inputs, *path, "portraits of layers");
    return result;
}

extern const measurement_t measurement_llama, measurement_llama_parts;
const measurement_t measurement_llama = {.schema = &llama_schema, .list_inputs = list_portraits, .run = run_bits};
const measurement_t measurement_llama_parts = {
    .schema = &llama_parts_schema, .list_inputs = model_inputs_list, .run = run_model};
