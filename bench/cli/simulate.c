/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench simulate`: run networks on accelerator models; rows go to a CSV, a short table to standard output. */
#include "cli/simulate.h"

#include "accel/configuration.h"
#include "accel/settings.h"
#include "base/text.h"
#include "cli/accel_options.h"
#include "cli/method_options.h"
#include "measure/model.h"
#include "measure/model_rows.h"
#include "nets/recognise.h"
#include "nets/user.h"
#include "rows/table.h"
#include "weights/checkpoint.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_VALUES = 64 /* of a sweep */, MOST_TOKENS = 65536, MOST_SAMPLES = 4096 };

/* ===  Names  === */

static outcome_t parse_list(const options_t *options, const char *option, const registry_t *names, registry_list_t *list)
{
    const char *text;
    *list = (registry_list_t){0};
    outcome_t result = options_required(options, option, &text);
    return outcome_is_ok(&result) ? registry_list(names, text, list) : result;
}

/* ===  Summary  === */

/* The total that `total` is divided by: the first accelerator of the registry on the same network with the same swept
 * value, or NULL. */
static const model_total_t *base_of(const model_plan_t *plan, const model_total_t *totals, const model_total_t *total)
{
    for (size_t i = 0; i < model_points(plan); i++)
        if (totals[i].network == total->network && totals[i].point == total->point && !totals[i].skipped &&
            totals[i].accelerator == accelerator_registry[0])
            return &totals[i];
    return NULL;
}

static int sweep_width(const model_plan_t *plan)
{
    size_t width = 0;
    for (size_t i = 0; i < plan->sweep_count; i++)
        width = strlen(plan->sweep[i]) > width ? strlen(plan->sweep[i]) : width;
    return (int)width;
}

static void print_total(const model_plan_t *plan, const model_total_t *total, const model_total_t *base)
{
    printf("%-10s  %-13s", total->network->name, total->accelerator->name);
    if (plan->sweep_count > 0)
        printf("  %-*s", sweep_width(plan), plan->sweep[total->point]);
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

static void print_geomeans(const model_plan_t *plan, const model_total_t *totals)
{
    double *speedups = calloc(2 * plan->network_count, sizeof *speedups), *energies = speedups + plan->network_count;
    for (size_t a = 0; speedups != NULL && a < plan->accelerator_count; a++) {
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
    free(speedups);
}

static void print_heading(const model_plan_t *plan)
{
    const int64_t batch = model_batch(plan);
    printf("%s per network, size %s; speedup and ratio relative to %s; total energy without leakage;\n"
           "geomean = geometric mean.\n",
           batch == 1 ? "One sample" : text_of("%" PRId64 " samples together", batch).chars, plan->size,
           accelerator_registry[0]->title);
    if (plan->tokens > 0)
        printf("Sequences of %" PRId64 " tokens.\n", plan->tokens);
    if (plan->attention)
        printf("With the products of attention, whose operands are taken as dense at 8 bits.\n");
    printf("Weights: %s.\n\n", plan->origin == MODEL_FILE   ? plan->weights_path
                               : plan->origin == MODEL_NONE ? "none; sensitive channels by the uniform assumption"
                               : plan->origin == MODEL_BEST ? "the project's own where it ships them, else synthetic"
                                                            : "synthetic, drawn after models/profiles");
}

static void print_summary(const model_plan_t *plan, const model_total_t *totals, const char *notes)
{
    print_heading(plan);
    if (notes != NULL)
        printf("%s\n", notes);
    printf("%-10s  %-13s", "network", "accelerator");
    if (plan->sweep_count > 0)
        printf("  %-*s", sweep_width(plan), "setting");
    printf("  %13s  %7s  %10s  %10s  %10s  %6s  %10s\n", "cycles", "speedup", "energy uJ", "on chip uJ", "DRAM uJ", "ratio",
           "leakage uJ");
    for (size_t i = 0; i < model_points(plan); i++)
        print_total(plan, &totals[i], base_of(plan, totals, &totals[i]));
    if (plan->network_count > 1 && plan->sweep_count == 0)
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
    if (plan->batch > 1 || plan->tokens > 0)
        return outcome_usage("simulate", "--masks", plan->batch > 1 ? "a --batch" : "--tokens",
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

/* --tokens, --batch and --attention. */
static outcome_t parse_workload(const options_t *options, model_plan_t *plan)
{
    outcome_t result = outcome_ok();
    plan->attention = options_flag(options, "attention");
    if (options_given(options, "tokens"))
        result = options_integer(options, "tokens", 1, MOST_TOKENS, &plan->tokens);
    return outcome_is_ok(&result) ? options_integer(options, "batch", 1, MOST_SAMPLES, &plan->batch) : result;
}

typedef struct {
    text_t settings[MOST_VALUES]; /* "bitvert.rows=8" */
    const char *texts[MOST_VALUES];
} sweep_t;

/* `key` with a section. A key without one means every chosen design that has it, but must not change the reference unseen.
 */
static outcome_t complete_key(const char *key, const model_plan_t *plan, text_t *complete)
{
    const accelerator_t *reference = accelerator_registry[0];
    bool has_section = strchr(key, '.') != NULL;
    *complete = text_of("%s%s", has_section ? "" : "all.", key);
    for (size_t i = 0; i < plan->accelerator_count && !has_section; i++)
        if (plan->accelerators[i] == reference && settings_has(reference->keys, key))
            return outcome_usage("simulate", "--sweep",
                                 text_of("%s, which would also change %s, the reference", key, reference->name).chars,
                                 text_of("DESIGN.%s, or all.%s to change every design", key, key).chars, NULL);
    return outcome_ok();
}

/* The settings of --sweep KEY=V,V,...; the values are those of --set, in the same units. */
static outcome_t parse_sweep(const options_t *options, sweep_t *sweep, model_plan_t *plan)
{
    const char *text = options_text(options, "sweep");
    char *parts[MOST_VALUES];
    text_t key, copy = text_of("%s", text != NULL ? text : "");
    outcome_t result;
    if (text == NULL)
        return outcome_ok();
    char *equals = strchr(copy.chars, '=');
    if (equals == NULL || !text_fits(&copy))
        return outcome_usage("simulate", "--sweep", text, "DESIGN.KEY=VALUE,VALUE,...", NULL);
    *equals = '\0';
    size_t count = text_split(equals + 1, ',', parts, MOST_VALUES);
    if (count == 0 || count > MOST_VALUES)
        return outcome_usage("simulate", "--sweep", text, text_of("1 to %d values", MOST_VALUES).chars, NULL);
    if (outcome_bad(&result, complete_key(copy.chars, plan, &key)))
        return result;
    for (size_t i = 0; i < count; i++) {
        sweep->settings[i] = text_of("%s=%s", key.chars, text_trim(parts[i]));
        sweep->texts[i] = sweep->settings[i].chars;
        if (outcome_bad(&result, configuration_reaches(sweep->texts[i], plan->accelerators, plan->accelerator_count)))
            return result;
        for (size_t other = 0; other < i; other++)
            if (text_equal(sweep->texts[other], sweep->texts[i]))
                return outcome_usage("simulate", "--sweep", text_of("%s twice", parts[i]).chars, "each value once", NULL);
    }
    plan->sweep = sweep->texts;
    plan->sweep_count = count;
    return outcome_ok();
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
    const char *path = options_text(options, "layers");
    plan->size = options_text(options, "size");
    if (path == NULL && options_given(options, "net") && text_equal(options_text(options, "net"), net_auto))
        return outcome_ok();
    if (path == NULL)
        return parse_list(options, "net", &net_names, networks);
    if (options_given(options, "net") || options_given(options, "size"))
        return outcome_usage("simulate", "--layers", "both --layers and --net or --size", "one of the two", NULL);
    outcome_t result = net_user_read(path, user);
    if (!outcome_is_ok(&result))
        return result;
    plan->size = user->size.name;
    return list_one(&user->network, networks);
}

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

static outcome_t write_json(const char *rows, const char *path)
{
    rows_table_t table;
    outcome_t result = rows_read(&model_schema, rows, &table);
    if (!outcome_is_ok(&result))
        return result;
    result = rows_write_json(&table, path);
    rows_table_free(&table);
    return result;
}

static outcome_t simulate(const model_plan_t *plan, const char *path, const char *json, const char *notes)
{
    model_total_t *totals = calloc(model_points(plan), sizeof *totals);
    if (totals == NULL)
        return outcome_out_of_memory("simulate");
    outcome_t result = model_run(plan, path, totals);
    if (outcome_is_ok(&result) && json != NULL)
        result = write_json(path, json);
    if (outcome_is_ok(&result))
        print_summary(plan, totals, notes);
    free(totals);
    return result;
}

static outcome_t run(const options_t *options)
{
    registry_list_t networks = {0}, accelerators = {0};
    const char *path;
    accel_config_t *configs = NULL;
    text_t configuration, dropped;
    net_user_t user = {0};
    checkpoint_t checkpoint = {.stored = {.count = 0}};
    sweep_t sweep;
    model_plan_t plan = {.layer = options_text(options, "layer")};
    outcome_t result;
    if (outcome_bad(&result, parse_networks(options, &user, &networks, &plan)) ||
        outcome_bad(&result, parse_list(options, "accelerator", &accel_names, &accelerators)) ||
        outcome_bad(&result,
                    accel_options_energy(options, accelerators.items, &accelerators.count, &plan.energy_table, &dropped)))
        goto out;
    configs = calloc(accelerators.count + 1, sizeof *configs);
    if (configs == NULL) {
        result = outcome_out_of_memory("simulate");
        goto out;
    }
    if (outcome_bad(&result, accel_options_configs(options, (const accelerator_t *const *)accelerators.items,
                                                   accelerators.count, configs, &configuration)) ||
        outcome_bad(&result, parse_first_layer(options, &plan.prune_first)) ||
        outcome_bad(&result, parse_workload(options, &plan)) ||
        outcome_bad(&result, method_options_jobs(options, &plan.threads)) ||
        outcome_bad(&result, options_required(options, "out", &path)))
        goto out;
    plan.networks = (const network_t *const *)networks.items;
    plan.network_count = networks.count;
    plan.accelerators = (const accelerator_t *const *)accelerators.items;
    plan.accelerator_count = accelerators.count;
    if (outcome_bad(&result, parse_sweep(options, &sweep, &plan)))
        goto out;
    plan.mixed_tables = options_flag(options, "mixed");
    plan.ignore_extra = options_flag(options, "ignore-extra");
    plan.configs = configs;
    plan.configuration = configuration.chars;
    if (outcome_bad(&result, parse_weights(options, &plan)) || outcome_bad(&result, parse_seed(options, &plan)) ||
        outcome_bad(&result, parse_activations(options, &plan)) ||
        outcome_bad(&result, settle_network(options, &checkpoint, &networks, &plan)))
        goto out;
    result = simulate(&plan, path, options_text(options, "json"), checkpoint.notes.chars);
    if (outcome_is_ok(&result) && dropped.chars[0] != '\0')
        printf("Not in %s: %s (see --mixed).\n", plan.energy_table, dropped.chars);

out:
    free(configs);
    checkpoint_free(&checkpoint);
    registry_list_free(&networks);
    registry_list_free(&accelerators);
    net_user_free(&user);
    return result;
}

static const option_t option_table[] = {
    {"net", "NAME[,NAME]|all|auto", NULL, "networks to run; auto: the one that the tensors of --weights are"},
    {"size", "SIZE", "full", "full: the networks of the paper; compact: their stand-ins"},
    {"accelerator", "NAME[,NAME]|all", "all", "accelerators to run them on"},
    {"layers", "FILE.csv", NULL,
     "a network of your own in place of --net: name,kind,k,c,kh,kw,stride,pad,in_h,in_w,tokens[,groups] (docs/layers.md)"},
    {"weights", "FILE|best|synthetic|none", "best",
     "a checkpoint of one network; best: shipped weights, else synthetic; none: no designs that depend on bits"},
    {"ignore-extra", NULL, NULL, "leave out float tensors of the checkpoint that the network does not ask for"},
    {"seed", "N", NULL, "draw other synthetic weights; the rows of seed 1 (default) are those of the report"},
    {"tokens", "N", NULL,
     "length of the sequences of text networks (default 512, to which the paper pads; compact 128); no network of\n"
     "pictures takes it, because a picture gives its tokens"},
    {"batch", "B", "1",
     "samples that are run together, layer by layer: weights are fetched once for all, unless weights and inputs\n"
     "both exceed their buffers; all counts and energies are of the batch"},
    {"attention", NULL, NULL,
     "also run the two products of attention, which no design prunes and whose operands are taken as dense at 8 bits"},
    {"density", "X|FILE.csv", NULL,
     "share of activations that are not zero, for SparTen: a number, or a file of bbsbench density (default: by family)"},
    {"masks", "FILE", NULL,
     "real activations of one network, from `density --masks`: SparTen's cycles count them bit for bit"},
    {"layer", "NAME", NULL, "write the rows of this layer only, or `total`"},
    {"sweep", "DESIGN.KEY=V,V,...", NULL,
     "run once with each value of a setting of --set: bitvert.rows=8,16; all.rows=8,16 for every design;\n"
     "dram.gbytes_per_s=6.4,12.8; the table says where the number of multipliers differs from the reference's"},
    {"first-layer", "keep|prune", "keep",
     "designs that prune: keep the convolution that reads the image at 8 bits, or prune it"},
    ACCEL_OPTIONS,
    {"out", "FILE.csv", NULL, "one row per network, accelerator and layer, and one with layer = total"},
    {"json", "FILE.json", NULL, "the same rows as a JSON array of objects"},
    JOBS_OPTION,
    {NULL, NULL, NULL, NULL},
};

const command_t command_simulate = {
    .name = "simulate",
    .summary = "cycles, memory traffic and energy of networks on accelerator models",
    .operands = "",
    .options = option_table,
    .details =
        "The columns `selection`, `weights_source` and `density_source` name the source of weights and densities.\n"
        "Synthetic weights are drawn after portraits of other networks' layers (models/profiles). Without weights, a\n"
        "layer of K channels has beta * K sensitive channels, rounded up to a multiple of 32. Constants and their sources:\n"
        "bench/accel/technology.csv and sram.csv. A sweep changes one setting only: buffers and their banks stay as\n"
        "they are.",
    .list = accel_options_list,
    .examples =
        "# one network on all designs, rows in a file\n"
        "bbsbench simulate --net resnet34 --weights none --out model.csv\n"
        "# BitVert with 16 rows of PEs beside its reference\n"
        "bbsbench simulate --net resnet34 --weights none --accelerator stripes,bitvert-mod --set bitvert.rows=16 --out model.csv",
    .run = run};
