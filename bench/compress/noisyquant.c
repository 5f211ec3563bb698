/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The search tries 180 quantisers of a layer. Each costs a product of errors and weights, so the weights are transposed
 * once, and a few rows are multiplied together: 16 outputs at a time in the compilers' portable vector types, as in
 * engine/rows.c, each summed in the order of the inputs. So the result does not depend on the processor. */
#include "compress/noisyquant.h"

#include "base/clones.h"
#include "base/threads.h"
#include "compress/grid.h"
#include "compress/ptq.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 16, TOGETHER = 4 /* rows multiplied at a time */, WEIGHT_BITS = 6 };
enum { CLIPS = 100, MEANS = 40, RANGES = 40, UNIT = 20 /* steps of mean and range to one scale */ };

typedef float lanes_t __attribute__((vector_size(LANES * sizeof(float))));

#define NOISYQUANT_CLONES CLONES("avx512f", "avx2", "default")

/* The finaliser of MurmurHash3 (A. Appleby, public domain) on the channel's number and a fixed seed; the 23 highest bits
 * are the middles of 2^23 equal parts of (-1, 1). */
float noisyquant_draw(int64_t channel)
{
    uint32_t hash = (uint32_t)channel ^ 0x4e6f6973u; /* "Nois" */
    hash = (hash ^ hash >> 16) * 0x85ebca6bu;
    hash = (hash ^ hash >> 13) * 0xc2b2ae35u;
    hash ^= hash >> 16;
    return (float)(2 * (int32_t)(hash >> 9) + 1 - (1 << 23)) / (float)(1 << 23);
}

/* ===  The error of an output  === */

typedef struct {
    const activation_samples_t *samples;
    float *weights; /* [blocks, inputs, LANES]: of LANES outputs at a time, zeros after the last one */
    int64_t blocks;
    float *draws;  /* [inputs] */
    float *errors; /* [threads, TOGETHER, inputs] */
} layer_t;

/* One quantiser to try: noise = mean + draw * range. */
typedef struct {
    grid_t grid;
    float scale, mean, range;
} trial_t;

COMPRESS_INLINE float error_of(const grid_t *grid, const trial_t *trial, float reciprocal, float value, float draw)
{
    const float noise = trial->mean + draw * trial->range;
    return grid_nearest(grid, (value + noise) * reciprocal) * trial->scale - noise - value;
}

NOISYQUANT_CLONES
static void noisyquant_errors(const trial_t *at, const float *values, const uint8_t *inside, const float *draws,
                              int64_t count, float *errors)
{
    const trial_t trial = *at;
    const grid_t grid = trial.grid;
    const float reciprocal = grid_reciprocal(trial.scale);
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (int lane = 0; lane < LANES; lane++)
            errors[i + lane] = error_of(&grid, &trial, reciprocal, values[i + lane], draws[i + lane]);
    for (; i < count; i++)
        errors[i] = error_of(&grid, &trial, reciprocal, values[i], draws[i]);
    for (i = 0; i < count; i++)
        errors[i] = inside[i] ? errors[i] : 0;
}

/* The sum of squares of errors[TOGETHER, inputs] times the weights. */
NOISYQUANT_CLONES
static double noisyquant_loss(const float *weights, int64_t inputs, int64_t blocks, const float *errors)
{
    double sum = 0;
    for (int64_t block = 0; block < blocks; block++) {
        lanes_t a = {0}, b = {0}, c = {0}, d = {0}, w;
        float outputs[TOGETHER][LANES];
        const float *error = errors;
        for (int64_t i = 0; i < inputs; i++, weights += LANES, error++) {
            memcpy(&w, weights, sizeof w);
            a += w * error[0];
            b += w * error[inputs];
            c += w * error[2 * inputs];
            d += w * error[3 * inputs];
        }
        memcpy(outputs[0], &a, sizeof a);
        memcpy(outputs[1], &b, sizeof b);
        memcpy(outputs[2], &c, sizeof c);
        memcpy(outputs[3], &d, sizeof d);
        for (int row = 0; row < TOGETHER; row++)
            for (int lane = 0; lane < LANES; lane++)
                sum += (double)outputs[row][lane] * (double)outputs[row][lane];
    }
    return sum;
}

/* INFINITY when the loss is above `bound`. */
static double loss_of(const layer_t *layer, const trial_t *trial, double bound, int worker)
{
    const activation_samples_t *samples = layer->samples;
    const int64_t inputs = samples->inputs;
    float *errors = layer->errors + worker * TOGETHER * inputs;
    double sum = 0;
    for (int64_t row = 0; row < samples->rows && sum <= bound; row += TOGETHER) {
        const int64_t rows = samples->rows - row < TOGETHER ? samples->rows - row : TOGETHER;
        for (int64_t i = 0; i < rows; i++)
            noisyquant_errors(trial, samples->row_values + (row + i) * inputs, samples->inside + (row + i) * inputs,
                              layer->draws, inputs, errors + i * inputs);
        memset(errors + rows * inputs, 0, (size_t)((TOGETHER - rows) * inputs) * sizeof *errors);
        sum += noisyquant_loss(layer->weights, inputs, layer->blocks, errors);
    }
    return sum <= bound ? sum : INFINITY;
}

