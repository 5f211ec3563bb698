/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/experiments.h"

#include "base/text.h"

const experiment_t *const experiment_registry[] = {
    &experiment_accuracy, &experiment_integers, &experiment_model,
    &experiment_examples, &experiment_fig3,     &experiment_fig12,
    &experiment_fig13,    &experiment_fig14,    &experiment_fig15,
    &experiment_table1,   &experiment_fig11,    &experiment_table2,
    &experiment_table3,   &experiment_fig16,    &experiment_table4,
    &experiment_table5,   &experiment_table6,   NULL,
};

outcome_t experiment_find(const char *id, const experiment_t **experiment)
{
    text_t known = text_of("%s", "");
    for (const experiment_t *const *at = experiment_registry; *at != NULL; at++) {
        if (text_equal((*at)->id, id)) {
            *experiment = *at;
            return outcome_ok();
        }
        known = text_of("%s%s%s", known.chars, known.chars[0] ? ", " : "", (*at)->id);
    }
    return outcome_usage("experiment", id, "no such experiment", known.chars, NULL);
}
