/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/accel_method.h"

#include "base/text.h"
#include "compress/spec.h"

#include <inttypes.h>
#include <math.h>

/* Does the spec leave the parameters as they are that are no keys of a design? */
static bool is_plain(const method_config_t *config, const method_config_t *defaults)
{
    return config->score_by_deviation == defaults->score_by_deviation && config->constant_bits == defaults->constant_bits &&
           config->paper_shift_range == defaults->paper_shift_range && config->fixed_shift == defaults->fixed_shift &&
           config->ties_to_zero == defaults->ties_to_zero && config->least_mean == defaults->least_mean &&
           config->near_percent == defaults->near_percent;
}

static outcome_t pruning_of(const char *spec, const method_t *method, const method_config_t *config,
                            accel_pruning_t *pruning)
{
    const double permille = config->beta * 1000.0;
    if (!is_plain(config, &method->defaults))
        return outcome_usage("simulate", "--method", spec, "columns, group, beta and channels: designs have no other keys",
                             NULL);
    *pruning = (accel_pruning_t){.columns = config->columns,
                                 .group = config->group,
                                 .beta_permille = llround(permille),
                                 .channel_unit = config->channel_unit};
    if (fabs(permille - (double)pruning->beta_permille) > 1e-9)
        return outcome_usage("simulate", "--method", text_of("beta=%g", config->beta).chars, "steps of 0.001", NULL);
    return outcome_ok();
}

/* "bitvert-cons (ra), bitvert-mod (zps), ..." */
static text_t who_runs_what(void)
{
    text_t text = text_of("%s", "");
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++)
        if ((*at)->prune != NULL)
            text = text_of("%s%s%s (%s)", text.chars, text.chars[0] != '\0' ? ", " : "", (*at)->name, (*at)->method->name);
    return text;
}

outcome_t accel_method(const char *spec, const accelerator_t *const *accelerators, size_t count, accel_config_t *configs)
{
    const method_t *method;
    method_config_t config;
    accel_pruning_t pruning;
    outcome_t result;
    bool some = false;
    if (outcome_bad(&result, method_parse(spec, &method, &config)))
        return result;
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++) {
        if (accelerators[i]->method != method || accelerators[i]->prune == NULL)
            continue;
        if (!outcome_bad(&result, pruning_of(spec, method, &config, &pruning)))
            result = accelerators[i]->prune(&pruning, &configs[i]);
        some = true;
    }
    if (outcome_is_ok(&result) && !some)
        result = outcome_usage("simulate", "--method", text_of("%s, which none of the chosen designs runs", spec).chars,
                               who_runs_what().chars, NULL);
    return result;
}
