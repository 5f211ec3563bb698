/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/settings.h"

#include "base/registry.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SETTING(key_, option_, argument, help_, taken_by_, kind_, member, least_, most_, no_, yes_) \
    {.key = (key_),                                                                                 \
     .option = (option_),                                                                           \
     .help = (help_),                                                                               \
     .taken_by = (taken_by_),                                                                       \
     .kind = (kind_),                                                                               \
     .offset = offsetof(method_config_t, member),                                                   \
     .least = (least_),                                                                             \
     .most = (most_),                                                                               \
     .no = (no_),                                                                                   \
     .yes = (yes_)},

/* clang-format off */
const setting_t method_settings[] = {
    SETTINGS_OF_COLUMNS(SETTING)
    SETTINGS_OF_LAYERS(SETTING)
    SETTINGS_OF_ACTIVATIONS(SETTING)
    {.key = NULL},
};
/* clang-format on */

bool setting_is_taken(const setting_t *setting, const method_t *method)
{
    unsigned takes = method->takes;
    takes |= method->coder != NULL ? SETTING_OF_COLUMNS | METHOD_TAKES_GROUP : 0u;
    takes |= method->selects ? SETTING_OF_SELECTION : 0u;
    takes |= method->variants != NULL ? SETTING_OF_VARIANTS : 0u;
    takes |= method->activations != NULL ? SETTING_OF_ACTIVATIONS : 0u;
    return (takes & setting->taken_by) != 0;
}

outcome_t setting_find(const char *key, const char *where, const char *place, const setting_t **setting)
{
    text_t front = text_of("%s: %s", where, place);
    const registry_t settings = {
        .where = front.chars, .what = "key", .tables = {method_settings}, .entry_size = sizeof *method_settings};
    return registry_find(&settings, key, setting);
}

static outcome_t not_taken(const setting_t *setting, const method_t *method, const char *where, const char *place)
{
    text_builder_t taken = {0};
    for (const setting_t *at = method_settings; at->key != NULL; at++)
        if (setting_is_taken(at, method))
            text_append(&taken, "%s%s", taken.length > 0 ? ", " : "", at->key);
    text_t found = text_of("%s, which method %s does not take", setting->key, method->name);
    outcome_t result =
        taken.failed ? outcome_out_of_memory(where)
                     : outcome_usage(where, place, found.chars, taken.length > 0 ? taken.chars : "no keys at all", NULL);
    free(taken.chars);
    return result;
}

/* The method's constant string of the variant, or NULL. */
static const char *variant_of(const method_t *method, const char *text)
{
    const char *const *at = method->variants;
    while (*at != NULL && !text_equal(*at, text))
        at++;
    return *at;
}

static bool read_value(const setting_t *setting, const method_t *method, const char *text, method_config_t *config)
{
    void *member = (char *)config + setting->offset;
    int64_t number;
    double real;
    switch (setting->kind) {
    case SETTING_INT:
    case SETTING_SHIFT:
        if (!text_to_integer(text, setting->least, setting->most, &number))
            return false;
        *(int *)member = (int)number;
        config->fixed_shift |= setting->kind == SETTING_SHIFT;
        return true;
    case SETTING_BITS:
        if (method->takes & METHOD_TAKES_MEAN_BITS)
            return text_to_real(text, &config->mean_bits) && config->mean_bits >= (double)setting->least &&
                   config->mean_bits <= (double)setting->most;
        if (!text_to_integer(text, setting->least, setting->most, &number))
            return false;
        config->bits = (int)number;
        return true;
    case SETTING_INT64:
        return text_to_integer(text, setting->least, setting->most, member);
    case SETTING_REAL:
        if (!text_to_real(text, &real) || real < (double)setting->least || real > (double)setting->most)
            return false;
        *(double *)member = real;
        return true;
    case SETTING_BOOL:
        *(bool *)member = text_equal(text, setting->yes);
        return text_equal(text, setting->yes) || text_equal(text, setting->no);
    case SETTING_VARIANT:
        return (config->variant = variant_of(method, text)) != NULL;
    }
    return false;
}

static bool is_real(const setting_t *setting, const method_t *method)
{
    return setting->kind == SETTING_REAL ||
           (setting->kind == SETTING_BITS && (method->takes & METHOD_TAKES_MEAN_BITS) != 0);
}

text_t setting_values(const setting_t *setting, const method_t *method)
{
    if (setting->kind == SETTING_BOOL)
        return text_of("%s or %s", setting->no, setting->yes);
    if (setting->kind != SETTING_VARIANT)
        return text_of("%s%" PRId64 " to %" PRId64, is_real(setting, method) ? "a number from " : "", setting->least,
                       setting->most);
    text_t known = text_of("%s", method->variants[0]);
    for (const char *const *at = method->variants + 1; *at != NULL; at++)
        known = text_of("%s%s%s", known.chars, at[1] != NULL ? ", " : " or ", *at);
    return known;
}

outcome_t setting_read(const setting_t *setting, const method_t *method, const char *text, const char *where,
                       const char *place, method_config_t *config)
{
    if (!setting_is_taken(setting, method))
        return not_taken(setting, method, where, place);
    method_config_t changed = *config;
    if (!read_value(setting, method, text, &changed))
        return outcome_usage(where, place, text[0] != '\0' ? text : "no value", setting_values(setting, method).chars,
                             NULL);
    *config = changed;
    return outcome_ok();
}

text_t setting_value(const setting_t *setting, const method_t *method, const method_config_t *config)
{
    const void *member = (const char *)config + setting->offset;
    switch (setting->kind) {
    case SETTING_SHIFT:
        return config->fixed_shift ? text_of("%d", config->shift) : text_of("%s", "");
    case SETTING_INT:
        return *(const int *)member != 0 || setting->least <= 0 ? text_of("%d", *(const int *)member) : text_of("%s", "");
    case SETTING_BITS:
        return is_real(setting, method) ? text_of("%g", config->mean_bits) : text_of("%d", config->bits);
    case SETTING_INT64:
        return text_of("%" PRId64, *(const int64_t *)member);
    case SETTING_REAL:
        return text_of("%g", *(const double *)member);
    case SETTING_BOOL:
        return text_of("%s", *(const bool *)member ? setting->yes : setting->no);
    case SETTING_VARIANT:
        return text_of("%s", *(const char *const *)member);
    }
    return text_of("%s", "");
}
