/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/simulate_plan.h"

#include "base/text.h"
#include "cli/accel_options.h"
#include "cli/input.h"
#include "cli/method_options.h"
#include "measure/model_sweep.h"

#include <stdlib.h>

enum { MOST_CACHE_BITS = 16 };

/* ===  Networks and designs  === */

static outcome_t parse_list(const options_t *options, const char *option, const registry_t *names, registry_list_t *list)
{
    const char *text;
    *list = (registry_list_t){0};
    outcome_t result = options_required(options, option, &text);
    return outcome_is_ok(&result) ? registry_list(names, text, list) : result;
}

static outcome_t list_one(const network_t *network, registry_list_t *networks)
{
    *networks = (registry_list_t){.items = calloc(2, sizeof *networks->items)};
    if (networks->items == NULL)
        return outcome_out_of_memory("networks");
    networks->items[networks->count++] = network;
    return outcome_ok();
}

/* The networks of --net, none yet for auto, or the one network of --layers. */
static outcome_t parse_networks(const options_t *options, net_user_t *user, registry_list_t *networks, model_plan_t *plan)
{
    const char *path;
    outcome_t result = input_path(options_text(options, "layers"), &path);
    if (!outcome_is_ok(&result))
        return result;
    plan->size = options_text(options, "size");
    if (path == NULL && options_given(options, "net") && text_equal(options_text(options, "net"), net_auto))
        return outcome_ok();
    if (path == NULL)
        return parse_list(options, "net", &net_simulated, networks);
    if (options_given(options, "net") || options_given(options, "size"))
        return outcome_usage("simulate", "--layers", "both --layers and --net or --size", "one of the two", NULL);
    result = net_user_read(path, user);
    if (!outcome_is_ok(&result))
        return result;
    plan->size = user->size.name;
    return list_one(&user->network, networks);
}

/* ===  Weights, activations, workload  === */

static outcome_t parse_first_layer(const options_t *options, bool *prune)
{
    const char *text = options_text(options, "first-layer");
    *prune = text_equal(text, "prune");
    if (*prune || text_equal(text, "keep"))
        return outcome_ok();
    return outcome_usage("simulate", "--first-layer", text, "keep or prune", NULL);
}

/* --weights: none, synthetic, best, or a file. */
static outcome_t parse_weights(const options_t *options, model_plan_t *plan)
{
    static const struct {
        const char *word;
        model_origin_t origin;
    } words[] = {{"none", MODEL_NONE}, {"synthetic", MODEL_SYNTHETIC}, {"best", MODEL_BEST}};
    const char *text = options_text(options, "weights");
    plan->origin = MODEL_FILE;
    plan->weights_path = text;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_equal(words[i].word, text))
            plan->origin = words[i].origin;
    if (plan->origin != MODEL_FILE && plan->network_count == 0)
        return outcome_usage("simulate", "--net", "auto without weights", "--weights FILE", NULL);
    if (plan->origin == MODEL_FILE && plan->network_count > 1)
        return outcome_usage("simulate", "--weights", "one file for several networks", "one network", NULL);
    return outcome_ok();
}

/* --density: a number, or a file of bbsbench density; --masks: a file of the same command. */
static outcome_t parse_activations(const options_t *options, model_plan_t *plan)
{
    const char *density = options_text(options, "density");
    double number;
    outcome_t result;
    plan->masks_path = options_text(options, "masks");
    if (density != NULL && plan->origin == MODEL_NONE)
        return outcome_usage("simulate", "--density", "--weights none", "weights, without which the density has no use",
                             NULL);
    const bool is_number = density != NULL && text_to_real(density, &number);
    if (is_number && outcome_bad(&result, options_real(options, "density", 1e-6, 1.0, &plan->density)))
        return result;
    plan->density_path = is_number ? NULL : density;
    if (plan->masks_path == NULL)
        return outcome_ok();
    if (plan->network_count != 1)
        return outcome_usage("simulate", "--masks", "one file for several networks", "one network", NULL);
    if (plan->batch > 1 || plan->tokens > 0 || model_sweeps(plan, NULL))
        return outcome_usage("simulate", "--masks",
                             plan->batch > 1    ? "a --batch"
                             : plan->tokens > 0 ? "--tokens"
                                                : "a sweep of them",
                             "neither: a mask is of one sample, as long as it was", NULL);
    if (plan->density_path == NULL)
        return outcome_usage("simulate", "--masks", "no file of densities", "--density FILE.csv of the same measurement",
                             "traffic is counted by densities, cycles by masks");
    return outcome_ok();
}

/* --seed, behind --weights. */
static outcome_t parse_seed(const options_t *options, model_plan_t *plan)
{
    int64_t seed = 0;
    outcome_t result;
    if (!options_given(options, "seed"))
        return outcome_ok();
    if (plan->origin == MODEL_NONE || plan->origin == MODEL_FILE)
        return outcome_usage("simulate", "--seed", options_text(options, "weights"), "synthetic weights", NULL);
    result = options_integer(options, "seed", 1, INT32_MAX, &seed);
    plan->seed = (int)seed;
    return result;
}

/* --tokens, --context or --batch. */
static outcome_t parse_part(const options_t *options, const char *option, int64_t *value)
{
    return options_given(options, option) ? options_integer(options, option, 1, model_sweep_most(option), value)
                                          : outcome_ok();
}

