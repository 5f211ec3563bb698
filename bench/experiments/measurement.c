/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/measurement.h"

#include "base/text.h"

#include <stddef.h>

extern const measurement_t measurement_perplexity;
extern const measurement_t measurement_accuracy, measurement_integers, measurement_model, measurement_precision,
    measurement_attention, measurement_seeds, measurement_scaling, measurement_examples, measurement_sparsity,
    measurement_divergence, measurement_search, measurement_pe, measurement_oddity_totals, measurement_layers,
    measurement_llama, measurement_llama_parts, measurement_sensitivity_totals, measurement_sensitivity_weights;

const measurement_t *const measurement_registry[] = {
    &measurement_accuracy,
    &measurement_integers,
    &measurement_perplexity,
    &measurement_model,
    &measurement_precision,
    &measurement_attention,
    &measurement_seeds,
    &measurement_scaling,
    &measurement_examples,
    &measurement_sparsity,
    &measurement_divergence,
    &measurement_search,
    &measurement_pe,
    &measurement_oddity_totals,
    &measurement_layers,
    &measurement_llama,
    &measurement_llama_parts,
    &measurement_sensitivity_totals,
    &measurement_sensitivity_weights,
    NULL,
};

const measurement_t *measurement_find(const char *id)
{
    for (const measurement_t *const *at = measurement_registry; *at != NULL; at++)
        if (text_equal((*at)->schema->name, id))
            return *at;
    return NULL;
}
