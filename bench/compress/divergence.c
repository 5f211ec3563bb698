/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the compressed values are on the layer's own grid, counts and sums of a channel are integers, which the distortion
 * has made (distortion_internal.h); the sums of the channels are added in order. */
#include "compress/divergence.h"

#include "compress/distortion_internal.h"

#include <math.h>
#include <stdlib.h>

enum { BINS = GRID_AFTER, LOWEST = GRID_LOWEST };

static const double half_a_count = 0.5;

typedef struct {
    double sum, squares;
} moments_t;

typedef struct {
    int64_t before[BINS], after[BINS];
    moments_t original, compressed; /* of the real weights */
} sample_t;

static int bin_of(double steps)
{
    double bin = nearbyint(steps) - LOWEST;
    return bin < 0 ? 0 : bin >= BINS ? BINS - 1 : (int)bin;
}

/* ===  Channels on the grid  === */

typedef struct {
    int64_t before[GRID_BEFORE], after[GRID_AFTER];
} histograms_t;

typedef struct {
    histograms_t *histograms; /* one a worker */
    grid_sums_t *sums;        /* one a channel */
} tally_t;

static void take_counts(void *context, int64_t channel, int worker, const grid_counts_t *counts, const grid_sums_t *sums)
{
    const tally_t *tally = context;
    histograms_t *histograms = &tally->histograms[worker];
    for (int i = 0; i < GRID_BEFORE; i++)
        histograms->before[i] += counts->before[i];
    for (int i = 0; i < GRID_AFTER; i++)
        histograms->after[i] += counts->after[i];
    tally->sums[channel] = *sums;
}

static void add_histograms(const histograms_t *histograms, sample_t *sample)
{
    for (int i = 0; i < GRID_BEFORE; i++)
        sample->before[i - 128 - LOWEST] += histograms->before[i];
    for (int i = 0; i < GRID_AFTER; i++)
        sample->after[i] += histograms->after[i];
}

static void add_on_grid(const grid_sums_t *sums, double step, sample_t *sample)
{
    sample->original.sum += (double)sums->q * step;
    sample->original.squares += (double)sums->q_squares * step * step;
    sample->compressed.sum += (double)sums->v * step;
    sample->compressed.squares += (double)sums->v_squares * step * step;
}

/* ===  Other channels  === */

static void add_off_grid(const int8_t *q, const float *floats, int64_t size, double step, sample_t *sample)
{
    for (int64_t i = 0; i < size; i++) {
        double before = q[i] * step, after = (double)floats[i];
        sample->before[q[i] - LOWEST]++;
        sample->after[bin_of(after / step)]++;
        sample->original.sum += before;
        sample->original.squares += before * before;
        sample->compressed.sum += after;
        sample->compressed.squares += after * after;
    }
}

static double histogram_divergence(const sample_t *sample, int64_t weights)
{
    double sum = 0, total = (double)weights + BINS * half_a_count;
    for (int i = 0; i < BINS; i++) {
        double p = (double)sample->before[i] + half_a_count, q = (double)sample->after[i] + half_a_count;
        sum += p / total * log(p / q);
    }
    return sum;
}

double divergence_gaussian(double mean, double variance, double mean_after, double variance_after)
{
    if (variance <= 0 || variance_after <= 0)
        return variance <= 0 && variance_after <= 0 && !(mean < mean_after || mean > mean_after) ? 0 : (double)NAN;
    double change = (variance - variance_after) / variance_after, shift = mean - mean_after;
    return (change - log1p(change) + shift * shift / variance_after) / 2;
}

static double gaussian_divergence(const sample_t *sample, int64_t weights)
{
    double count = (double)weights;
    double mean = sample->original.sum / count, mean_after = sample->compressed.sum / count;
    return divergence_gaussian(mean, sample->original.squares / count - mean * mean, mean_after,
                               sample->compressed.squares / count - mean_after * mean_after);
}

/* ===  The layer  === */

static void add_channels(const compress_layer_t *layer, const compressed_t *compressed, const tally_t *tally, float *floats,
                         sample_t *sample)
{
    const int64_t size = compress_layer_size(layer) / layer->k;
    for (int64_t channel = 0; channel < layer->k; channel++) {
        const double step = (double)layer->scale[channel];
        if (distortion_is_on_grid(layer, compressed, channel)) {
            add_on_grid(&tally->sums[channel], step, sample);
        } else {
            compressed_to_floats(compressed, layer, channel, 1, floats);
            add_off_grid(layer->q + channel * size, floats, size, step, sample);
        }
    }
}

outcome_t divergence_of(const compress_layer_t *layer, const compressed_t *compressed, int threads,
                        distortion_t *distortion, divergence_t *divergence)
{
    const int64_t weights = compress_layer_size(layer);
    sample_t sample = {0};
    tally_t tally = {.histograms = calloc((size_t)threads, sizeof *tally.histograms),
                     .sums = calloc((size_t)layer->k, sizeof *tally.sums)};
    float *floats = malloc((size_t)(weights / layer->k) * sizeof *floats);
    outcome_t result = tally.histograms != NULL && tally.sums != NULL && floats != NULL
                           ? distortion_watch(layer, compressed, threads, take_counts, &tally, distortion)
                           : outcome_out_of_memory(layer->name);
    if (outcome_is_ok(&result)) {
        for (int worker = 0; worker < threads; worker++)
            add_histograms(&tally.histograms[worker], &sample);
        add_channels(layer, compressed, &tally, floats, &sample);
        *divergence = (divergence_t){histogram_divergence(&sample, weights), gaussian_divergence(&sample, weights)};
    }
    free(tally.histograms);
    free(tally.sums);
    free(floats);
    return result;
}
