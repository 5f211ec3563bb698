/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The designs on language models, part by part. What the matrices take does not depend on the context, and what attention
 * takes depends on nothing else, so each is counted once, and totals are queries (experiment llama_context). The weights of
 * one block are drawn once for all passes. */
#include "accel/configuration.h"
#include "measure/next_tokens.h"
#include "measure/llama.h"
#include "measure/model_works.h"
#include "nets/llama.h"
#include "nets/llama_shapes.h"
#include "rows/writer.h"

#include <stdlib.h>

/* ===  What is run  === */

/* The model of the paper's Fig. 17: it is run in every pass, also beyond its longest text of 8,192 tokens, because
 * Llama-3.1-8B has the same shape. The others are run in the passes of every model, up to their longest text. */
static const network_t *const in_full = &net_llama3_8b;

/* 131,072 tokens are the longest text of Llama 3.1 and 3.2. 2,048 is the length at which perplexities of language models
 * are usually measured (GPTQ, arXiv 2210.17323, section 4); the paper does not say its own. */
static const int64_t every_context[] = {128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072, 0},
                     prompt_2048[] = {2048, 0}, prompt_8192[] = {8192, 0};

/* 16 sequences: as many as an array has columns (all but ANT's), so that their tokens take one step. 16 bits: as the models
 * are published. */
typedef struct {
    const char *phase;
    int64_t tokens, batch, cache_bits;
    const int64_t *contexts;
    bool every_model;   /* else that of Fig. 17 */
    bool products_only; /* the other parts are those of an earlier pass */
} pass_t;

static const pass_t passes[] = {
    {"prefill", 2048, 1, 8, prompt_2048, true, false}, {"prefill", 8192, 1, 8, prompt_8192, false, false},
    {"decode", 1, 1, 8, every_context, true, false},   {"decode", 1, 16, 8, every_context, false, false},
    {"decode", 1, 1, 16, every_context, false, true},
};
enum { PASSES = sizeof passes / sizeof *passes };

/* ===  Rows  === */

typedef struct {
    const char *net, *phase, *part, *accelerator, *weights_source;
    int64_t tokens, batch, context, cache_bits, blocks, macs, weights;
    double bits_per_weight;
    int64_t dram_weight_bytes, dram_metadata_bytes, dram_input_bytes, dram_output_bytes;
    int64_t compute_cycles, dram_cycles, cycles;
    double energy_on_chip_pj, energy_dram_pj, energy_total_pj;
} cells_t;

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(cells_t, member)
#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(cells_t, member)
#define REAL(member) .name = #member, ROWS_PLACE_REAL(cells_t, member)

static const rows_column_t columns[] = {
    {TEXT(net), .key = true, .heading = "Network", .meaning = "the network, of which only the shapes are known"},
    {TEXT(phase), .key = true, .heading = "Phase", .meaning = "prefill: all tokens of a prompt at once; decode: one token"},
    {INTEGER(tokens), .key = true, .heading = "Tokens", .meaning = "tokens of a sequence that are run at once"},
    {INTEGER(batch), .key = true, .heading = "Batch", .unit = "sequences",
     .meaning = "sequences that are run together; counts are those of all"},
    {INTEGER(context), .key = true, .heading = "Context", .unit = "tokens",
     .meaning = "attention: tokens whose keys and values are read; 0: the other parts, which do not depend on it"},
    {INTEGER(cache_bits), .key = true, .heading = "Cache", .unit = "bits",
     .meaning = "attention: bits of a key or value in memory; 0: the other parts"},
    {TEXT(part), .key = true, .heading = "Part",
     .meaning = "matrices of all blocks; products of attention; rows of the embedding; head"},
    {TEXT(accelerator), .key = true, .heading = "Accelerator", .meaning = "the design"},
    {INTEGER(blocks), .heading = "Blocks", .meaning = "equal blocks; one is run, and its counts are multiplied"},
    {INTEGER(macs), .heading = "MACs", .meaning = "multiplications"},
    {INTEGER(weights), .heading = "Weights", .meaning = "weights of all blocks, or of the head"},
    {REAL(bits_per_weight), .heading = "Weights", .unit = "bits", .decimals = 3,
     .meaning = "stored bits of a weight, without metadata; empty: there are no weights"},
    {INTEGER(dram_weight_bytes), .heading = "DRAM weights", .unit = "bytes", .sense = ROWS_LOWER,
     .meaning = "weights fetched; attention: keys and values; embedding: rows"},
    {INTEGER(dram_metadata_bytes), .heading = "DRAM metadata", .unit = "bytes", .sense = ROWS_LOWER,
     .meaning = "metadata fetched"},
    {INTEGER(dram_input_bytes), .heading = "DRAM inputs", .unit = "bytes", .sense = ROWS_LOWER,
     .meaning = "input activations fetched"},
    {INTEGER(dram_output_bytes), .heading = "DRAM outputs", .unit = "bytes", .sense = ROWS_LOWER,
     .meaning = "output activations stored"},
    {INTEGER(compute_cycles), .heading = "Compute cycles", .sense = ROWS_LOWER, .meaning = "cycles of the array"},
    {INTEGER(dram_cycles), .heading = "DRAM cycles", .sense = ROWS_LOWER, .meaning = "cycles that the DRAM traffic takes"},
    {INTEGER(cycles), .heading = "Cycles", .sense = ROWS_LOWER,
     .meaning = "the greater of compute and DRAM cycles, layer by layer"},
    {REAL(energy_on_chip_pj), .heading = "On chip", .unit = "pJ", .decimals = 0, .meaning = "energy on chip"},
    {REAL(energy_dram_pj), .heading = "DRAM", .unit = "pJ", .decimals = 0, .meaning = "energy of the DRAM traffic"},
    {REAL(energy_total_pj), .heading = "Energy", .unit = "pJ", .sense = ROWS_LOWER, .decimals = 0,
     .meaning = "on chip and DRAM, without leakage"},
    {TEXT(weights_source), .heading = "Weights from",
     .meaning = "portraits of synthetic weights; none: bits do not matter"},
    {.name = NULL},
};

