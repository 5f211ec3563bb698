/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/inputs.h"

#include "base/file.h"
#include "base/home.h"
#include "base/text.h"

#include <stdlib.h>

outcome_t inputs_add(inputs_t *inputs, const char *path, const char *role)
{
    if (path == NULL)
        return outcome_ok();
    const text_t recorded = path[0] == '/' ? home_record(path) : text_of("%s", path);
    for (size_t i = 0; i < inputs->count; i++)
        if (text_equal(inputs->items[i].path, recorded.chars))
            return outcome_ok();
    input_t *grown = realloc(inputs->items, (inputs->count + 1) * sizeof *grown);
    if (grown == NULL)
        return outcome_out_of_memory("inputs");
    inputs->items = grown;
    char *copy = text_copy(recorded.chars);
    if (copy == NULL)
        return outcome_out_of_memory("inputs");
    grown[inputs->count++] = (input_t){.path = copy, .role = role, .bytes = -1};
    return outcome_ok();
}

outcome_t inputs_identify(inputs_t *inputs)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < inputs->count && outcome_is_ok(&result); i++) {
        input_t *input = &inputs->items[i];
        text_t path;
        if (outcome_bad(&result, home_path(input->path, &path)))
            return result;
        if (!file_exists(path.chars))
            continue;
        result = file_size(path.chars, &input->bytes);
        if (outcome_is_ok(&result))
            result = sha256_file(path.chars, &input->sha256);
    }
    return result;
}

void inputs_free(inputs_t *inputs)
{
    for (size_t i = 0; i < inputs->count; i++)
        free(inputs->items[i].path);
    free(inputs->items);
    *inputs = (inputs_t){0};
}
