/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Three factors: each channel is divided by its root mean square, each group by its gain, and the rest are the weights.
 *
 * The root mean square of 32 weights varies by chance even if all weights have one distribution. The variance of its
 * logarithm by chance is (kurtosis - 1) / 4n. Only variance beyond that is kept as gains; the rest returns to the weights.
 */
#include "weights/portrait.h"

#include "base/text.h"
#include "compress/exppow.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <stdlib.h>

enum { MOST_SAMPLES = 1 << 20 }; /* quantiles are taken of at most so many; more are thinned out evenly */

static const double least_gain = 1e-4; /* the gain of a group of zeros */

/* Rounded to four significant digits, as in the file. */
static double rounded(double value)
{
    double result = 0.0;
    return text_to_real(text_of("%.4g", value).chars, &result) ? result : 0.0;
}

double portrait_probability(int index)
{
    int middle = PORTRAIT_WEIGHTS / 2;
    double tail = 0.5;
    for (int i = index < middle ? index : PORTRAIT_WEIGHTS - 1 - index; i < middle; i++)
        tail *= 0.65;
    return index < middle ? tail : 1.0 - tail;
}

double portrait_quantile(const double *table, int count, double probability)
{
    double place = probability * (count - 1);
    int below = place >= count - 1 ? count - 2 : (int)place;
    return table[below] + (table[below + 1] - table[below]) * (place - below);
}

double portrait_peak(const portrait_t *portrait, int64_t count)
{
    double tail = 0.5 / (double)count;
    int upper = PORTRAIT_WEIGHTS - 1;
    while (upper > PORTRAIT_WEIGHTS / 2 && 1.0 - portrait_probability(upper) < tail)
        upper--;
    int lower = PORTRAIT_WEIGHTS - 1 - upper, next = upper < PORTRAIT_WEIGHTS - 1 ? upper + 1 : upper;
    double near = 1.0 - portrait_probability(upper), far = 1.0 - portrait_probability(next);
    double part = next > upper ? (near - tail) / (near - far) : 0.0;
    double high = portrait->weight[upper] + part * (portrait->weight[next] - portrait->weight[upper]);
    int before = PORTRAIT_WEIGHTS - 1 - next;
    double low = portrait->weight[lower] + part * (portrait->weight[before] - portrait->weight[lower]);
    return (high - low) / 2.0;
}

/* ===  Channels  === */

/* Root mean square of a channel, in its own steps; false for a channel of zeros. */
static bool channel_spread(const compress_layer_t *layer, int64_t k, double *root, double *spread)
{
    int64_t count = layer->c * layer->kh * layer->kw;
    const float *weights = layer->weights + k * count;
    double sum = 0.0, largest = 0.0;
    for (int64_t i = 0; i < count; i++) {
        sum += (double)weights[i] * weights[i];
        largest = fabs((double)weights[i]) > largest ? fabs((double)weights[i]) : largest;
    }
    *root = sqrt(sum / (double)count);
    *spread = largest > 0.0 ? 127.5 * *root / largest : 0.0;
    return largest > 0.0;
}

static void take_even(double *values, int64_t count, int points, double *table)
{
    gsl_sort(values, 1, (size_t)count);
    for (int i = 0; i < points; i++)
        table[i] = rounded(gsl_stats_quantile_from_sorted_data(values, 1, (size_t)count, (double)i / (points - 1)));
}

/* ===  Groups  === */

typedef struct {
    int64_t positions, groups; /* of a channel; groups of input channels at one position */
    double *gains;             /* [k][positions][groups] */
    double *samples;           /* [most] */
    double *root;              /* [k] */
    double *values;            /* [k] scratch */
} sketch_t;

static double *gain_at(const sketch_t *sketch, int64_t k, int64_t index)
{
    int64_t c = index / sketch->positions, position = index % sketch->positions;
    return &sketch->gains[(k * sketch->positions + position) * sketch->groups + c / PORTRAIT_GROUP];
}

/* Root mean square of each group, divided by that of its channel. Channels of zeros keep gains of zero. */
static void measure_gains(const compress_layer_t *layer, sketch_t *sketch)
{
    int64_t count = layer->c * layer->kh * layer->kw, all = layer->k * sketch->positions * sketch->groups;
    for (int64_t i = 0; i < all; i++)
        sketch->gains[i] = 0.0;
    for (int64_t k = 0; k < layer->k; k++)
        for (int64_t i = 0; i < count && sketch->root[k] > 0.0; i++) {
            double value = layer->weights[k * count + i] / sketch->root[k];
            *gain_at(sketch, k, i) += value * value;
        }
    for (int64_t i = 0; i < all; i++) {
        int64_t from = i % sketch->groups * PORTRAIT_GROUP, left = layer->c - from;
        double size = (double)(left < PORTRAIT_GROUP ? left : PORTRAIT_GROUP);
        double gain = sqrt(sketch->gains[i] / size);
        sketch->gains[i] = gain > 0.0 && gain < least_gain ? least_gain : gain;
    }
}

