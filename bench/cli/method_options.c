/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/method_options.h"

#include "base/cpu.h"
#include "base/text.h"
#include "nets/recognise.h"
#include "compress/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* The integer of an option, within its bounds. `*value` stays as it is when the option is not given. */
static outcome_t take_int(const options_t *options, const char *name, int64_t least, int64_t most, int *value)
{
    int64_t number = *value;
    if (!options_given(options, name))
        return outcome_ok();
    outcome_t result = options_integer(options, name, least, most, &number);
    *value = (int)number;
    return result;
}

static outcome_t take_setting(const options_t *options, const setting_t *setting, const char *spec, const method_t *method,
                              method_config_t *config)
{
    text_t option = text_of("--%s", setting->option);
    if (strstr(spec, text_of(":%s=", setting->key).chars) != NULL)
        return outcome_usage(option.chars, NULL, text_of("the same parameter in --method %s", spec).chars, "one of the two",
                             NULL);
    return setting_read(setting, method, options_text(options, setting->option), option.chars, NULL, config);
}

outcome_t method_options_read(const options_t *options, const char *own, const method_t **method, method_config_t *config)
{
    const char *spec;
    outcome_t result = options_required(options, "method", &spec);
    if (!outcome_is_ok(&result) || outcome_bad(&result, method_parse(spec, method, config)))
        return result;
    for (const setting_t *setting = method_settings; setting->key != NULL && outcome_is_ok(&result); setting++) {
        bool ours = own != NULL && text_equal(own, setting->option) && !setting_is_taken(setting, *method);
        if (options_given(options, setting->option) && !ours)
            result = take_setting(options, setting, spec, *method, config);
    }
    if (outcome_is_ok(&result) && config->activation_bits > 0)
        return outcome_usage("--method", spec, "the key activations", "only keys of the weights",
                             "bbsbench accuracy runs activations");
    return outcome_is_ok(&result) ? method_check(*method, config) : result;
}

outcome_t method_options_first(const options_t *options, bool *keep_first)
{
    bool prune_first;
    outcome_t result = method_options_choice(options, "first-layer", "keep", "prune", &prune_first);
    *keep_first = !prune_first;
    return result;
}

outcome_t method_options_layers(const options_t *options, const tensor_set_t *set, const char *where,
                                const net_table_t *table, bool keep_first, int8_network_t *network)
{
    const char *name = options_text(options, "first-name");
    outcome_t result = int8_tensors_list(set, where, table->count > 0 ? table : NULL, network);
    if (!outcome_is_ok(&result))
        return result;
    int8_network_keep_depthwise(network);
    if (!keep_first)
        return result;
    if (name != NULL)
        return int8_network_keep(network, where, name);
    int8_network_keep_image(network);
    return result;
}

/* Put the weights of the table, wherever they are in the set, into the order of the table. */
static outcome_t order_weights(const net_table_t *table, tensor_set_t *set)
{
    tensor_t *items = calloc(table->count + 1, sizeof *items);
    size_t *places = calloc(table->count + 1, sizeof *places), count = 0;
    outcome_t result = items != NULL && places != NULL ? outcome_ok() : outcome_out_of_memory("tensors");
    for (size_t i = 0; outcome_is_ok(&result) && i < set->count; i++)
        for (size_t layer = 0; layer < table->count; layer++)
            if (text_equal(set->items[i].name, text_of("%s.weight", table->items[layer].name).chars)) {
                places[count++] = i;
                items[layer] = set->items[i];
            }
    for (size_t layer = 0, place = 0; outcome_is_ok(&result) && layer < table->count; layer++)
        if (items[layer].name != NULL)
            set->items[places[place++]] = items[layer];
    free(items);
    free(places);
    return result;
}

outcome_t method_options_table(const options_t *options, const char *where, tensor_set_t *set, net_table_t *table)
{
    const char *name = options_text(options, "net");
    const net_hints_t hints = {.heads = 1}; /* the layers do not depend on it */
    net_made_t made;
    outcome_t result = outcome_ok();
    *table = (net_table_t){0};
    if (name == NULL)
        return result;
    if (!text_equal(name, net_auto))
        return outcome_usage("--net", NULL, name, net_auto, NULL);
    if (outcome_bad(&result, net_recognise(where, set, &hints, &made)) ||
        outcome_bad(&result, net_layers(&made.network, &made.size, table)) ||
        outcome_bad(&result, order_weights(table, set)))
        return result;
    printf("recognised: %s, %lld classes\n", made.name, (long long)made.size.classes);
    return result;
}

outcome_t method_options_jobs(const options_t *options, int *threads)
{
    const int most = cpu_count();
    *threads = most;
    outcome_t result = take_int(options, "jobs", 1, JOBS_MOST, threads);
    *threads = *threads < most ? *threads : most;
    return result;
}
