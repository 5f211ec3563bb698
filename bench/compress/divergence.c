/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums are kept per channel as integers where the compressed values are on the layer's own grid, and added in order. */
#include "compress/divergence.h"

#include <math.h>
#include <stdlib.h>

enum { BINS = 512, LOWEST = -256 };

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

static void add_on_grid(const int8_t *q, const int16_t *values, int64_t size, double step, sample_t *sample)
{
    int64_t sum = 0, squares = 0, sum_after = 0, squares_after = 0;
    for (int64_t i = 0; i < size; i++) {
        sample->before[q[i] - LOWEST]++;
        sample->after[values[i] - LOWEST]++;
        sum += q[i];
        squares += q[i] * q[i];
        sum_after += values[i];
        squares_after += values[i] * values[i];
    }
    sample->original.sum += (double)sum * step;
    sample->original.squares += (double)squares * step * step;
    sample->compressed.sum += (double)sum_after * step;
    sample->compressed.squares += (double)squares_after * step * step;
}

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

outcome_t divergence_of(const compress_layer_t *layer, const compressed_t *compressed, divergence_t *divergence)
{
    const int64_t weights = compress_layer_size(layer), size = weights / layer->k;
    sample_t sample = {0};
    float *floats = malloc((size_t)size * sizeof *floats);
    if (floats == NULL)
        return outcome_out_of_memory(layer->name);
    for (int64_t channel = 0; channel < layer->k; channel++) {
        const int8_t *q = layer->q + channel * size;
        if (compressed->values != NULL && compressed->scale[channel] == layer->scale[channel]) {
            add_on_grid(q, compressed->values + channel * size, size, (double)layer->scale[channel], &sample);
        } else {
            compressed_to_floats(compressed, layer, channel, 1, floats);
            add_off_grid(q, floats, size, (double)layer->scale[channel], &sample);
        }
    }
    free(floats);
    *divergence = (divergence_t){histogram_divergence(&sample, weights), gaussian_divergence(&sample, weights)};
    return outcome_ok();
}
