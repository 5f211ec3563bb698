/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/spec.h"

#include "base/text.h"

#include <limits.h>
#include <string.h>

static bool take_choice(const char *value, const char *no, const char *yes, bool *taken)
{
    *taken = text_equal(value, yes);
    return *taken || text_equal(value, no);
}

static bool take_small(const char *value, int *taken)
{
    int64_t number;
    bool good = text_to_integer(value, 0, INT_MAX, &number);
    if (good)
        *taken = (int)number;
    return good;
}

/* false: unknown key, or a value that is none. */
static bool take(const char *key, const char *value, method_config_t *config)
{
    if (text_equal(key, "columns"))
        return take_small(value, &config->columns);
    if (text_equal(key, "group"))
        return take_small(value, &config->group);
    if (text_equal(key, "bits"))
        return take_small(value, &config->bits);
    if (text_equal(key, "constant"))
        return take_small(value, &config->constant_bits);
    if (text_equal(key, "channels"))
        return text_to_integer(value, 1, INT_MAX, &config->channel_unit);
    if (text_equal(key, "beta"))
        return text_to_real(value, &config->beta);
    if (text_equal(key, "shift-range"))
        return take_choice(value, "stored", "paper", &config->paper_shift_range);
    if (text_equal(key, "score"))
        return take_choice(value, "scale", "deviation", &config->score_by_deviation);
    if (text_equal(key, "clip"))
        return take_choice(value, "absmax", "squares", &config->least_squares_clip);
    return false;
}

static outcome_t take_pair(const char *spec, const char *pair, method_config_t *config)
{
    static const char keys[] =
        "columns, group, beta, channels, bits, constant, shift-range, score, clip or variant with a value it can have";
    text_t copy = text_of("%s", pair);
    char *value = strchr(copy.chars, '=');
    if (value == NULL)
        return outcome_usage("--method", spec, pair, "key=value", NULL);
    *value++ = '\0';
    if (take(copy.chars, value, config))
        return outcome_ok();
    return outcome_usage("--method", spec, pair, keys, NULL);
}

outcome_t method_parse(const char *spec, const method_t **method, method_config_t *config)
{
    text_t copy = text_of("%s", spec);
    char *parts[16];
    size_t count = text_split(copy.chars, ':', parts, 16);
    if (count == 0 || count > 16 || !text_fits(&copy))
        return outcome_usage("--method", spec, "no method", "NAME[:key=value...]", NULL);
    outcome_t result;
    if (outcome_bad(&result, method_find(parts[0], method)))
        return result;
    *config = (*method)->defaults;
    for (size_t i = 1; i < count; i++) {
        const char *variant = "variant=";
        if (text_starts(parts[i], variant)) {
            if (i + 1 < count)
                return outcome_usage("--method", spec, "variant before another key", "variant last", NULL);
            config->variant = strstr(spec, variant) + strlen(variant);
        } else if (outcome_bad(&result, take_pair(spec, parts[i], config))) {
            return result;
        }
    }
    return method_check(*method, config);
}
