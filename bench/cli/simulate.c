/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench simulate`: run networks on accelerator models; rows go to a CSV, a short table to standard output. */
#include "cli/simulate.h"

#include "base/text.h"
#include "cli/accel_options.h"
#include "cli/method_options.h"
#include "cli/output.h"
#include "cli/simulate_explain.h"
#include "cli/simulate_layers.h"
#include "cli/simulate_summary.h"
#include "measure/model_rows.h"
#include "rows/table.h"

#include <stdio.h>
#include <stdlib.h>

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

/* What a command line asks for besides its rows. */
typedef struct {
    simulate_plan_t all;
    summary_base_t base;
    simulate_layers_t layers;
} simulate_t;

static outcome_t simulate(const simulate_t *simulate, const char *path, const char *json)
{
    const model_plan_t *plan = &simulate->all.plan;
    model_total_t *totals = calloc(model_points(plan), sizeof *totals);
    if (totals == NULL)
        return outcome_out_of_memory("simulate");
    outcome_t result = model_run(plan, path, totals);
    if (outcome_is_ok(&result) && json != NULL)
        result = write_json(path, json);
    if (outcome_is_ok(&result) && (plan->see == NULL || simulate->layers.wanted))
        summary_print(plan, totals, &simulate->base, simulate->all.checkpoint.notes.chars);
    if (outcome_is_ok(&result) && simulate->all.dropped.chars[0] != '\0')
        printf("Not in %s: %s (see --mixed).\n", plan->energy_table, simulate->all.dropped.chars);
    if (outcome_is_ok(&result))
        result = simulate_layers_show(&simulate->layers);
    free(totals);
    return result;
}

static outcome_t run_plan(const options_t *options, simulate_t *all)
{
    output_t output;
    outcome_t result;
    if (outcome_bad(&result, simulate_plan_read(options, &all->all)) ||
        outcome_bad(&result, summary_base_read(options, &all->all.plan, &all->base)) ||
        outcome_bad(&result, simulate_explain(options, &all->all)) ||
        outcome_bad(&result, simulate_layers_read(options, &all->all, &all->layers)) ||
        outcome_bad(&result, output_open(options, &output)))
        return result;
    if (all->all.plan.sweep_count > 0 && !options_flag(options, "quiet"))
        fprintf(stderr, "%s\n", summary_announce(&all->all.plan).chars);
    result = simulate(all, output.rows, options_text(options, "json"));
    return output_close(&output, model_schema.name, &model_schema, result);
}

static outcome_t run(const options_t *options)
{
    if (options_flag(options, "dump-config"))
        return accel_options_dump(options, stdout);
    simulate_t *all = calloc(1, sizeof *all);
    if (all == NULL)
        return outcome_out_of_memory("simulate");
    outcome_t result = run_plan(options, all);
    simulate_plan_free(&all->all);
    simulate_layers_free(&all->layers);
    free(all);
    return result;
}

static const option_t option_table[] = {
    {"net", "NAME[,NAME]|all|auto", NULL,
     "networks to run, also language models (bbsbench list networks); auto: the one that the tensors of --weights are"},
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
    {"context", "N", NULL,
     "language models: tokens of a sequence whose keys and values attention reads, those that are run included; runs\n"
     "one token unless --phase or --tokens says more (default: no attention)"},
    {"phase", "prefill|decode", NULL,
     "language models: run all tokens of the context at once, or one token behind the others"},
    {"cache-bits", "B", NULL,
     "language models: bits of a key or value in memory (default 8, an assumption; 16: as published)"},
    {"density", "X|FILE.csv", NULL,
     "share of activations that are not zero, for SparTen: a number, or a file of bbsbench density (default: by family)"},
    {"masks", "FILE", NULL,
     "real activations of one network, from `density --masks`: SparTen's cycles count them bit for bit"},
    {"layer", "NAME", NULL, "write the rows of this layer only, or `total`"},
    {"explain", "LAYER", NULL,
     "one network on one design: the arithmetic of this layer step by step, with the constants and their sources"},
    {"per-layer", NULL, NULL, "also print a table of the layers: cycles, what bounds them, MACs per byte and per cycle"},
    {"plot", "FILE.svg|FILE.png", NULL, "draw the layers of one network on a roofline (gnuplot)"},
    {"first-layer", "keep|prune", "keep",
     "designs that prune: keep the convolution that reads the image at 8 bits, or prune it"},
    SWEEP_OPTIONS,
    ACCEL_OPTIONS,
    OUTPUT_OPTIONS,
    {"json", "FILE.json", NULL, "also the same rows as a JSON array of objects (as --out FILE.json)"},
    JOBS_OPTION,
    {NULL, NULL, NULL, NULL},
};

const command_t command_simulate = {
    .name = "simulate",
    .summary = "cycles, memory traffic and energy of networks on accelerator models",
    .operands = "",
    .options = option_table,
    .details =
        "The table has a line for each network, design and point; the rows of --out and --format are one per network,\n"
        "design, point and layer, and one with layer = total.\n"
        "The columns `selection`, `weights_source` and `density_source` name the source of weights and densities.\n"
        "Synthetic weights are drawn after portraits of other networks' layers (models/profiles). Without weights, a\n"
        "layer of K channels has beta * K sensitive channels, rounded up to a multiple of 32. Constants and their sources:\n"
        "bench/accel/technology.csv and sram.csv. A sweep changes what it names: buffers and their banks stay as\n"
        "they are.",
    .list = accel_options_list,
    .examples =
        "# one network on all designs, rows in a file\n"
        "bbsbench simulate --net resnet34 --weights none --out model.csv\n"
        "# BitVert with other arrays and DRAM beside its reference: a grid of six points, geometric means for each\n"
        "bbsbench simulate --net resnet34,bert_mrpc --weights none --accelerator stripes,bitvert-mod \\\n"
        "    --sweep bitvert.rows=8,16,32 --sweep dram.gbytes_per_s=6.4,12.8\n"
        "# the arithmetic of one layer, step by step\n"
        "bbsbench simulate --net resnet34 --accelerator bitvert-mod --explain layer2.0.conv2\n"
        "# a language model: the next token of 1 and of 16 texts, all channels pruned as in the paper's Fig. 17\n"
        "bbsbench simulate --net llama3_8b --weights none --phase decode --set bitvert.beta_percent=0 \\\n"
        "    --sweep context=2048,32768 --sweep batch=1,16 --out decode.csv\n"
        "# BitVert with 16 rows of PEs, and 32 columns so that it has as many multipliers\n"
        "bbsbench simulate --net resnet34 --weights none --accelerator stripes,bitvert-mod --set bitvert.rows=16 \\\n"
        "    --set bitvert.columns=32 --out model.csv",
    .run = run};
