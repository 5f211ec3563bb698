/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/method_options.h"

#include "base/cpu.h"
#include "base/text.h"

enum { JOBS_MOST = 1024 };

outcome_t method_options_choice(const options_t *options, const char *name, const char *first_word, const char *second_word,
                                bool *second)
{
    const char *text = options_text(options, name);
    *second = text_equal(text, second_word);
    if (*second || text_equal(text, first_word))
        return outcome_ok();
    return outcome_usage(text_of("--%s", name).chars, NULL, text, text_of("%s or %s", first_word, second_word).chars, NULL);
}

/* An integer when it is given; else *value stays. */
static outcome_t take_int(const options_t *options, const char *name, int64_t least, int64_t most, int *value)
{
    int64_t number = *value;
    if (!options_given(options, name))
        return outcome_ok();
    outcome_t result = options_integer(options, name, least, most, &number);
    *value = (int)number;
    return result;
}

static outcome_t take_selection(const options_t *options, method_config_t *config)
{
    outcome_t result = outcome_ok();
    if (options_given(options, "beta") && outcome_bad(&result, options_real(options, "beta", 0, 1, &config->beta)))
        return result;
    if (options_given(options, "channels") &&
        outcome_bad(&result, options_integer(options, "channels", 1, INT32_MAX, &config->channel_unit)))
        return result;
    return method_options_choice(options, "score", "scale", "deviation", &config->score_by_deviation);
}

outcome_t method_options_read(const options_t *options, const method_t **method, method_config_t *config, bool *keep_first)
{
    const char *name;
    bool prune_first;
    outcome_t result = options_required(options, "method", &name);
    if (!outcome_is_ok(&result) || outcome_bad(&result, method_find(name, method)))
        return result;
    *config = (*method)->defaults;
    if (outcome_bad(&result, take_int(options, "columns", 1, 6, &config->columns)) ||
        outcome_bad(&result, take_int(options, "group", 1, 4096, &config->group)) ||
        outcome_bad(&result, take_selection(options, config)) ||
        outcome_bad(&result, take_int(options, "constant-bits", 3, 6, &config->constant_bits)) ||
        outcome_bad(&result,
                    method_options_choice(options, "shift-range", "stored", "paper", &config->paper_shift_range)) ||
        outcome_bad(&result, take_int(options, "bits", 2, 8, &config->bits)) ||
        (options_given(options, "clip") &&
         outcome_bad(&result, method_options_choice(options, "clip", "absmax", "squares", &config->least_squares_clip))) ||
        outcome_bad(&result, method_options_choice(options, "first-layer", "keep", "prune", &prune_first)))
        return result;
    *keep_first = !prune_first;
    if (options_given(options, "variant"))
        config->variant = options_text(options, "variant");
    return method_check(*method, config);
}

outcome_t method_options_weights(const options_t *options, const tensor_set_t *set, const char *where, bool keep_floats,
                                 bool keep_first, int threads, int8_network_t *network)
{
    outcome_t result = int8_tensors_open(set, where, keep_floats, threads, network);
    return outcome_is_ok(&result) && keep_first ? int8_network_keep(network, where, options_text(options, "first-name"))
                                                : result;
}

outcome_t method_options_jobs(const options_t *options, int *threads)
{
    *threads = cpu_count();
    return take_int(options, "jobs", 1, JOBS_MOST, threads);
}