/* --tokens, --batch, --attention, and the options of language models. */
static outcome_t parse_workload(const options_t *options, model_plan_t *plan)
{
    outcome_t result = outcome_ok();
    plan->attention = options_flag(options, "attention");
    if (outcome_bad(&result, parse_part(options, "tokens", &plan->tokens)) ||
        outcome_bad(&result, parse_part(options, "context", &plan->context)) ||
        outcome_bad(&result, parse_part(options, "batch", &plan->batch)) || !options_given(options, "cache-bits"))
        return result;
    return options_integer(options, "cache-bits", 1, MOST_CACHE_BITS, &plan->cache_bits);
}

/* --phase, and what cannot be swept; behind --sweep. Decode is the default of language models. */
static outcome_t check_workload(const options_t *options, model_plan_t *plan)
{
    static const char *const parts[] = {"tokens", "context", "batch"};
    const char *phase = options_text(options, "phase");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (options_given(options, parts[i]) && model_sweeps(plan, parts[i]))
            return outcome_usage("simulate", text_of("--%s", parts[i]).chars, "a sweep of it as well", "one of them", NULL);
    if (phase == NULL)
        return outcome_ok();
    if (plan->context == 0 && !model_sweeps(plan, "context"))
        return outcome_usage("simulate", "--phase", "no --context", "the tokens of a sequence: --context N", NULL);
    if (options_given(options, "tokens") || model_sweeps(plan, "tokens"))
        return outcome_usage("simulate", "--phase", "--tokens as well", "one of them", NULL);
    plan->prefill = text_equal(phase, "prefill");
    return outcome_ok();
}

/* ===  The plan  === */

/* The network as its checkpoint has it: recognised (--net auto), or with the checkpoint's number of classes. `checkpoint`
 * keeps it. */
static outcome_t settle_network(const options_t *options, checkpoint_t *checkpoint, registry_list_t *networks,
                                model_plan_t *plan)
{
    checkpoint_request_t request = {
        .path = plan->weights_path, .ignore_extra = plan->ignore_extra, .threads = plan->threads};
    outcome_t result = outcome_ok();
    if (plan->origin != MODEL_FILE || options_given(options, "layers"))
        return result;
    request.network = networks->count > 0 ? networks->items[0] : NULL;
    if (request.network != NULL && outcome_bad(&result, net_find_size(request.network, plan->size, &request.size)))
        return result;
    if (outcome_bad(&result, checkpoint_open(&request, checkpoint)))
        return result;
    plan->size = checkpoint->weights.size->name;
    registry_list_free(networks);
    result = list_one(checkpoint->weights.network, networks);
    plan->networks = (const network_t *const *)networks->items;
    plan->network_count = networks->count;
    return result;
}

/* Networks, designs and their configurations. */
static outcome_t read_designs(const options_t *options, simulate_plan_t *simulate)
{
    model_plan_t *plan = &simulate->plan;
    registry_list_t *chosen = &simulate->accelerators;
    outcome_t result;
    if (outcome_bad(&result, parse_networks(options, &simulate->user, &simulate->networks, plan)) ||
        outcome_bad(&result, parse_list(options, "accelerator", &accel_names, chosen)) ||
        outcome_bad(&result,
                    accel_options_energy(options, chosen->items, &chosen->count, &plan->energy_table, &simulate->dropped)))
        return result;
    simulate->configs = calloc(chosen->count + 1, sizeof *simulate->configs);
    if (simulate->configs == NULL)
        return outcome_out_of_memory("simulate");
    plan->networks = (const network_t *const *)simulate->networks.items;
    plan->network_count = simulate->networks.count;
    plan->accelerators = (const accelerator_t *const *)chosen->items;
    plan->accelerator_count = chosen->count;
    plan->mixed_tables = options_flag(options, "mixed");
    plan->configs = simulate->configs;
    plan->configuration = simulate->configuration.chars;
    return accel_options_configs(options, plan->accelerators, plan->accelerator_count, simulate->configs, &simulate->more,
                                 &simulate->configuration);
}

outcome_t simulate_plan_read(const options_t *options, simulate_plan_t *simulate)
{
    model_plan_t *plan = &simulate->plan;
    outcome_t result;
    *simulate = (simulate_plan_t){
        .plan = {.layer = options_text(options, "layer"), .ignore_extra = options_flag(options, "ignore-extra")}};
    if (outcome_bad(&result, read_designs(options, simulate)) ||
        outcome_bad(&result, parse_first_layer(options, &plan->prune_first)) ||
        outcome_bad(&result, parse_workload(options, plan)) ||
        outcome_bad(&result, method_options_jobs(options, &plan->threads)) ||
        outcome_bad(&result, sweep_options_read(options, plan, &simulate->sweep)) ||
        outcome_bad(&result, check_workload(options, plan)) || outcome_bad(&result, parse_weights(options, plan)) ||
        outcome_bad(&result, parse_seed(options, plan)) || outcome_bad(&result, parse_activations(options, plan)))
        return result;
    return settle_network(options, &simulate->checkpoint, &simulate->networks, plan);
}

void simulate_plan_free(simulate_plan_t *simulate)
{
    free(simulate->configs);
    technology_free(&simulate->more.technology);
    sweep_options_free(&simulate->sweep);
    checkpoint_free(&simulate->checkpoint);
    registry_list_free(&simulate->networks);
    registry_list_free(&simulate->accelerators);
    net_user_free(&simulate->user);
}
