/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench simulate`: networks on accelerator models, into a CSV, with a short table on standard output. */
#include "cli/simulate.h"

#include "base/cpu.h"
#include "base/text.h"
#include "cli/accel_options.h"
#include "experiments/model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_NAMES = 64 };

/* ===  Names  === */

typedef struct {
    const void *items[MOST_NAMES];
    size_t count;
} list_t;

static outcome_t find_network(const char *name, const void **found)
{
    return net_find(name, (const network_t **)found);
}

static outcome_t find_accelerator(const char *name, const void **found)
{
    return accel_find(name, (const accelerator_t **)found);
}

static outcome_t append(list_t *list, const void *item, const char *option, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == item)
            return outcome_usage("simulate", option, text_of("%s twice", name).chars, "each name once", NULL);
    if (list->count == MOST_NAMES)
        return outcome_usage("simulate", option, "a longer list", text_of("at most %d names", MOST_NAMES).chars, NULL);
    list->items[list->count++] = item;
    return outcome_ok();
}

/* "a,b" or "all", the latter everything in `registry`. */
static outcome_t parse_list(const options_t *options, const char *option, const void *const *registry,
                            outcome_t (*find)(const char *name, const void **found), list_t *list)
{
    const char *text;
    char *parts[MOST_NAMES];
    *list = (list_t){0};
    outcome_t result = options_required(options, option, &text);
    if (!outcome_is_ok(&result))
        return result;
    if (text_equal(text, "all")) {
        for (; *registry != NULL && outcome_is_ok(&result); registry++)
            result = append(list, *registry, option, "all");
        return result;
    }
    text_t copy = text_of("%s", text);
    size_t count = text_split(copy.chars, ',', parts, MOST_NAMES);
    if (count == 0 || count > MOST_NAMES || !text_fits(&copy))
        return outcome_usage("simulate", option, count ? "a longer list" : "no name",
                             text_of("1 to %d names", MOST_NAMES).chars, NULL);
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++) {
        const void *found = NULL;
        result = find(parts[i], &found);
        if (outcome_is_ok(&result))
            result = append(list, found, option, parts[i]);
    }
    return result;
}

/* ===  Summary  === */

/* The total that ratios of `total` are against: the first accelerator of the registry on the same network, or NULL. */
static const model_total_t *base_of(const model_plan_t *plan, const model_total_t *totals, const model_total_t *total)
{
    for (size_t i = 0; i < plan->network_count * plan->accelerator_count; i++)
        if (totals[i].network == total->network && totals[i].accelerator == accelerator_registry[0])
            return &totals[i];
    return NULL;
}

static void print_total(const model_total_t *total, const model_total_t *base)
{
    if (total->skipped) {
        printf("%-10s  %-13s  %13s  its cycles depend on INT8 weights%s that are not there\n", total->network->name,
               total->accelerator->name, "skipped", total->accelerator->needs_density ? " and activations" : "");
        return;
    }
    const energy_t *energy = &total->energy;
    printf("%-10s  %-13s  %13" PRId64, total->network->name, total->accelerator->name, total->counts.cycles);
    printf("  %7s", base ? text_of("%.3f", (double)base->counts.cycles / (double)total->counts.cycles).chars : "-");
    printf("  %10.2f  %10.2f  %10.2f", energy->total_pj / 1e6, energy->on_chip_pj / 1e6, energy->dram_pj / 1e6);
    printf("  %6s", base ? text_of("%.3f", energy->total_pj / base->energy.total_pj).chars : "-");
    printf("  %10.2f%s\n", energy->leakage_pj / 1e6, total->interpolated ? "  interpolated SRAM" : "");
}

static void print_geomeans(const model_plan_t *plan, const model_total_t *totals)
{
    for (size_t a = 0; a < plan->accelerator_count; a++) {
        double speedups[MOST_NAMES], energies[MOST_NAMES];
        size_t used = 0;
        for (size_t n = 0; n < plan->network_count; n++) {
            const model_total_t *total = &totals[n * plan->accelerator_count + a], *base = base_of(plan, totals, total);
            if (base == NULL || total->skipped)
                break;
            speedups[n] = (double)base->counts.cycles / (double)total->counts.cycles;
            energies[n] = total->energy.total_pj / base->energy.total_pj;
            used++;
        }
        if (used < plan->network_count)
            continue;
        printf("%-10s  %-13s  %13s  %7.3f  %34s  %6.3f\n", "geomean", plan->accelerators[a]->name, "",
               model_geomean(speedups, plan->network_count), "", model_geomean(energies, plan->network_count));
    }
}

static void print_summary(const model_plan_t *plan, const model_total_t *totals)
{
    const char *base = accelerator_registry[0]->title;
    printf("One sample a network, size %s; speedup and ratio against %s; total energy without leakage.\n\n", plan->size,
           base);
    printf("%-10s  %-13s  %13s  %7s  %10s  %10s  %10s  %6s  %10s\n", "network", "accelerator", "cycles", "speedup",
           "energy uJ", "on chip uJ", "DRAM uJ", "ratio", "leakage uJ");
    for (size_t i = 0; i < plan->network_count * plan->accelerator_count; i++)
        print_total(&totals[i], base_of(plan, totals, &totals[i]));
    if (plan->network_count > 1)
        print_geomeans(plan, totals);
}

/* ===  Command  === */

static outcome_t parse_first_layer(const options_t *options, bool *prune)
{
    const char *text = options_text(options, "first-layer");
    *prune = text_equal(text, "prune");
    if (*prune || text_equal(text, "keep"))
        return outcome_ok();
    return outcome_usage("simulate", "--first-layer", text, "keep or prune", NULL);
}

static outcome_t run(const options_t *options)
{
    list_t networks, accelerators;
    const char *path;
    accel_config_t configs[MOST_NAMES];
    text_t configuration, dropped;
    model_plan_t plan = {.size = options_text(options, "size"), .threads = cpu_count()};
    outcome_t result;
    if (outcome_bad(&result, parse_list(options, "net", (const void *const *)net_registry, find_network, &networks)) ||
        outcome_bad(&result, parse_list(options, "accelerator", (const void *const *)accelerator_registry, find_accelerator,
                                        &accelerators)) ||
        outcome_bad(&result,
                    accel_options_energy(options, accelerators.items, &accelerators.count, &plan.energy_table, &dropped)) ||
        outcome_bad(&result, accel_options_configs(options, (const accelerator_t *const *)accelerators.items,
                                                   accelerators.count, configs, &configuration)) ||
        outcome_bad(&result, parse_first_layer(options, &plan.prune_first)) ||
        outcome_bad(&result, options_required(options, "out", &path)))
        return result;
    plan.networks = (const network_t *const *)networks.items;
    plan.network_count = networks.count;
    plan.accelerators = (const accelerator_t *const *)accelerators.items;
    plan.accelerator_count = accelerators.count;
    plan.mixed_tables = options_flag(options, "mixed");
    plan.configs = configs;
    plan.configuration = configuration.chars;
    model_total_t *totals = calloc(networks.count * accelerators.count, sizeof *totals);
    if (totals == NULL)
        return outcome_out_of_memory("simulate");
    result = model_run(&plan, path, totals);
    if (outcome_is_ok(&result))
        print_summary(&plan, totals);
    if (outcome_is_ok(&result) && dropped.chars[0] != '\0')
        printf("Not in %s: %s (see --mixed).\n", plan.energy_table, dropped.chars);
    free(totals);
    return result;
}

static const option_t option_table[] = {
    {"net", "NAME[,NAME]|all", NULL, "networks to run"},
    {"size", "SIZE", "full", "full: the networks of the paper; compact: their stand-ins"},
    {"accelerator", "NAME[,NAME]|all", "all", "accelerators to run them on"},
    {"first-layer", "keep|prune", "keep",
     "what becomes of a network's first layer on accelerators that prune: it stays at 8 bits, or not"},
    ACCEL_OPTIONS,
    {"out", "FILE.csv", NULL, "one row a network, accelerator and layer, and one with layer = total"},
    {NULL, NULL, NULL, NULL},
};

const command_t command_simulate = {
    .name = "simulate",
    .summary = "cycles, memory traffic and energy of networks on accelerator models",
    .operands = "",
    .options = option_table,
    .details = "Sensitive channels of a layer are beta * K rounded up to 32 where no weights say better; the column\n"
               "`selection` tells. Constants and their sources: bench/accel/technology.csv and sram.csv.",
    .list = accel_options_list,
    .run = run};
