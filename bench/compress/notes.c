/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/notes.h"

#include "base/text.h"

#include <inttypes.h>

typedef struct {
    const char *key;
    text_t value;
} line_t;

static outcome_t add(const line_t *lines, size_t count, tensor_set_t *set)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++)
        result = tensor_set_note(set, lines[i].key, lines[i].value.chars);
    return result;
}

outcome_t notes_of_method(const char *spec, const method_t *method, const method_config_t *config, bool keep_first,
                          tensor_set_t *set)
{
    const line_t lines[] = {
        {"method", text_of("%s", spec)},
        {"columns", text_of("%d", method->coder != NULL ? config->columns : 0)},
        {"group", text_of("%d", config->group)},
        {"beta", text_of("%.9g", config->beta)},
        {"channels", text_of("%" PRId64, config->channel_unit)},
        {"score", text_of("%s", config->score_by_deviation ? "deviation" : "scale")},
        {"constant_bits", text_of("%d", config->constant_bits)},
        {"shift_range", text_of("%s", config->paper_shift_range ? "paper" : "stored")},
        {"ties", text_of("%s", config->ties_to_zero ? "zero" : "even")},
        {"choice", text_of("%s", config->least_mean ? "mean" : "lowest")},
        {"near", text_of("%d", config->near_percent)},
        {"mean_bits", text_of("%g", config->mean_bits)},
        {"first_layer", text_of("%s", keep_first ? "keep" : "prune")},
    };
    return add(lines, sizeof lines / sizeof *lines, set);
}

outcome_t notes_of_size(const compress_size_t *total, tensor_set_t *set)
{
    const line_t lines[] = {
        {"value_bits", text_of("%" PRId64, total->value_bits)},
        {"meta_bits", text_of("%" PRId64, total->meta_bits)},
    };
    return add(lines, sizeof lines / sizeof *lines, set);
}