const rows_schema_t llama_parts_schema = {
    .name = "llama_parts",
    .about = "The designs on the parts of language models, for prompts and for one token at a context; synthetic weights.",
    .columns = columns};

/* ===  Counting  === */

/* One network on the designs that look at bits, or on the others. */
typedef struct {
    const network_t *network;
    const net_size_t *full;
    model_plan_t plan;
    model_inputs_t inputs;
    rows_writer_t *writer;
} task_t;

static const char *const part_names[] = {[NET_ROLE_LAYER] = "matrices",
                                         [NET_ROLE_PRODUCT] = "attention",
                                         [NET_ROLE_LOOKUP] = "embedding",
                                         [NET_ROLE_HEAD] = "head"};
static const int parts = sizeof part_names / sizeof *part_names;

static void write_part(const task_t *task, const pass_t *pass, const accelerator_t *accelerator, net_role_t role,
                       int64_t context, const counts_t *counts, const energy_rates_t *rates)
{
    const bool cached = role == NET_ROLE_PRODUCT;
    const energy_t energy = energy_of(rates, counts);
    const cells_t cells = {.net = task->network->name,
                           .phase = pass->phase,
                           .part = part_names[role],
                           .accelerator = accelerator->name,
                           .weights_source = model_inputs_weights(&task->inputs),
                           .tokens = pass->tokens,
                           .batch = pass->batch,
                           .context = cached ? context : 0,
                           .cache_bits = cached ? pass->cache_bits : 0,
                           .blocks = llama_blocks(task->full),
                           .macs = counts->macs,
                           .weights = counts->weights,
                           .bits_per_weight = (double)counts->value_bits / (double)counts->weights,
                           .dram_weight_bytes = counts->dram_weight,
                           .dram_metadata_bytes = counts->dram_metadata,
                           .dram_input_bytes = counts->dram_input,
                           .dram_output_bytes = counts->dram_output,
                           .compute_cycles = counts->compute_cycles,
                           .dram_cycles = counts->dram_cycles,
                           .cycles = counts->cycles,
                           .energy_on_chip_pj = energy.on_chip_pj,
                           .energy_dram_pj = energy.dram_pj,
                           .energy_total_pj = energy.total_pj};
    rows_write(task->writer, &cells);
}

/* The rows of the parts that a workload has. */
static outcome_t write_parts(const task_t *task, const pass_t *pass, const accelerator_t *accelerator,
                             const workload_t *workload, const counts_t *counts, const energy_rates_t *rates)
{
    for (int role = 0; role < parts; role++) {
        counts_t sum = {0};
        bool has = false;
        for (size_t i = 0; i < workload->run.table.count; i++)
            if ((int)workload->run.roles[i] == role) {
                counts_add(&sum, &counts[i]);
                has = true;
            }
        if (counts_overflow(&sum))
            return outcome_failed("llama_parts", accelerator->name, "a total beyond 63 bits", "fewer tokens", NULL);
        if (has)
            write_part(task, pass, accelerator, (net_role_t)role, workload->pass.context, &sum, rates);
    }
    return outcome_ok();
}

static outcome_t run_workload(task_t *task, const pass_t *pass, size_t design, const energy_rates_t *rates,
                              const workload_t *workload)
{
    const accelerator_t *accelerator = task->plan.accelerators[design];
    const accel_config_t *config = &task->plan.configs[design];
    counts_t *counts = calloc(workload->run.table.count + 1, sizeof *counts);
    model_works_t works = {0};
    const model_work_t *work;
    outcome_t result = outcome_out_of_memory("llama_parts");
    if (counts == NULL ||
        outcome_bad(&result, model_works_find(&works, &task->plan, workload, &task->inputs, accelerator, config, &work)) ||
        outcome_bad(&result,
                    accel_traffic(accelerator, config, work->layers, work->works, workload->run.table.count, counts)))
        goto out;
    workload_counts(workload, counts);
    result = write_parts(task, pass, accelerator, workload, counts, rates);

out:
    model_works_clear(&works);
    free(counts);
    return result;
}

