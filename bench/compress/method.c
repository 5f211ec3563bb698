/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/method.h"

#include "base/registry.h"
#include "base/text.h"
#include "compress/columns.h"

#include <inttypes.h>

outcome_t method_find(const char *name, const method_t **method)
{
    static const registry_t methods = {.where = "method", .what = "method", .tables = {method_registry}};
    return registry_find(&methods, name, method);
}

static outcome_t refuse(const method_t *method, const char *parameter, text_t found, const char *expected)
{
    return outcome_usage(text_of("method %s", method->name).chars, parameter, found.chars, expected, NULL);
}

static outcome_t check_variant(const method_t *method, const char *variant)
{
    text_t known = text_of("%s", method->variants[0]);
    for (const char *const *at = method->variants; *at != NULL; at++) {
        if (variant != NULL && text_equal(*at, variant))
            return outcome_ok();
        if (at > method->variants)
            known = text_of("%s, %s", known.chars, *at);
    }
    return refuse(method, "variant", text_of("%s", variant != NULL ? variant : "none"), known.chars);
}

outcome_t method_check(const method_t *method, const method_config_t *config)
{
    if (config->group < 1 || config->group > COLUMNS_GROUP_MOST)
        return refuse(method, "group", text_of("%d", config->group), "1 to 4096 weights");
    if (method->coder != NULL && (config->columns < 1 || config->columns > COLUMNS_MOST))
        return refuse(method, "columns", text_of("%d", config->columns), "1 to 6");
    if (method->selects && !(config->beta >= 0 && config->beta <= 1))
        return refuse(method, "beta", text_of("%g", config->beta), "0 to 1");
    if (method->selects && config->channel_unit < 1)
        return refuse(method, "channels", text_of("%" PRId64, config->channel_unit), "at least 1");
    if (config->fixed_shift && !(method->takes & METHOD_TAKES_SHIFT))
        return refuse(method, "shift", text_of("%d", config->shift), "none: this method does not shift");
    outcome_t result = method->variants != NULL ? check_variant(method, config->variant) : outcome_ok();
    return outcome_is_ok(&result) && method->check != NULL ? method->check(config) : result;
}

compress_form_t method_form(const method_t *method, const method_config_t *config, const compress_layer_t *layer,
                            const bool *mask)
{
    return method->form != NULL ? method->form(config, layer, mask) : columns_form(method->coder, config, layer, mask);
}
