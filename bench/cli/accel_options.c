/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/accel_options.h"

#include "accel/configuration.h"
#include "accel/energy.h"
#include "accel/oddity.h"

#include <inttypes.h>
#include <stdio.h>

outcome_t accel_options_configs(const options_t *options, const accelerator_t *const *accelerators, size_t count,
                                accel_config_t *configs, text_t *label)
{
    const char *profile = options_text(options, "config");
    outcome_t result = configuration_load(profile, accelerators, count, configs);
    *label = text_of("%s", profile);
    for (size_t i = 0; i < options_count(options, "set") && outcome_is_ok(&result); i++) {
        result = configuration_set(options_nth(options, "set", i), accelerators, count, configs);
        *label = text_of("%s, %s", label->chars, options_nth(options, "set", i));
    }
    for (size_t i = 0; i < options_count(options, "oddity") && outcome_is_ok(&result); i++) {
        uint32_t flags = 0;
        result = oddity_read(options_nth(options, "oddity", i), &flags);
        for (size_t config = 0; config < count; config++)
            configs[config].oddities |= flags;
        *label = text_of("%s, oddity %s", label->chars, options_nth(options, "oddity", i));
    }
    if (outcome_is_ok(&result) && !text_fits(label))
        result = outcome_usage("simulate", "--set", "too many settings for the column `configuration`",
                               "fewer settings, or a file for --config", NULL);
    return result;
}

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
