/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/plan_evaluations.h"

#include "cli/accuracy.h"
#include "cli/accuracy_options.h"
#include "cli/mode_options.h"
#include "cli/method_options.h"
#include "experiments/accuracy_runs.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST = 2 * MATERIAL_NETS };

/* ===  One evaluation  === */

/* Measure it, and add it with the command that gives its rows. */
static outcome_t add(void *to, const accuracy_config_t *config)
{
    plan_evaluations_t *evaluations = to;
    text_builder_t line = {0};
    accuracy_config_t known = *config;
    outcome_t result;
    if (evaluations->count == MOST)
        return outcome_usage("plan", "--net", "too many networks", text_of("at most %d", MOST).chars, NULL);
    cost_t *cost = &evaluations->internal_costs[evaluations->count];
    if (outcome_bad(&result, cost_measure(config, cost)))
        return result;
    known.methods = (const char *const *)cost->methods;
    known.method_count = cost->method_count;
    text_append(&line, "%s ", command_accuracy.name);
    if (outcome_bad(&result, accuracy_options_write(&known, &line))) {
        free(line.chars);
        return result;
    }
    evaluations->internal_commands[evaluations->count] = line.chars;
    evaluations->items[evaluations->count++] =
        (evaluation_t){.rows = config->integers ? integers_schema.name : accuracy_schema.name,
                       .net = cost->net.chars,
                       .size = cost->size.chars,
                       .data = cost->data.chars,
                       .command = line.chars,
                       .methods = known.methods,
                       .method_count = cost->method_count,
                       .samples = cost->samples,
                       .sample_seconds = cost->sample_seconds,
                       .fixed_seconds = cost->load_seconds + cost->compress_seconds};
    printf("%-10s %-9s %6lld samples, %zu methods: %.2f ms a sample; loading %.2f s, compressing %.2f s (processor time)\n",
           cost->net.chars, evaluations->items[evaluations->count - 1].rows, (long long)cost->samples, cost->method_count,
           1000 * cost->sample_seconds, cost->load_seconds, cost->compress_seconds);
    fflush(stdout);
    return result;
}

/* ===  Modes  === */

static outcome_t add_mode(const run_mode_t *mode, int jobs, plan_evaluations_t *evaluations)
{
    const measurement_context_t context = {.mode = mode, .jobs = jobs, .folder = "."};
    outcome_t result = accuracy_runs_measured(&context, false, add, evaluations);
    return outcome_is_ok(&result) ? accuracy_runs_measured(&context, true, add, evaluations) : result;
}

/* Bring the files of the full mode to the cache, which the workers share. */
static outcome_t bring(const options_t *options, const full_request_t *wanted, const run_mode_t *mode,
                       plan_evaluations_t *evaluations)
{
    full_t *full = calloc(1, sizeof *full);
    run_mode_t with = *mode;
    if (full == NULL)
        return outcome_out_of_memory("plan");
    outcome_t result = full_plan(wanted, full);
    with.material = &full->material;
    if (outcome_is_ok(&result) && !outcome_bad(&result, full_list(full)) &&
        !outcome_bad(&result, fetch_check_disk(&full->plan)) &&
        (options_flag(options, "yes") || !outcome_bad(&result, catalogues_ask("begin?", "nothing was done"))) &&
        !outcome_bad(&result, full_bring(full)))
        result = add_mode(&with, wanted->jobs, evaluations);
    full_free(full);
    free(full);
    return result;
}

static outcome_t add_full(const options_t *options, const choice_request_t *chosen, const run_mode_t *mode, int jobs,
                          plan_evaluations_t *evaluations)
{
    mode_options_t read;
    outcome_t result = mode_options_read(options, chosen, mode, &read);
    read.request.jobs = jobs;
    read.request.resume = true; /* the plan measures the time itself */
    read.request.log = stdout;
    if (outcome_is_ok(&result))
        result = bring(options, &read.request, mode, evaluations);
    mode_options_free(&read);
    return result;
}

static outcome_t read_mode(const options_t *options, const run_mode_t *mode, int jobs, plan_evaluations_t *evaluations)
{
    const char *methods[MATERIAL_METHODS];
    choice_request_t chosen = {.nets = options_text(options, "net"), .methods = methods, .images = CHOICE_NO_IMAGES};
    choice_t *choice = calloc(1, sizeof *choice);
    outcome_t result = choice != NULL ? outcome_ok() : outcome_out_of_memory("plan");
    if (!outcome_is_ok(&result) ||
        outcome_bad(&result, options_list(options, "method", methods, MATERIAL_METHODS, &chosen.method_count)) ||
        (options_given(options, "samples") &&
         outcome_bad(&result, options_integer(options, "samples", 0, INT64_MAX, &chosen.images))) ||
        outcome_bad(&result, choice_open(mode, &chosen, choice)))
        goto out;
    result = choice->mode.brings ? add_full(options, &chosen, &choice->mode, jobs, evaluations)
                                 : add_mode(&choice->mode, jobs, evaluations);

out:
    if (choice != NULL)
        choice_free(choice);
    free(choice);
    return result;
}

