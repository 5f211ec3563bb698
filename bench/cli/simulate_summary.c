/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/simulate_summary.h"

#include "base/text.h"
#include "measure/model_sweep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ===  The base of ratios  === */

static const char first_point[] = "first";

static bool has(const model_plan_t *plan, const accelerator_t *design)
{
    for (size_t i = 0; i < plan->accelerator_count; i++)
        if (plan->accelerators[i] == design)
            return true;
    return false;
}

outcome_t summary_base_read(const options_t *options, const model_plan_t *plan, summary_base_t *base)
{
    const char *name = options_text(options, "base");
    *base = (summary_base_t){.design = NULL};
    if (text_equal(name, first_point))
        return outcome_ok();
    const registry_t names = {.where = "--base", .what = "design", .tables = {accelerator_registry}};
    outcome_t result = registry_find(&names, name, &base->design);
    if (outcome_is_ok(&result) && options_given(options, "base") && !has(plan, base->design))
        result = outcome_usage("simulate", "--base", text_of("%s, which does not run", name).chars,
                               "a design of --accelerator, or first", NULL);
    return result;
}

/* The total that `total` is divided by, on the same network; NULL when there is none. */
static const model_total_t *base_of(const model_plan_t *plan, const model_total_t *totals, const model_total_t *total,
                                    const summary_base_t *base)
{
    const accelerator_t *design = base->design != NULL ? base->design : total->accelerator;
    const size_t point = base->design != NULL ? total->point : 0;
    for (size_t i = 0; i < model_points(plan); i++)
        if (totals[i].network == total->network && totals[i].point == point && !totals[i].skipped &&
            totals[i].accelerator == design)
            return &totals[i];
    return NULL;
}

/* ===  Lines  === */

static int setting_width(const model_plan_t *plan)
{
    size_t width = strlen("setting");
    for (size_t i = 0; i < model_grid(plan); i++) {
        const size_t length = strlen(model_point(plan, i).chars);
        width = length > width ? length : width;
    }
    return (int)width;
}

static void print_names(const model_plan_t *plan, const char *network, const char *design, size_t point)
{
    printf("%-10s  %-13s", network, design);
    if (plan->sweep_count > 0)
        printf("  %-*s", setting_width(plan), model_point(plan, point).chars);
}

static void print_total(const model_plan_t *plan, const model_total_t *total, const model_total_t *base)
{
    print_names(plan, total->network->name, total->accelerator->name, total->point);
    if (total->skipped) {
        printf("  %13s  its cycles depend on INT8 weights%s, which were not given\n", "skipped",
               total->accelerator->needs_density ? " and activations" : "");
        return;
    }
    const energy_t *energy = &total->energy;
    printf("  %13" PRId64, total->counts.cycles);
    printf("  %7s", base ? text_of("%.3f", (double)base->counts.cycles / (double)total->counts.cycles).chars : "-");
    printf("  %10.2f  %10.2f  %10.2f", energy->total_pj / 1e6, energy->on_chip_pj / 1e6, energy->dram_pj / 1e6);
    printf("  %6s", base ? text_of("%.3f", energy->total_pj / base->energy.total_pj).chars : "-");
    printf("  %10.2f%s", energy->leakage_pj / 1e6, total->interpolated ? "  interpolated SRAM" : "");
    if (base != NULL && total->multipliers != base->multipliers)
        printf("  %" PRId64 " multipliers against %" PRId64, total->multipliers, base->multipliers);
    printf("\n");
}

/* The geometric means of one design at one point; none where a network has no ratio. `ratios` has room for two a network.
 */
static void print_geomean(const model_plan_t *plan, const model_total_t *totals, const summary_base_t *base,
                          size_t design_and_point, double *ratios)
{
    const size_t count = plan->network_count, each = model_grid(plan) * plan->accelerator_count;
    for (size_t n = 0; n < count; n++) {
        const model_total_t *total = &totals[n * each + design_and_point], *other = base_of(plan, totals, total, base);
        if (other == NULL || total->skipped)
            return;
        ratios[n] = (double)other->counts.cycles / (double)total->counts.cycles;
        ratios[count + n] = total->energy.total_pj / other->energy.total_pj;
    }
    print_names(plan, "geomean", totals[design_and_point].accelerator->name, totals[design_and_point].point);
    printf("  %13s  %7.3f  %34s  %6.3f\n", "", model_geomean(ratios, count), "", model_geomean(ratios + count, count));
}

