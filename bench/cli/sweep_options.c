/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/sweep_options.h"

#include "accel/configuration.h"
#include "accel/settings.h"
#include "base/text.h"
#include "measure/model_sweep.h"

#include <stdlib.h>
#include <string.h>

/* `key` with a section, or what is run. A key of a design without one means every chosen design that has it, but must not
 * change the reference unseen.
 */
static outcome_t complete_key(const char *key, const model_plan_t *plan, text_t *complete)
{
    const accelerator_t *reference = accelerator_registry[0];
    bool has_section = strchr(key, '.') != NULL || model_sweep_is_general(key);
    *complete = text_of("%s%s", has_section ? "" : "all.", key);
    for (size_t i = 0; i < plan->accelerator_count && !has_section; i++)
        if (plan->accelerators[i] == reference && settings_has(reference->keys, key))
            return outcome_usage("simulate", "--sweep",
                                 text_of("%s, which would also change %s, the reference", key, reference->name).chars,
                                 text_of("DESIGN.%s, or all.%s to change every design", key, key).chars, NULL);
    return outcome_ok();
}

/* Is this a value that the models can take? */
static outcome_t try_general(const char *setting, const model_plan_t *plan)
{
    model_plan_t tried = *plan;
    technology_t technology;
    outcome_t result = technology_create(&technology);
    if (outcome_is_ok(&result))
        result = model_sweep_put(setting, &tried, &technology);
    technology_free(&technology);
    return result;
}

/* Add one value, which no value before it in this sweep may be. */
static outcome_t add_value(const char *key, const char *value, const model_plan_t *plan, sweep_options_t *sweep,
                           model_sweep_t *one)
{
    const size_t at = (size_t)(one->settings - sweep->settings) + one->count;
    sweep->texts[at] = text_of("%s=%s", key, value);
    sweep->settings[at] = sweep->texts[at].chars;
    for (size_t i = 0; i < one->count; i++)
        if (text_equal(one->settings[i], sweep->settings[at]))
            return outcome_usage("simulate", "--sweep", text_of("%s twice", value).chars, "each value once", NULL);
    one->count++;
    if (model_sweep_is_general(key))
        return try_general(sweep->settings[at], plan);
    return configuration_reaches(sweep->settings[at], plan->accelerators, plan->accelerator_count);
}

/* Is the key of `one` that of an earlier sweep? */
static bool is_swept(const sweep_options_t *sweep, size_t index, const char *key)
{
    for (size_t i = 0; i < index; i++)
        if (text_starts(sweep->sweeps[i].settings[0], text_of("%s=", key).chars))
            return true;
    return false;
}

static outcome_t read_one(const char *text, const model_plan_t *plan, size_t index, sweep_options_t *sweep)
{
    model_sweep_t *one = &sweep->sweeps[index];
    char *parts[SWEEP_MOST_VALUES];
    text_t key, copy = text_of("%s", text);
    outcome_t result;
    char *equals = strchr(copy.chars, '=');
    if (equals == NULL || !text_fits(&copy))
        return outcome_usage("simulate", "--sweep", text, "DESIGN.KEY=VALUE,VALUE,...", NULL);
    *equals = '\0';
    const size_t count = text_split(equals + 1, ',', parts, SWEEP_MOST_VALUES);
    if (count == 0 || count > SWEEP_MOST_VALUES)
        return outcome_usage("simulate", "--sweep", text_of("%zu values of %s", count, copy.chars).chars,
                             text_of("1 to %d", SWEEP_MOST_VALUES).chars, NULL);
    if (outcome_bad(&result, complete_key(text_trim(copy.chars), plan, &key)))
        return result;
    if (is_swept(sweep, index, key.chars))
        return outcome_usage("simulate", "--sweep", text_of("%s twice", key.chars).chars,
                             "each key once, with all its values", NULL);
    *one = (model_sweep_t){.settings = &sweep->settings[index * SWEEP_MOST_VALUES]};
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++)
        result = add_value(key.chars, text_trim(parts[i]), plan, sweep, one);
    return result;
}

outcome_t sweep_options_read(const options_t *options, model_plan_t *plan, sweep_options_t *sweep)
{
    const size_t count = options_count(options, "sweep");
    outcome_t result = outcome_ok();
    *sweep = (sweep_options_t){.texts = NULL};
    if (count > SWEEP_MOST)
        return outcome_usage("simulate", "--sweep", text_of("%zu sweeps", count).chars,
                             text_of("at most %d", SWEEP_MOST).chars, NULL);
    sweep->texts = calloc(count * SWEEP_MOST_VALUES + 1, sizeof *sweep->texts);
    sweep->settings = calloc(count * SWEEP_MOST_VALUES + 1, sizeof *sweep->settings);
    if (sweep->texts == NULL || sweep->settings == NULL)
        return outcome_out_of_memory("sweeps");
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++)
        result = read_one(options_nth(options, "sweep", i), plan, i, sweep);
    plan->sweeps = sweep->sweeps;
    plan->sweep_count = count;
    if (outcome_is_ok(&result) && model_grid(plan) > SWEEP_MOST_POINTS)
        result = outcome_usage("simulate", "--sweep", text_of("a grid of %zu points", model_grid(plan)).chars,
                               text_of("at most %d", SWEEP_MOST_POINTS).chars, "fewer values, or several runs");
    return result;
}

void sweep_options_free(sweep_options_t *sweep)
{
    free(sweep->texts);
    free(sweep->settings);
    *sweep = (sweep_options_t){.texts = NULL};
}
