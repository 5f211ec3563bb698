/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/memory.h"

#include "accel/exact.h"
#include "accel/oddity.h"
#include "accel/technology.h"
#include "accel/tile.h"

#include <math.h>
#include <stdlib.h>

enum { WHOLE_BITS = 8 };

static bool is_odd(const accel_config_t *config, oddity_flag_t oddity)
{
    return config->oddities & oddity;
}

/* Bytes of masked activations: the mask, and a byte for each activation that is not zero. */
static int64_t masked_bytes(const accel_config_t *config, const accel_storage_t *storage, int64_t elements, double density)
{
    int64_t mask = exact_ceil(exact_times(elements, storage->mask_bits), 8);
    return exact_plus(is_odd(config, ODDITY_NO_METADATA) ? exact_share(mask, density) : mask,
                      exact_share(elements, density));
}

int64_t memory_input_bytes(const accel_config_t *config, const accel_storage_t *storage, const accel_layer_t *layer)
{
    const net_layer_t *shape = layer->shape;
    int64_t pixels = exact_times(shape->tokens, exact_times(shape->in_h, shape->in_w));
    if (storage->mask_bits > 0)
        return masked_bytes(config, storage, exact_times(shape->c, pixels), layer->input_density);
    int64_t centibits = layer->whole ? storage->whole_centibits : storage->activation_centibits;
    return exact_times(exact_ceil(exact_times(shape->c, centibits), 800), pixels);
}

int64_t memory_output_bytes(const accel_config_t *config, const accel_storage_t *storage, const accel_layer_t *layer)
{
    int64_t k = layer->shape->k, pixels = tile_pixels(layer->shape);
    int64_t centibits = layer->whole_output ? storage->whole_centibits : storage->activation_centibits;
    if (storage->mask_bits > 0)
        return masked_bytes(config, storage, exact_times(k, pixels), layer->output_density);
    return exact_times(exact_ceil(exact_times(k, centibits), 800), pixels);
}

/* ===  What stays on chip  === */

/* The plan so far. The output of layer i is in the buffer while the layers i to until[i] run; until[i] = -1: never. */
typedef struct {
    const accel_config_t *config;
    const accel_storage_t *storage;
    const accel_layer_t *layers;
    int64_t count;
    int64_t *until;
} plan_t;

static bool reads(const net_layer_t *layer, int64_t maker)
{
    return layer->input == maker || layer->residual == maker;
}

/* The first and the last layer that read the output of `maker`; false when none does. */
static bool readers(const plan_t *plan, int64_t maker, int64_t *first, int64_t *last)
{
    *first = -1;
    for (int64_t i = maker + 1; i < plan->count; i++)
        if (reads(plan->layers[i].shape, maker)) {
            *first = *first < 0 ? i : *first;
            *last = i;
        }
    return *first >= 0;
}

static bool on_chip(const plan_t *plan, int64_t tensor, int64_t layer)
{
    return tensor >= 0 && tensor < layer && plan->until[tensor] >= layer;
}

/* Bytes in the buffer while `layer` runs, besides the output of `maker`. */
static int64_t live_bytes(const plan_t *plan, int64_t maker, int64_t layer)
{
    const net_layer_t *running = plan->layers[layer].shape;
    int64_t bytes = 0;
    if (running->input != maker && !on_chip(plan, running->input, layer))
        bytes = memory_input_bytes(plan->config, plan->storage, &plan->layers[layer]);
    for (int64_t i = 0; i < layer && i < maker; i++) {
        bool written_over = layer == maker && running->residual == i && running->input != i && plan->until[i] == layer;
        if (on_chip(plan, i, layer) && !written_over)
            bytes = exact_plus(bytes, memory_output_bytes(plan->config, plan->storage, &plan->layers[i]));
    }
    return bytes;
}

static bool fits(const plan_t *plan, int64_t maker, int64_t until)
{
    int64_t output = memory_output_bytes(plan->config, plan->storage, &plan->layers[maker]);
    for (int64_t layer = maker; layer <= until; layer++)
        if (exact_plus(live_bytes(plan, maker, layer), output) > plan->config->input_sram_bytes)
            return false;
    return true;
}

/* Oddity linear-chain, as in the authors' simulator: each layer reads the previous one, from the chip if both its tensors
 * fit. */
static void place_chain(const plan_t *plan, memory_place_t *places)
{
    bool on_chip_now = false;
    for (int64_t i = 0; i < plan->count; i++) {
        int64_t input = memory_input_bytes(plan->config, plan->storage, &plan->layers[i]);
        int64_t both = exact_plus(input, memory_output_bytes(plan->config, plan->storage, &plan->layers[i]));
        bool stays = both < plan->config->input_sram_bytes;
        places[i] = (memory_place_t){.input_on_chip = on_chip_now, .output_on_chip = stays, .output_to_dram = !stays};
        on_chip_now = stays;
    }
}

outcome_t memory_place(const accel_config_t *config, const accel_storage_t *storage, const accel_layer_t *layers,
                       size_t count, memory_place_t *places)
{
    plan_t plan = {.config = config, .storage = storage, .layers = layers, .count = (int64_t)count};
    if (is_odd(config, ODDITY_LINEAR_CHAIN)) {
        place_chain(&plan, places);
        return outcome_ok();
    }
    plan.until = malloc((count ? count : 1) * sizeof *plan.until);
    if (plan.until == NULL)
        return outcome_out_of_memory("plan of the input buffer");
    for (int64_t i = 0; i < plan.count; i++)
        plan.until[i] = -1;
    for (int64_t i = 0; i < plan.count; i++) {
        int64_t first = -1, last = -1;
        bool read = readers(&plan, i, &first, &last);
        if (read && fits(&plan, i, last))
            plan.until[i] = last;
        else if (read && fits(&plan, i, first))
            plan.until[i] = first;
        places[i] = (memory_place_t){.input_on_chip = on_chip(&plan, layers[i].shape->input, i),
                                     .residual_on_chip = on_chip(&plan, layers[i].shape->residual, i),
                                     .output_on_chip = plan.until[i] >= 0,
                                     .output_to_dram = !read || plan.until[i] < last};
    }
    free(plan.until);
    return outcome_ok();
}

