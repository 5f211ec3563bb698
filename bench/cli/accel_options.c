/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/accel_options.h"

#include "accel/configuration_dump.h"
#include "accel/energy.h"
#include "accel/oddity.h"
#include "cli/accel_method.h"
#include "cli/input.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static size_t registry_size(void)
{
    size_t count = 0;
    while (accelerator_registry[count] != NULL)
        count++;
    return count;
}

/* ===  Configurations  === */

/* The name of --config in the rows: that of a dumped file whose values are unchanged, for which all designs are read; else
 * the option's text. */
static outcome_t name_of(const char *profile, const configuration_more_t *read, text_t *name)
{
    const size_t count = registry_size();
    configuration_more_t more = {.name = read->name};
    outcome_t result = outcome_ok();
    *name = text_of("%s", profile);
    if (read->name.chars[0] == '\0')
        return result;
    accel_config_t *configs = calloc(count, sizeof *configs);
    if (configs == NULL)
        result = outcome_out_of_memory("configurations");
    else if (!outcome_bad(&result, technology_create(&more.technology)) &&
             !outcome_bad(&result, configuration_read(profile, accelerator_registry, count, configs, &more)) &&
             configuration_is_as_dumped(accelerator_registry, count, configs, &more))
        *name = more.name;
    technology_free(&more.technology);
    free(configs);
    return result;
}

/* --technology FILE. */
static outcome_t read_technology(const options_t *options, technology_t *technology, text_t *label)
{
    const char *given = options_text(options, "technology"), *path;
    if (given == NULL)
        return outcome_ok();
    const text_t before = technology_changes(technology);
    outcome_t result = input_path(given, &path);
    if (outcome_is_ok(&result))
        result = technology_read(path, technology);
    const text_t after = technology_changes(technology);
    *label = text_of("%s, technology %s: %s", label->chars, given,
                     text_equal(before.chars, after.chars) ? "nothing changed" : after.chars);
    return result;
}

static outcome_t read_oddities(const options_t *options, size_t count, accel_config_t *configs, text_t *label)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < options_count(options, "oddity") && outcome_is_ok(&result); i++) {
        uint32_t flags = 0;
        result = oddity_read(options_nth(options, "oddity", i), &flags);
        for (size_t config = 0; config < count; config++)
            configs[config].oddities |= flags;
        *label = text_of("%s, oddity %s", label->chars, options_nth(options, "oddity", i));
    }
    return result;
}

outcome_t accel_options_configs(const options_t *options, const accelerator_t *const *accelerators, size_t count,
                                accel_config_t *configs, configuration_more_t *more, text_t *label)
{
    const char *profile;
    outcome_t result;
    if (outcome_bad(&result, input_path(options_text(options, "config"), &profile)) ||
        outcome_bad(&result, technology_create(&more->technology)) ||
        outcome_bad(&result, configuration_read(profile, accelerators, count, configs, more)) ||
        outcome_bad(&result, name_of(profile, more, label)))
        return result;
    for (size_t i = 0; i < options_count(options, "method") && outcome_is_ok(&result); i++) {
        result = accel_method(options_nth(options, "method", i), accelerators, count, configs);
        *label = text_of("%s, method %s", label->chars, options_nth(options, "method", i));
    }
    for (size_t i = 0; i < options_count(options, "set") && outcome_is_ok(&result); i++) {
        result = configuration_set(options_nth(options, "set", i), accelerators, count, configs);
        *label = text_of("%s, %s", label->chars, options_nth(options, "set", i));
    }
    if (outcome_is_ok(&result))
        result = read_oddities(options, count, configs, label);
    if (outcome_is_ok(&result))
        result = read_technology(options, &more->technology, label);
    if (outcome_is_ok(&result) && !text_fits(label))
        result = outcome_usage("simulate", "--set", "too many settings for the column `configuration`",
                               "fewer settings, or a file for --config", NULL);
    return result;
}

outcome_t accel_options_dump(const options_t *options, FILE *stream)
{
    const size_t count = registry_size();
    accel_config_t *configs = calloc(count, sizeof *configs);
    configuration_more_t more = {.technology = {.values = NULL}};
    text_builder_t text = {.chars = NULL};
    text_t name;
    outcome_t result = outcome_out_of_memory("configurations");
    if (configs == NULL ||
        outcome_bad(&result, accel_options_configs(options, accelerator_registry, count, configs, &more, &name)))
        goto out;
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++)
        result = accel_check(accelerator_registry[i], &configs[i]);
    if (!outcome_is_ok(&result))
        goto out;
    configuration_dump(accelerator_registry, count, configs, &more, name.chars, &text);
    if (text.failed)
        result = outcome_out_of_memory("configurations");
    else
        fputs(text.chars, stream);

out:
    free(text.chars);
    technology_free(&more.technology);
    free(configs);
    return result;
}

/* ===  Help  === */

/* The keys that belong to single designs. Designs of one section (BitVert at two precisions) share their keys: listed once.
 */
static void list_keys(void)
{
    const char *section = "";
    printf("\nkeys of one design (the common ones: bench/accel/config/paper.ini):\n");
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++) {
        for (const accel_key_t *key = text_equal((*at)->part, section) ? NULL : (*at)->keys; key && key->key; key++)
            printf("  %-24s %" PRId64 " to %" PRId64 "%s: %s%s\n", text_of("%s.%s", (*at)->part, key->key).chars,
                   key->least, key->most, key->may_be_none ? " or none" : "", key->what,
                   key->by_network ? text_of("; on one network: %s.NETWORK", key->key).chars : "");
        section = (*at)->part;
    }
}

void accel_options_list(void)
{
    list_keys();
    const oddity_t *oddity;
    printf(
        "\noddities (of yc2367/BitSim, which a model can reproduce; off unless named; all: those of its main branch):\n");
    for (size_t i = 0; (oddity = registry_at(&oddity_names, i)) != NULL; i++)
        printf("  %-20s %s\n", oddity->name, oddity->what);
}

/* ===  Energies  === */

outcome_t accel_options_energy(const options_t *options, const void **accelerators, size_t *count, const char **table,
                               text_t *dropped)
{
    *table = options_text(options, "energy");
    *dropped = text_of("%s", "");
    outcome_t result = energy_table_check(*table);
    size_t kept = 0;
    for (size_t i = 0; i < *count && outcome_is_ok(&result); i++) {
        const accelerator_t *accelerator = accelerators[i];
        if (energy_table_of(*table, options_flag(options, "mixed"), accelerator) != NULL)
            accelerators[kept++] = accelerator;
        else
            *dropped = text_of("%s%s%s", dropped->chars, dropped->chars[0] ? ", " : "", accelerator->name);
    }
    if (!outcome_is_ok(&result))
        return result;
    *count = kept;
    if (kept == 0)
        return outcome_usage("--energy", *table, "none of the chosen accelerators", "accelerators of Table V",
                             "choose some of Table V, or add --mixed");
    return result;
}