static void print_geomeans(const model_plan_t *plan, const model_total_t *totals, const summary_base_t *base)
{
    double *ratios = calloc(2 * plan->network_count, sizeof *ratios);
    for (size_t i = 0; ratios != NULL && i < model_grid(plan) * plan->accelerator_count; i++)
        print_geomean(plan, totals, base, i, ratios);
    free(ratios);
}

/* ===  The whole  === */

static void print_context(const model_plan_t *plan)
{
    const int64_t tokens = plan->prefill ? plan->context : plan->tokens > 0 ? plan->tokens : 1;
    const bool prefill = plan->prefill || tokens == plan->context;
    if (model_sweeps(plan, "context"))
        printf("%s at each context", prefill ? "Prefill" : "Decode");
    else
        printf("%s of %" PRId64 " token%s at a context of %" PRId64, prefill ? "Prefill" : "Decode", tokens,
               tokens == 1 ? "" : "s", plan->context);
    printf(", head and embedding included; keys and values of %" PRId64 " bits in memory.\n",
           plan->cache_bits > 0 ? plan->cache_bits : (int64_t)MODEL_CACHE_BITS);
}

static void print_heading(const model_plan_t *plan, const summary_base_t *base)
{
    const int64_t batch = model_batch(plan);
    printf("%s per network, size %s; speedup and ratio relative to %s",
           model_sweeps(plan, "batch") ? "Batches of samples"
           : batch == 1                ? "One sample"
                                       : text_of("%" PRId64 " samples together", batch).chars,
           plan->size, base->design != NULL ? base->design->title : "the same design");
    if (plan->sweep_count > 0)
        printf(" at %s", base->design != NULL ? "the same settings" : model_point(plan, 0).chars);
    printf("; total energy without leakage.\n");
    if (plan->network_count > 1)
        printf("geomean = geometric mean of N = %zu networks.\n", plan->network_count);
    if (plan->context > 0 || model_sweeps(plan, "context"))
        print_context(plan);
    else if (plan->tokens > 0)
        printf("Sequences of %" PRId64 " tokens.\n", plan->tokens);
    if (plan->attention)
        printf("With the products of attention, whose operands are taken as dense at 8 bits.\n");
    printf("Weights: %s.\n\n", plan->origin == MODEL_FILE   ? plan->weights_path
                               : plan->origin == MODEL_NONE ? "none; sensitive channels by the uniform assumption"
                               : plan->origin == MODEL_BEST ? "the project's own where it ships them, else synthetic"
                                                            : "synthetic, drawn after models/profiles");
}

text_t summary_announce(const model_plan_t *plan)
{
    const size_t points = model_grid(plan);
    text_t text = text_of("%zu point%s", points, points == 1 ? "" : "s");
    for (size_t i = 0; plan->sweep_count > 1 && i < plan->sweep_count; i++)
        text = text_of("%s%s%zu%s", text.chars, i == 0 ? " (" : " x ", plan->sweeps[i].count,
                       i + 1 == plan->sweep_count ? ")" : "");
    return text_of("%s x %zu design%s x %zu network%s = %zu runs", text.chars, plan->accelerator_count,
                   plan->accelerator_count == 1 ? "" : "s", plan->network_count, plan->network_count == 1 ? "" : "s",
                   model_points(plan));
}

void summary_print(const model_plan_t *plan, const model_total_t *totals, const summary_base_t *base, const char *notes)
{
    print_heading(plan, base);
    if (notes != NULL)
        printf("%s\n", notes);
    printf("%-10s  %-13s", "network", "accelerator");
    if (plan->sweep_count > 0)
        printf("  %-*s", setting_width(plan), "setting");
    printf("  %13s  %7s  %10s  %10s  %10s  %6s  %10s\n", "cycles", "speedup", "energy uJ", "on chip uJ", "DRAM uJ", "ratio",
           "leakage uJ");
    for (size_t i = 0; i < model_points(plan); i++)
        print_total(plan, &totals[i], base_of(plan, totals, &totals[i], base));
    if (plan->network_count > 1)
        print_geomeans(plan, totals, base);
}