/* ===  Traffic of one layer  === */

/* The number of times that weights and inputs are fetched. */
static void fetches(const accel_config_t *config, int64_t weights, int64_t meta, int64_t inputs, int64_t *of_weights,
                    int64_t *of_inputs)
{
    *of_weights = *of_inputs = 1;
    if (weights <= config->weight_sram_bytes || inputs <= config->input_sram_bytes)
        return;
    int64_t input_loads = exact_ceil(inputs, config->input_sram_bytes);
    int64_t weight_loads = exact_ceil(weights, config->weight_sram_bytes);
    int64_t stored = exact_plus(weights, meta);
    if (!is_odd(config, ODDITY_REFETCH_INPUTS) &&
        exact_plus(exact_times(stored, input_loads), inputs) < exact_plus(stored, exact_times(inputs, weight_loads)))
        *of_weights = input_loads;
    else
        *of_inputs = weight_loads;
}

/* The bytes that DRAM cycles are computed from: the bytes moved. The authors' simulator multiplies compressed bytes by
 * their precision a second time (oddity dram-precision). */
static int64_t timed_bytes(const accel_config_t *config, const accel_storage_t *storage, const accel_work_t *work,
                           const counts_t *counts)
{
    if (!is_odd(config, ODDITY_DRAM_PRECISION) || storage->mask_bits > 0)
        return counts_dram_bytes(counts);
    int64_t whole_bits = exact_times(counts->weights, WHOLE_BITS);
    int64_t activations = exact_plus(counts->dram_input, counts->dram_output);
    int64_t bytes = exact_ceil(exact_times(counts->dram_weight, work->value_bits), whole_bits > 0 ? whole_bits : 1);
    bytes = exact_plus(bytes, exact_ceil(exact_times(activations, storage->activation_centibits), 100 * WHOLE_BITS));
    return exact_plus(bytes, counts->dram_metadata);
}

static outcome_t dram_cycles(const accel_config_t *config, int64_t bytes, int64_t *cycles)
{
    double bandwidth, period;
    outcome_t result;
    if (outcome_bad(&result, technology_value("dram.bandwidth", &bandwidth)) ||
        outcome_bad(&result, technology_value("clock.period", &period)))
        return result;
    if (config->dram_mbytes_per_s == 0) {
        *cycles = exact_ceil(bytes, (int64_t)bandwidth);
        return result;
    }
    int64_t microbytes = exact_times(config->dram_mbytes_per_s, llround(1000 * period)); /* per cycle: MB/s x ps */
    *cycles = exact_ceil(exact_times(bytes, 1000000), microbytes);
    return result;
}

/* Oddity whole-reads: buffer reads as in the authors' simulator, of all banks over their whole bus. The simulator has
 * another rule for PEs with local buffers, so they are not changed here. */
static void read_whole_banks(const accel_config_t *config, const accel_work_t *work, counts_t *counts)
{
    int64_t passes = work->weight_passes > 0 ? work->weight_passes : work->tiles;
    counts->sram_weight_read = exact_ceil(exact_times(passes, config->weight_banks * config->weight_bus_bits), 8);
    counts->sram_input_read = exact_ceil(exact_times(work->tiles, config->input_banks * config->input_bus_bits), 8);
}

outcome_t memory_count(const accel_config_t *config, const accel_storage_t *storage, const accel_layer_t *layer,
                       const accel_work_t *work, const memory_place_t *place, counts_t *counts)
{
    int64_t weights = exact_ceil(work->value_bits, 8), meta = exact_ceil(work->meta_bits, 8);
    int64_t inputs = memory_input_bytes(config, storage, layer), outputs = memory_output_bytes(config, storage, layer);
    int64_t of_weights, of_inputs;
    fetches(config, weights, meta, inputs, &of_weights, &of_inputs);

    counts->dram_weight = exact_times(weights, of_weights);
    counts->dram_metadata = exact_times(meta, of_weights);
    int64_t loaded = exact_times(inputs, of_inputs), fetched = place->input_on_chip ? 0 : loaded;
    bool adds = layer->shape->residual != NET_NONE && !is_odd(config, ODDITY_LINEAR_CHAIN);
    counts->dram_input = exact_plus(fetched, adds && !place->residual_on_chip ? outputs : 0);
    counts->dram_output = place->output_to_dram ? outputs : 0;

    counts->sram_weight_read = exact_ceil(work->weight_read_bits, 8);
    counts->sram_weight_write = exact_plus(counts->dram_weight, counts->dram_metadata);
    counts->sram_input_read =
        exact_plus(exact_ceil(work->input_read_bits, 8), adds && place->residual_on_chip ? outputs : 0);
    counts->sram_input_write = exact_plus(fetched, place->output_on_chip ? outputs : 0);
    if (is_odd(config, ODDITY_WHOLE_READS) && storage->local_bytes == 0)
        read_whole_banks(config, work, counts);
    if (is_odd(config, ODDITY_DOUBLE_WRITES)) {
        bool never = layer->shape->kind == NET_LINEAR && layer->shape->tokens == 1;
        counts->sram_input_write = exact_plus(loaded, never ? 0 : outputs);
    }
    return dram_cycles(config, timed_bytes(config, storage, work, counts), &counts->dram_cycles);
}
