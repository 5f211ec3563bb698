/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The designs on all blocks of Llama-3-8B: one block is run, and its counts times the number of blocks are those of all,
 * because the blocks are equal in shape and each reads its input from DRAM. Only matrices are run, so a prompt is a batch
 * of samples of one token. */
#include "accel/configuration.h"
#include "measure/llama.h"
#include "measure/model.h"
#include "nets/llama.h"
#include "nets/llama_shapes.h"
#include "rows/writer.h"

#include <stdlib.h>

/* What is run: tokens at once. 2,048 is the length at which perplexities of language models are usually measured (GPTQ,
 * arXiv 2210.17323, section 4); the paper does not say its own. */
static const struct {
    const char *phase;
    int64_t tokens;
} phases[] = {{"prefill", 2048}, {"decode", 1}};
enum { PHASES = sizeof phases / sizeof *phases };

/* One row. */
typedef struct {
    const char *net, *phase, *accelerator, *weights_source;
    int64_t tokens, blocks, macs, weights, compute_cycles, dram_cycles, cycles, dram_bytes;
    double bits_per_weight, energy_on_chip_pj, energy_dram_pj, energy_total_pj;
} cells_t;

#define TEXT(member) .name = #member, ROWS_PLACE_TEXT(cells_t, member)
#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(cells_t, member)
#define REAL(member) .name = #member, ROWS_PLACE_REAL(cells_t, member)

static const rows_column_t columns[] = {
    {TEXT(net), .key = true, .heading = "Network", .meaning = "the network, of which only the shapes are known"},
    {TEXT(phase), .key = true, .heading = "Phase", .meaning = "prefill: all tokens of a prompt at once; decode: one token"},
    {TEXT(accelerator), .key = true, .heading = "Accelerator", .meaning = "the design"},
    {INTEGER(tokens), .heading = "Tokens", .meaning = "tokens that are run at once"},
    {INTEGER(blocks), .heading = "Blocks", .meaning = "equal blocks; one is run, and its counts are multiplied"},
    {INTEGER(macs), .heading = "MACs", .meaning = "multiplications of the matrices of all blocks"},
    {INTEGER(weights), .heading = "Weights", .meaning = "weights of all blocks"},
    {REAL(bits_per_weight), .heading = "Weights", .unit = "bits", .decimals = 3,
     .meaning = "stored bits of a weight, without metadata"},
    {INTEGER(dram_bytes), .heading = "DRAM traffic", .unit = "bytes", .sense = ROWS_LOWER,
     .meaning = "weights, metadata, inputs and outputs"},
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

const rows_schema_t llama_model_schema = {
    .name = "llama_model",
    .about = "The designs on the matrices of all blocks of Llama-3-8B, a prompt and one token; synthetic weights.",
    .columns = columns};

static outcome_t write_total(const model_total_t *total, size_t phase, int64_t blocks, rows_writer_t *writer)
{
    counts_t counts = total->counts;
    counts_times(&counts, blocks);
    if (counts_overflow(&counts))
        return outcome_failed("llama_model", total->accelerator->name, "a total beyond 63 bits", "fewer tokens", NULL);
    const cells_t cells = {.net = total->network->name,
                           .phase = phases[phase].phase,
                           .accelerator = total->accelerator->name,
                           .weights_source = total->weights.chars,
                           .tokens = phases[phase].tokens,
                           .blocks = blocks,
                           .macs = counts.macs,
                           .weights = counts.weights,
                           .compute_cycles = counts.compute_cycles,
                           .dram_cycles = counts.dram_cycles,
                           .cycles = counts.cycles,
                           .dram_bytes = counts_dram_bytes(&counts),
                           .bits_per_weight = (double)counts.value_bits / (double)counts.weights,
                           .energy_on_chip_pj = total->energy.on_chip_pj * (double)blocks,
                           .energy_dram_pj = total->energy.dram_pj * (double)blocks,
                           .energy_total_pj = total->energy.total_pj * (double)blocks};
    rows_write(writer, &cells);
    return outcome_ok();
}

/* The designs that take part into accelerators[] and their configurations into configs[]: those that need weights, or those
 * that do not. */
static outcome_t choose(bool need_weights, const accelerator_t **accelerators, accel_config_t *configs, size_t *count)
{
    outcome_t result;
    *count = 0;
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++)
        if ((*at)->needs_weights == need_weights)
            accelerators[(*count)++] = *at;
    if (outcome_bad(&result, configuration_load("paper", accelerators, *count, configs)) || need_weights)
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

static outcome_t run_phases(bool need_weights, int threads, rows_writer_t *writer)
{
    const network_t *const networks[] = {&net_llama3_8b};
    const accelerator_t **accelerators = calloc(registry_size(), sizeof *accelerators);
    accel_config_t *configs = calloc(registry_size(), sizeof *configs);
    model_total_t *totals = calloc(registry_size(), sizeof *totals);
    model_plan_t plan = {.networks = networks,
                         .network_count = 1,
                         .size = "block",
                         .accelerators = accelerators,
                         .energy_table = "bitsim",
                         .configs = configs,
                         .origin = need_weights ? MODEL_SYNTHETIC : MODEL_NONE,
                         .threads = threads};
    const net_size_t *full;
    outcome_t result = outcome_ok();
    if (accelerators == NULL || configs == NULL || totals == NULL)
        result = outcome_out_of_memory("llama_model");
    if (!outcome_is_ok(&result) || outcome_bad(&result, net_find_size(&net_llama3_8b, "full", &full)) ||
        outcome_bad(&result, choose(need_weights, accelerators, configs, &plan.accelerator_count)))
        goto out;
    for (size_t phase = 0; phase < PHASES && outcome_is_ok(&result); phase++) {
        plan.batch = phases[phase].tokens;
        result = model_run(&plan, NULL, totals);
        for (size_t i = 0; i < plan.accelerator_count && outcome_is_ok(&result); i++)
            result = write_total(&totals[i], phase, llama_blocks(full), writer);
    }

out:
    free(accelerators);
    free(configs);
    free(totals);
    return result;
}

outcome_t llama_model_run(bool brief, int threads, const char *path)
{
    rows_writer_t writer;
    outcome_t result = rows_create(&writer, &llama_model_schema, path);
    if (!outcome_is_ok(&result))
        return result;
    result = run_phases(false, threads, &writer);
    if (outcome_is_ok(&result) && !brief)
        result = run_phases(true, threads, &writer);
    return rows_finish(&writer, result);
}