/* Pull the gains towards their geometric mean, to remove the variance that they have by chance. */
static void shrink_gains(const compress_layer_t *layer, sketch_t *sketch)
{
    int64_t count = layer->c * layer->kh * layer->kw, all = layer->k * sketch->positions * sketch->groups, used = 0;
    double sum = 0.0, squares = 0.0, fourth = 0.0, weights = 0.0;
    for (int64_t i = 0; i < all; i++)
        if (sketch->gains[i] > 0.0) {
            double gain = log(sketch->gains[i]);
            sum += gain;
            squares += gain * gain;
            used++;
        }
    for (int64_t k = 0; k < layer->k; k++)
        for (int64_t i = 0; i < count && sketch->root[k] > 0.0; i++) {
            double gain = *gain_at(sketch, k, i);
            double value = gain > 0.0 ? layer->weights[k * count + i] / sketch->root[k] / gain : 0.0;
            fourth += value * value * value * value;
            weights += 1.0;
        }
    double mean = used ? sum / (double)used : 0.0, variance = used ? squares / (double)used - mean * mean : 0.0;
    double kurtosis = weights > 0.0 ? fourth / weights : 3.0;
    double size = (double)(layer->c < PORTRAIT_GROUP ? layer->c : PORTRAIT_GROUP);
    double noise = ((kurtosis > 1.5 ? kurtosis : 1.5) - 1.0) / (4.0 * size);
    double kept = variance > noise ? sqrt(1.0 - noise / variance) : 0.0;
    for (int64_t i = 0; i < all; i++) /* a group of zeros among others is as small as can be */
        sketch->gains[i] = exp(kept * (log(sketch->gains[i] > 0.0 ? sketch->gains[i] : least_gain) - mean));
}

/* ===  Weights  === */

static void take_weights(const compress_layer_t *layer, sketch_t *sketch, portrait_t *portrait)
{
    int64_t count = layer->c * layer->kh * layer->kw, all = layer->k * count, step = 1 + (all - 1) / MOST_SAMPLES, used = 0;
    for (int64_t i = 0; i < all; i += step) {
        int64_t k = i / count;
        if (sketch->root[k] > 0.0)
            sketch->samples[used++] = layer->weights[i] / sketch->root[k] / *gain_at(sketch, k, i % count);
    }
    if (used == 0)
        sketch->samples[used++] = 0.0;
    exppow_fit(sketch->samples, (size_t)used, &portrait->shape, &portrait->misfit);
    portrait->shape = rounded(portrait->shape);
    portrait->misfit = rounded(portrait->misfit);
    for (int i = 0; i < PORTRAIT_WEIGHTS; i++)
        portrait->weight[i] =
            rounded(gsl_stats_quantile_from_sorted_data(sketch->samples, 1, (size_t)used, portrait_probability(i)));
}

static void take_gains(const compress_layer_t *layer, sketch_t *sketch, portrait_t *portrait)
{
    int64_t all = layer->k * sketch->positions * sketch->groups, step = 1 + (all - 1) / MOST_SAMPLES, used = 0;
    for (int64_t i = 0; i < all; i += step)
        if (sketch->root[i / (sketch->positions * sketch->groups)] > 0.0)
            sketch->samples[used++] = sketch->gains[i];
    if (used == 0)
        sketch->samples[used++] = 1.0;
    take_even(sketch->samples, used, PORTRAIT_GAINS, portrait->gain);
}

static void take_channels(const compress_layer_t *layer, sketch_t *sketch, portrait_t *portrait)
{
    for (int64_t k = 0; k < layer->k; k++)
        sketch->values[k] = layer->scale[k];
    take_even(sketch->values, layer->k, PORTRAIT_CHANNELS, portrait->scale);
    for (int64_t k = 0; k < layer->k; k++)
        if (!channel_spread(layer, k, &sketch->root[k], &sketch->values[k]))
            sketch->root[k] = 0.0;
    take_even(sketch->values, layer->k, PORTRAIT_CHANNELS, portrait->spread);
}

outcome_t portrait_take(const compress_layer_t *layer, portrait_t *portrait)
{
    *portrait = (portrait_t){.k = layer->k, .c = layer->c, .kh = layer->kh, .kw = layer->kw};
    text_t name = text_of("%.*s", PORTRAIT_NAME - 1, layer->name);
    for (int i = 0; i < PORTRAIT_NAME - 1 && name.chars[i] != '\0'; i++)
        portrait->name[i] = name.chars[i];
    sketch_t sketch = {.positions = layer->kh * layer->kw, .groups = (layer->c + PORTRAIT_GROUP - 1) / PORTRAIT_GROUP};
    size_t k = (size_t)layer->k, all = k * (size_t)(sketch.positions * sketch.groups);
    size_t weights = (size_t)compress_layer_size(layer);
    sketch.gains = malloc(all * sizeof *sketch.gains);
    sketch.samples = malloc((weights < MOST_SAMPLES ? weights : MOST_SAMPLES) * sizeof *sketch.samples);
    sketch.root = malloc(k * sizeof *sketch.root);
    sketch.values = malloc(k * sizeof *sketch.values);
    outcome_t result = outcome_ok();
    if (sketch.gains == NULL || sketch.samples == NULL || sketch.root == NULL || sketch.values == NULL) {
        result = outcome_out_of_memory(layer->name);
    } else {
        take_channels(layer, &sketch, portrait);
        measure_gains(layer, &sketch);
        shrink_gains(layer, &sketch);
        take_weights(layer, &sketch, portrait);
        take_gains(layer, &sketch, portrait);
    }
    free(sketch.gains);
    free(sketch.samples);
    free(sketch.root);
    free(sketch.values);
    return result;
}