/* The matrices, head and embedding first, then attention at each context. */
static outcome_t run_pass(task_t *task, const pass_t *pass, size_t design, const energy_rates_t *rates)
{
    workload_t workload;
    outcome_t result = outcome_ok();
    task->plan.tokens = pass->tokens;
    task->plan.batch = pass->batch;
    task->plan.cache_bits = pass->cache_bits;
    task->plan.context = 0;
    if (!pass->products_only && !outcome_bad(&result, workload_open(&task->plan, task->network, task->full, &workload))) {
        result = run_workload(task, pass, design, rates, &workload);
        workload_close(&workload);
    }
    for (const int64_t *context = pass->contexts; *context != 0 && outcome_is_ok(&result); context++) {
        if (*context > task->full->width && task->network != in_full)
            break;
        task->plan.context = *context;
        if (outcome_bad(&result, workload_open_products(&task->plan, task->network, task->full, &workload)))
            break;
        result = run_workload(task, pass, design, rates, &workload);
        workload_close(&workload);
    }
    return result;
}

static outcome_t run_designs(task_t *task)
{
    outcome_t result = outcome_ok();
    for (size_t design = 0; design < task->plan.accelerator_count && outcome_is_ok(&result); design++) {
        energy_rates_t rates;
        result =
            energy_rates(task->plan.energy_table, task->plan.accelerators[design], &task->plan.configs[design], &rates);
        for (size_t i = 0; i < PASSES && outcome_is_ok(&result); i++)
            if (passes[i].every_model || task->network == in_full)
                result = run_pass(task, &passes[i], design, &rates);
    }
    return result;
}

/* The weights of a block are asked for by the table of any workload of it. */
static outcome_t run_network(const model_plan_t *plan, const network_t *network, rows_writer_t *writer)
{
    task_t task = {.network = network, .plan = *plan, .writer = writer};
    workload_t block;
    outcome_t result;
    if (outcome_bad(&result, net_find_size(network, plan->size, &task.full)) ||
        outcome_bad(&result, workload_open(plan, network, task.full, &block)))
        return result;
    if (!outcome_bad(&result, model_inputs_open(&task.plan, network, block.drawn, &block.layers, NULL, &task.inputs)))
        result = run_designs(&task);
    model_inputs_close(&task.inputs);
    workload_close(&block);
    return result;
}

/* ===  Designs  === */

/* The designs that take part into accelerators[] and their configurations into configs[]: those that look at bits, or those
 * that do not. BitVert has no sensitive channels, as in Fig. 17. */
static outcome_t choose(bool look, const accelerator_t **accelerators, accel_config_t *configs, size_t *count)
{
    outcome_t result;
    *count = 0;
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++)
        if ((*at)->needs_weights == look)
            accelerators[(*count)++] = *at;
    if (outcome_bad(&result, configuration_load("paper", accelerators, *count, configs)) || look)
        return result;
    return configuration_set("bitvert.beta_permille=0", accelerators, *count, configs);
}

static size_t registry_size(void)
{
    size_t count = 0;
    while (accelerator_registry[count] != NULL)
        count++;
    return count;
}

/* Designs that look at bits run the model of Fig. 17 alone, because a block must be drawn for them. */
static outcome_t run_group(bool look, int threads, rows_writer_t *writer)
{
    const accelerator_t **accelerators = calloc(registry_size(), sizeof *accelerators);
    accel_config_t *configs = calloc(registry_size(), sizeof *configs);
    model_plan_t plan = {.size = "full",
                         .accelerators = accelerators,
                         .energy_table = "bitsim",
                         .configs = configs,
                         .origin = look ? MODEL_SYNTHETIC : MODEL_NONE,
                         .threads = threads};
    outcome_t result = outcome_out_of_memory("llama_parts");
    if (accelerators != NULL && configs != NULL)
        result = choose(look, accelerators, configs, &plan.accelerator_count);
    for (const network_t *const *network = net_language; *network != NULL && outcome_is_ok(&result); network++)
        if (!look || *network == in_full)
            result = run_network(&plan, *network, writer);
    free(accelerators);
    free(configs);
    return result;
}

outcome_t llama_parts_run(bool brief, int threads, const char *path)
{
    rows_writer_t writer;
    outcome_t result = rows_create(&writer, &llama_parts_schema, path);
    if (!outcome_is_ok(&result))
        return result;
    result = run_group(false, threads, &writer);
    if (outcome_is_ok(&result) && !brief)
        result = run_group(true, threads, &writer);
    return rows_finish(&writer, result);
}
