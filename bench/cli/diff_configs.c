/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys are compared as the texts that configuration_dump() writes, so every key that a configuration can have is seen. */
#include "cli/diff_configs.h"

#include "accel/configuration_dump.h"
#include "base/text.h"
#include "cli/diff_totals.h"
#include "measure/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BEFORE, AFTER, SIDES };

/* One of the two. */
typedef struct {
    const char *profile;
    accel_config_t *configs; /* of the whole registry */
    configuration_more_t more;
    text_builder_t text; /* as configuration_dump() writes it */
    model_total_t *totals;
} side_t;

bool diff_is_configuration(const char *path)
{
    return text_ends(path, ".ini") || strchr(path, '.') == NULL;
}

static size_t registry_size(void)
{
    size_t count = 0;
    while (accelerator_registry[count] != NULL)
        count++;
    return count;
}

/* ===  Reading and running  === */

static outcome_t read_side(const char *profile, const registry_list_t *networks, int threads, side_t *side)
{
    const size_t count = registry_size();
    outcome_t result = outcome_out_of_memory(profile);
    side->profile = profile;
    side->configs = calloc(count, sizeof *side->configs);
    side->totals = calloc(count * networks->count + 1, sizeof *side->totals);
    if (side->configs == NULL || side->totals == NULL || outcome_bad(&result, technology_create(&side->more.technology)) ||
        outcome_bad(&result, configuration_read(profile, accelerator_registry, count, side->configs, &side->more)))
        return result;
    configuration_dump(accelerator_registry, count, side->configs, &side->more, "", &side->text);
    if (side->text.failed)
        return outcome_out_of_memory(profile);
    const model_plan_t plan = {.networks = (const network_t *const *)networks->items,
                               .network_count = networks->count,
                               .size = "full",
                               .accelerators = accelerator_registry,
                               .accelerator_count = count,
                               .energy_table = "bitsim",
                               .configs = side->configs,
                               .any_budget = true,
                               .origin = MODEL_NONE,
                               .threads = threads};
    return model_run(&plan, NULL, side->totals);
}

static void free_side(side_t *side)
{
    free(side->configs);
    free(side->totals);
    free(side->text.chars);
    technology_free(&side->more.technology);
}

static void print_totals(const side_t sides[SIDES], size_t count)
{
    diff_total_t *totals = calloc(count + 1, sizeof *totals);
    text_t skipped = text_of("%s", "");
    size_t used = 0;
    for (size_t i = 0; totals != NULL && i < count; i++) {
        const model_total_t *before = &sides[BEFORE].totals[i], *after = &sides[AFTER].totals[i];
        const bool none = before->skipped || after->skipped;
        if (none && before->network == sides[BEFORE].totals[0].network)
            skipped = text_of("%s%s%s", skipped.chars, skipped.chars[0] != '\0' ? ", " : "", before->accelerator->name);
        if (!none)
            totals[used++] = (diff_total_t){.net = before->network->name,
                                            .design = before->accelerator->name,
                                            .setting = "",
                                            .cycles = {(double)before->counts.cycles, (double)after->counts.cycles},
                                            .energy_pj = {before->energy.total_pj, after->energy.total_pj}};
    }
    diff_totals_print(totals, used, stdout);
    if (skipped.chars[0] != '\0')
        printf("NOT RUN, because their cycles depend on weights: %s (bbsbench simulate --config).\n\n", skipped.chars);
    free(totals);
}

/* ===  Keys  === */

/* The value of "key = " in [section] of a dumped text, into `value`; false when it has none. */
static bool find_value(const char *text, const char *section, const char *key, text_t *value)
{
    const text_t head = text_of("[%s]\n", section), start = text_of("\n%s = ", key);
    const char *at = strstr(text, head.chars);
    if (at == NULL)
        return false;
    at += strlen(head.chars) - 1;
    const char *end = strstr(at, "\n["), *found = strstr(at, start.chars);
    if (found == NULL || (end != NULL && found > end))
        return false;
    found += strlen(start.chars);
    *value = text_of("%.*s", (int)strcspn(found, "\n"), found);
    return true;
}

/* The name and the digest of a configuration follow from the rest. */
static bool is_shown(const char *section, const char *key)
{
    return !text_equal(section, "model") || text_equal(key, "oddities");
}

/* Print the keys of `text` whose value is another in `other`; `missing_only`: only those that `other` lacks. Returns how
 * many. */
static size_t print_keys(const char *text, const char *other, bool missing_only)
{
    text_t section = text_of("%s", ""), value, others;
    size_t printed = 0;
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n') {
        const int length = (int)strcspn(line, "\n");
        const char *equals = strstr(line, " = ");
        if (line[0] == '[')
            section = text_of("%.*s", length - 2, line + 1);
        if (line[0] == '#' || line[0] == '[' || equals == NULL || equals > line + length)
            continue;
        const text_t key = text_of("%.*s", (int)(equals - line), line);
        value = text_of("%.*s", length - (int)(equals + 3 - line), equals + 3);
        const bool has = find_value(other, section.chars, key.chars, &others);
        if (!is_shown(section.chars, key.chars) || (has && (missing_only || text_equal(value.chars, others.chars))))
            continue;
        if (missing_only)
            printf("%s.%s: none → %s\n", section.chars, key.chars, value.chars);
        else
            printf("%s.%s: %s → %s\n", section.chars, key.chars, value.chars, has ? others.chars : "none");
        printed++;
    }
    return printed;
}

outcome_t diff_configs(const char *before, const char *after, const registry_list_t *networks, int threads, bool *same)
{
    side_t sides[SIDES] = {{.profile = before}, {.profile = after}};
    outcome_t result;
    if (outcome_bad(&result, read_side(before, networks, threads, &sides[BEFORE])) ||
        outcome_bad(&result, read_side(after, networks, threads, &sides[AFTER])))
        goto out;
    printf("Before: %s. After: %s. One sample per network, size full, --weights none.\n\n", before, after);
    print_totals(sides, networks->count * registry_size());
    size_t changed = print_keys(sides[BEFORE].text.chars, sides[AFTER].text.chars, false);
    changed += print_keys(sides[AFTER].text.chars, sides[BEFORE].text.chars, true);
    printf("%zu key%s differ%s\n", changed, changed == 1 ? "" : "s", changed == 1 ? "s" : "");
    *same = changed == 0;

out:
    free_side(&sides[BEFORE]);
    free_side(&sides[AFTER]);
    return result;
}
