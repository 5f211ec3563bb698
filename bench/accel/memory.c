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

/* Oddity stored-bits: a masked tensor ends with a word. */
static int64_t in_words(const accel_config_t *config, const accel_storage_t *storage, int64_t bytes)
{
    enum { WORD_BYTES = 8 };
    bool odd = storage->mask_bits > 0 && is_odd(config, ODDITY_STORED_BITS);
    return odd ? exact_times(exact_ceil(bytes, WORD_BYTES), WORD_BYTES) : bytes;
}

/* Bytes of masked activations: the mask, and a byte for each activation that is not zero. */
static int64_t masked_bytes(const accel_config_t *config, const accel_storage_t *storage, int64_t elements, double density)
{
    int64_t mask = exact_ceil(exact_times(elements, storage->mask_bits), 8);
    int64_t bytes =
        exact_plus(is_odd(config, ODDITY_NO_METADATA) ? exact_share(mask, density) : mask, exact_share(elements, density));
    return in_words(config, storage, bytes);
}

int64_t memory_input_bytes(const accel_config_t *config, const accel_storage_t *storage, const accel_layer_t *layer)
{
    const net_layer_t *shape = layer->shape;
    int64_t pixels = exact_times(shape->tokens, exact_times(shape->in_h, shape->in_w)), channels = net_layer_inputs(shape);
    if (storage->mask_bits > 0)
        return masked_bytes(config, storage, exact_times(channels, pixels), layer->input_density);
    int64_t centibits = layer->whole ? storage->whole_centibits : storage->activation_centibits;
    return exact_times(exact_ceil(exact_times(channels, centibits), 800), pixels);
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

static void place_graph(plan_t *plan, memory_place_t *places)
{
    for (int64_t i = 0; i < plan->count; i++)
        plan->until[i] = -1;
    for (int64_t i = 0; i < plan->count; i++) {
        int64_t first = -1, last = -1;
        bool read = readers(plan, i, &first, &last);
        if (read && fits(plan, i, last))
            plan->until[i] = last;
        else if (read && fits(plan, i, first))
            plan->until[i] = first;
        const net_layer_t *shape = plan->layers[i].shape;
        places[i] = (memory_place_t){.input_on_chip = on_chip(plan, shape->input, i),
                                     .residual_on_chip = on_chip(plan, shape->residual, i),
                                     .output_on_chip = plan->until[i] >= 0,
                                     .output_to_dram = !read || plan->until[i] < last};
    }
}

outcome_t memory_place(const accel_config_t *config, const accel_storage_t *storage, const accel_layer_t *layers,
                       size_t count, memory_place_t *places)
{
    plan_t plan = {.config = config, .storage = storage, .layers = layers, .count = (int64_t)count};
    plan.until = malloc((count ? count : 1) * sizeof *plan.until);
    if (plan.until == NULL)
        return outcome_out_of_memory("plan of the input buffer");
    if (is_odd(config, ODDITY_LINEAR_CHAIN))
        place_chain(&plan, places);
    else
        place_graph(&plan, places);
    if (is_odd(config, ODDITY_LAST_OUTPUT) && count > 0 && layers[count - 1].shape->kind == NET_LINEAR)
        places[count - 1].output_to_dram = false;
    free(plan.until);
    return outcome_ok();
}

/* ===  Traffic of one layer  === */

static void fetches(const accel_config_t *config, memory_tensors_t *tensors)
{
    tensors->of_weights = tensors->of_inputs = 1;
    if (tensors->weights <= config->weight_sram_bytes || tensors->inputs <= config->input_sram_bytes)
        return;
    int64_t input_loads = exact_ceil(tensors->inputs, config->input_sram_bytes);
    int64_t weight_loads = exact_ceil(tensors->weights, config->weight_sram_bytes);
    int64_t stored = exact_plus(tensors->weights, tensors->metadata);
    if (!is_odd(config, ODDITY_REFETCH_INPUTS) && exact_plus(exact_times(stored, input_loads), tensors->inputs) <
                                                      exact_plus(stored, exact_times(tensors->inputs, weight_loads)))
        tensors->of_weights = input_loads;
    else
        tensors->of_inputs = weight_loads;
}

/* DRAM cycles are computed from parts of a byte. */
enum { PARTS = 1600, PARTS_OF_BIT = PARTS / 8, PARTS_OF_CENTIBIT = PARTS / (100 * WHOLE_BITS) };

/* Oddity dram-precision: the weights that are moved count as precision / 8 of their bytes once more; the precision is the
 * mean of all weights. An activation likewise. */
static int64_t precision_parts(const accel_work_t *work, int64_t weights, int64_t moved_bits, bool round_down)
{
    int64_t product = exact_times(moved_bits, work->value_bits), whole = exact_floor(product, weights);
    int64_t rest = product == EXACT_OVERFLOW ? 0 : product % weights * (PARTS_OF_BIT / WHOLE_BITS);
    return exact_plus(exact_times(whole, PARTS_OF_BIT / WHOLE_BITS),
                      round_down ? exact_floor(rest, weights) : exact_ceil(rest, weights));
}

/* The bytes moved, in parts, as DRAM cycles are computed from them. */
static int64_t timed_parts(const accel_config_t *config, const accel_storage_t *storage, const accel_work_t *work,
                           const net_layer_t *shape, const counts_t *counts)
{
    int64_t activations = exact_plus(counts->dram_input, counts->dram_output);
    int64_t moved_bits = exact_times(counts->dram_weight, 8) - counts->dram_weight_excess;
    int64_t weights = exact_times(moved_bits, PARTS_OF_BIT), values = exact_times(activations, PARTS);
    if (is_odd(config, ODDITY_DRAM_PRECISION) && storage->mask_bits == 0) {
        weights = precision_parts(work, net_layer_weights(shape), moved_bits, is_odd(config, ODDITY_FRACTIONS));
        values = exact_times(activations, storage->activation_centibits * PARTS_OF_CENTIBIT);
    }
    return exact_plus(exact_plus(weights, values), exact_times(counts->dram_metadata, PARTS));
}

outcome_t memory_bytes_per_cycle(const accel_config_t *config, double *bytes)
{
    double period;
    outcome_t result;
    if (config->dram_mbytes_per_s == 0)
        return technology_get(config->technology, "dram.bandwidth", bytes);
    if (!outcome_bad(&result, technology_get(config->technology, "clock.period", &period)))
        *bytes = (double)config->dram_mbytes_per_s * period / 1000.0; /* MB/s x ns = 1e-3 B */
    return result;
}

static outcome_t dram_cycles(const accel_config_t *config, int64_t parts, int64_t *cycles)
{
    double bandwidth, period;
    outcome_t result;
    if (outcome_bad(&result, technology_get(config->technology, "dram.bandwidth", &bandwidth)) ||
        outcome_bad(&result, technology_get(config->technology, "clock.period", &period)))
        return result;
    int64_t per_cycle = PARTS * (int64_t)bandwidth;
    if (config->dram_mbytes_per_s != 0) { /* MB/s x ps is 1e-6 byte a cycle */
        parts = exact_times(parts, 1000000 / PARTS);
        per_cycle = exact_times(config->dram_mbytes_per_s, llround(1000 * period));
    }
    *cycles = is_odd(config, ODDITY_FRACTIONS) ? exact_floor(parts, per_cycle) : exact_ceil(parts, per_cycle);
    return result;
}

/* Oddity whole-reads for PEs with local buffers: each column reads all banks of the inputs for each tile, each row those of
 * the weights once in some tiles; local buffers are written by tiles and read by pairs. */
static outcome_t read_for_local(const accel_config_t *config, const accel_work_t *work, counts_t *counts)
{
    double reuse, buffers, tile_write, pair_read;
    outcome_t result;
    if (outcome_bad(&result, technology_get(config->technology, "simulator.sparten.reuse", &reuse)) ||
        outcome_bad(&result, technology_get(config->technology, "simulator.sparten.buffers", &buffers)) ||
        outcome_bad(&result, technology_get(config->technology, "simulator.sparten.tile_write", &tile_write)) ||
        outcome_bad(&result, technology_get(config->technology, "simulator.sparten.pair_read", &pair_read)))
        return result;
    int64_t weight_tiles = exact_times(work->tiles, config->rows), input_tiles = exact_times(work->tiles, config->columns);
    int64_t weight_bits = exact_times(weight_tiles, config->weight_banks * config->weight_bus_bits);
    counts->sram_weight_read = exact_ceil(weight_bits, 8 * (int64_t)reuse);
    counts->sram_input_read = exact_ceil(exact_times(input_tiles, config->input_banks * config->input_bus_bits), 8);
    counts->local_write = exact_times(work->tiles, llround(buffers * tile_write));
    counts->local_read = exact_ceil(exact_times(work->pairs, llround(buffers * pair_read)), config->rows * config->columns);
    return result;
}

/* Oddity whole-reads: buffer reads as in the authors' simulator, of all banks over their whole bus. */
static void read_whole_banks(const accel_config_t *config, const accel_work_t *work, counts_t *counts)
{
    int64_t passes = work->weight_passes > 0 ? work->weight_passes : work->tiles;
    counts->sram_weight_read = exact_ceil(exact_times(passes, config->weight_banks * config->weight_bus_bits), 8);
    counts->sram_input_read = exact_ceil(exact_times(work->tiles, config->input_banks * config->input_bus_bits), 8);
}

/* Bytes of a tensor of `channels` at each of `places`, as the buffers are written. Oddity whole-words: in words of 64 bits,
 * each place from a new word; of a masked tensor the share that is not zero. */
static int64_t written_bytes(const accel_config_t *config, int64_t bytes, int64_t channels, int64_t centibits,
                             int64_t places, double share)
{
    enum { WORD_BYTES = 8, WORD_CENTIBITS = 6400 };
    if (!is_odd(config, ODDITY_WHOLE_WORDS))
        return bytes;
    int64_t words = exact_times(exact_ceil(exact_times(channels, centibits), WORD_CENTIBITS), places);
    return exact_share(exact_times(words, WORD_BYTES), share);
}

/* What the two buffers receive. */
static void count_writes(const accel_config_t *config, const accel_storage_t *storage, const accel_layer_t *layer,
                         const memory_place_t *place, const memory_tensors_t *tensors, counts_t *counts)
{
    const net_layer_t *shape = layer->shape;
    bool masked = storage->mask_bits > 0;
    int64_t pixels = exact_times(shape->tokens, exact_times(shape->in_h, shape->in_w));
    int64_t positions = exact_times(shape->k, exact_times(shape->kh, shape->kw));
    int64_t weights = written_bytes(config, tensors->weights, shape->c, storage->written_centibits, positions, 1.0);
    int64_t inputs = written_bytes(config, tensors->inputs, net_layer_inputs(shape), storage->activation_centibits, pixels,
                                   masked ? layer->input_density : 1.0);
    int64_t outputs = written_bytes(config, tensors->outputs, shape->k, storage->activation_centibits, tile_pixels(shape),
                                    masked ? layer->output_density : 1.0);
    bool writes_inputs = !place->input_on_chip, writes_outputs = place->output_on_chip;
    if (is_odd(config, ODDITY_DOUBLE_WRITES)) {
        writes_inputs = true;
        writes_outputs = shape->kind != NET_LINEAR || shape->tokens > 1;
    }
    counts->sram_weight_write = exact_plus(exact_times(weights, tensors->of_weights), counts->dram_metadata);
    counts->sram_input_write =
        exact_plus(writes_inputs ? exact_times(inputs, tensors->of_inputs) : 0, writes_outputs ? outputs : 0);
}

memory_tensors_t memory_tensors(const accel_config_t *config, const accel_storage_t *storage, const accel_layer_t *layer,
                                const accel_work_t *work)
{
    const int64_t weight_bits = exact_plus(work->value_bits, work->padding_bits);
    memory_tensors_t tensors = {.weights = in_words(config, storage, exact_ceil(weight_bits, 8)),
                                .metadata = exact_ceil(work->meta_bits, 8),
                                .inputs = memory_input_bytes(config, storage, layer),
                                .outputs = memory_output_bytes(config, storage, layer)};
    fetches(config, &tensors);
    return tensors;
}

outcome_t memory_count(const accel_config_t *config, const accel_storage_t *storage, const accel_layer_t *layer,
                       const accel_work_t *work, const memory_place_t *place, counts_t *counts)
{
    const int64_t weight_bits = exact_plus(work->value_bits, work->padding_bits);
    const memory_tensors_t tensors = memory_tensors(config, storage, layer, work);

    counts->dram_weight = exact_times(tensors.weights, tensors.of_weights);
    counts->dram_metadata = exact_times(tensors.metadata, tensors.of_weights);
    if (is_odd(config, ODDITY_FRACTIONS) && storage->mask_bits == 0)
        counts->dram_weight_excess = exact_times(exact_times(tensors.weights, 8) - weight_bits, tensors.of_weights);
    int64_t fetched = place->input_on_chip ? 0 : exact_times(tensors.inputs, tensors.of_inputs);
    bool adds = layer->shape->residual != NET_NONE && !is_odd(config, ODDITY_LINEAR_CHAIN);
    counts->dram_input = exact_plus(fetched, adds && !place->residual_on_chip ? tensors.outputs : 0);
    counts->dram_output = place->output_to_dram ? tensors.outputs : 0;

    counts->sram_weight_read = exact_ceil(work->weight_read_bits, 8);
    counts->sram_input_read =
        exact_plus(exact_ceil(work->input_read_bits, 8), adds && place->residual_on_chip ? tensors.outputs : 0);
    outcome_t result = outcome_ok();
    if (is_odd(config, ODDITY_WHOLE_READS) && storage->local_bytes == 0)
        read_whole_banks(config, work, counts);
    else if (is_odd(config, ODDITY_WHOLE_READS))
        result = read_for_local(config, work, counts);
    count_writes(config, storage, layer, place, &tensors, counts);
    return outcome_is_ok(&result)
               ? dram_cycles(config, timed_parts(config, storage, work, layer->shape, counts), &counts->dram_cycles)
               : result;
}