/* ===  All  === */

static outcome_t read_networks(const options_t *options, plan_evaluations_t *evaluations)
{
    accuracy_options_t read;
    const char *nets, *weights = options_text(options, "weights");
    outcome_t result = options_required(options, "net", &nets);
    if (!outcome_is_ok(&result))
        return result;
    if (weights != NULL && text_equal(weights, "-"))
        return outcome_usage("plan", "--weights", "standard input", "a file, which every unit reads", NULL);
    result = accuracy_options_read(options, &read);
    if (outcome_is_ok(&result))
        result = accuracy_options_each(options, &read.config, add, evaluations);
    accuracy_options_free(&read);
    return result;
}

/* What is measured: the networks of --net, or what a mode measures; or nothing, beside --simulate alone. */
enum { OF_NETWORKS = 1, OF_SMOKE = 2, OF_FULL = 4 };

static outcome_t check_option(const options_t *options, const char *name, int of, int measured)
{
    const char *found = measured == OF_SMOKE      ? "it beside --smoke"
                        : measured == OF_FULL     ? "it beside --full"
                        : measured == OF_NETWORKS ? "it beside --net"
                                                  : "it alone";
    const char *expected = (of & OF_SMOKE) != 0 ? "--net, --smoke or --full beside it"
                           : of == OF_FULL      ? "--full beside it"
                           : of == OF_NETWORKS  ? "--net beside it, without --smoke and --full"
                                                : "--net or --full beside it";
    if (!options_given(options, name) || (of & measured) != 0)
        return outcome_ok();
    return outcome_usage("plan", text_of("--%s", name).chars, found, expected, NULL);
}

/* An option that would change nothing is refused, so that nobody takes the plan for another one. */
static outcome_t check_options(const options_t *options, int measured)
{
    static const struct {
        const char *name;
        int of;
    } shared[] = {{"method", OF_NETWORKS | OF_SMOKE | OF_FULL},
                  {"samples", OF_NETWORKS | OF_SMOKE | OF_FULL},
                  {"data", OF_NETWORKS | OF_FULL},
                  {"calibration", OF_NETWORKS | OF_FULL},
                  {"kernels", OF_NETWORKS | OF_FULL},
                  {"from", OF_FULL},
                  {"manifest", OF_FULL},
                  {"yes", OF_FULL}};
    static const option_t all[] = {ACCURACY_OPTIONS, {NULL, NULL, NULL, NULL}};
    const size_t count = sizeof shared / sizeof *shared;
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++)
        result = check_option(options, shared[i].name, shared[i].of, measured);
    for (const option_t *option = all; option->name != NULL && outcome_is_ok(&result); option++) {
        bool is_shared = false;
        for (size_t i = 0; i < count; i++)
            is_shared = is_shared || text_equal(option->name, shared[i].name);
        if (!is_shared)
            result = check_option(options, option->name, OF_NETWORKS, measured);
    }
    return result;
}

outcome_t plan_evaluations_read(const options_t *options, plan_evaluations_t *evaluations)
{
    const bool full = options_flag(options, "full"), smoke = options_flag(options, "smoke");
    const bool networks = options_given(options, "net") || !options_given(options, "simulate");
    const run_mode_t *mode;
    int jobs;
    outcome_t result = method_options_jobs(options, &jobs);
    if (!outcome_is_ok(&result) || outcome_bad(&result, mode_options_choose(options, "plan", &mode)) ||
        outcome_bad(&result, check_options(options, full       ? OF_FULL
                                                    : smoke    ? OF_SMOKE
                                                    : networks ? OF_NETWORKS
                                                               : 0)))
        return result;
    if (full || smoke)
        return read_mode(options, mode, jobs, evaluations);
    return networks ? read_networks(options, evaluations) : result;
}

void plan_evaluations_free(plan_evaluations_t *evaluations)
{
    for (size_t i = 0; i < MOST; i++) {
        cost_free(&evaluations->internal_costs[i]);
        free(evaluations->internal_commands[i]);
    }
    *evaluations = (plan_evaluations_t){.count = 0};
}