/* ===  The search  === */

typedef struct {
    const layer_t *layer;
    const trial_t *trials;
    double *losses;
    double bound; /* a loss that is known: no higher one is of interest */
} search_t;

static void try_one(void *context, int64_t index, int worker)
{
    const search_t *search = context;
    search->losses[index] = loss_of(search->layer, &search->trials[index], search->bound, worker);
}

/* Replace `*best` by the trial with the least loss, the first of equal ones. The trial `likely` is tried first. */
static outcome_t choose(const layer_t *layer, const trial_t *trials, int count, int likely, int threads, trial_t *best)
{
    double losses[CLIPS];
    int least = 0;
    search_t search = {.layer = layer, .trials = trials, .losses = losses};
    search.bound = loss_of(layer, &trials[likely], INFINITY, 0);
    outcome_t result = threads_for(threads, count, try_one, &search);
    for (int i = 1; i < count && outcome_is_ok(&result); i++)
        least = losses[i] < losses[least] ? i : least;
    *best = trials[least];
    return result;
}

static outcome_t search(const layer_t *layer, int bits, int threads, trial_t *best)
{
    trial_t trials[CLIPS];
    outcome_t result;
    grid_t held = grid_integer(bits, true);
    held.low = -held.high; /* within the clip */
    for (int i = 0; i < CLIPS; i++)
        trials[i] =
            (trial_t){.grid = held, .scale = grid_scale(layer->samples->largest * ((float)(CLIPS - i) / CLIPS), held.high)};
    if (outcome_bad(&result, choose(layer, trials, CLIPS, 0, threads, best)))
        return result;
    best->grid = grid_integer(bits, true);
    for (int i = 0; i < MEANS; i++) {
        trials[i] = *best;
        trials[i].mean = best->scale * ((float)(i - MEANS / 2) / UNIT);
    }
    if (outcome_bad(&result, choose(layer, trials, MEANS, MEANS / 2, threads, best)))
        return result;
    for (int i = 0; i < RANGES; i++) {
        trials[i] = *best;
        trials[i].range = best->scale * ((float)i / UNIT);
    }
    return choose(layer, trials, RANGES, 0, threads, best);
}

static void fill(layer_t *layer)
{
    const activation_samples_t *samples = layer->samples;
    for (int64_t i = 0; i < samples->inputs; i++) {
        layer->draws[i] = noisyquant_draw(samples->channel_of[i]);
        for (int64_t k = 0; k < samples->outputs; k++)
            layer->weights[(k / LANES * samples->inputs + i) * LANES + k % LANES] =
                samples->weights[k * samples->inputs + i];
    }
}

static outcome_t fit(const method_config_t *config, const activation_samples_t *samples, int threads,
                     activation_t *activation)
{
    const size_t inputs = (size_t)samples->inputs;
    layer_t layer = {.samples = samples, .blocks = (samples->outputs + LANES - 1) / LANES};
    trial_t best = {0};
    outcome_t result = outcome_ok();
    *activation = (activation_t){.quantise = activation_by_tensor};
    layer.weights = calloc(inputs * (size_t)layer.blocks * LANES, sizeof *layer.weights);
    layer.draws = malloc(inputs * sizeof *layer.draws);
    layer.errors = malloc((size_t)threads * TOGETHER * inputs * sizeof *layer.errors);
    activation->noise = malloc((size_t)samples->channels * sizeof *activation->noise);
    if (layer.weights == NULL || layer.draws == NULL || layer.errors == NULL || activation->noise == NULL) {
        result = outcome_out_of_memory(samples->layer);
        goto out;
    }
    fill(&layer);
    if (outcome_bad(&result, search(&layer, config->activation_bits, threads, &best)))
        goto out;
    activation->grid = best.grid;
    activation->scale = best.scale;
    for (int64_t channel = 0; channel < samples->channels; channel++)
        activation->noise[channel] = best.mean + noisyquant_draw(channel) * best.range;

out:
    free(layer.weights);
    free(layer.draws);
    free(layer.errors);
    if (!outcome_is_ok(&result))
        activation_free(activation);
    return result;
}

static const activation_method_t activations = {.calibrates = true, .reads_weights = true, .fit = fit};

const method_t noisyquant_method = {
    .name = "noisyquant",
    .summary = "6-bit weights; with activations=8, a noisy bias (CVPR'23; BBS paper, Table III)",
    .does = "Quantises weights to 6 bits. With activations=8 a fixed noise is added to the inputs of a layer before they "
            "are rounded, and its effect is taken out of the bias.",
    .stores = "6 bits a weight and a scale for each channel.",
    .source = "Liu et al., NoisyQuant, CVPR 2023; BBS paper, Table III",
    .input = METHOD_FLOAT,
    .takes = METHOD_TAKES_BITS,
    .activations = &activations,
    .defaults = {.group = 32, .bits = WEIGHT_BITS},
    .form = ptq_form,
    .compress = ptq_compress_largest,
    .check = ptq_check,
};
