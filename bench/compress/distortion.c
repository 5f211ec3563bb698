/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A channel's weights have at most 256 different values, compressed ones a few more. So exponentials are computed once per
 * value, not per weight, and squared errors are exact integer sums. Channels are added in order: the same result for any
 * number of threads. Methods that leave the integer grid are compared weight by weight. */
#include "compress/distortion_internal.h"

#include "base/threads.h"

#include <math.h>
#include <stdlib.h>

/* Sums over one channel. KL = sum(p (w - w')) + ln(Z' / Z) with p = e^w / Z. */
typedef struct {
    double squared_steps, steps, signal, noise;
    double sum, drifted; /* sums of w and of w' - w */
    double z, z_compressed;
    double drift; /* sum of e^w (w - w') */
} channel_t;

typedef struct {
    const compress_layer_t *layer;
    const compressed_t *compressed;
    int64_t size;
    bool energy_only; /* signal and noise */
    channel_t *channels;
    distortion_watcher_t watcher; /* NULL: nobody looks at the counts */
    void *context;
} walk_t;

static int64_t squared_steps(const grid_sums_t *all)
{
    return all->q_squares - 2 * all->q_times_v + all->v_squares;
}

static void energy_on_grid(const grid_sums_t *all, float scale, channel_t *sums)
{
    const double step = scale;
    sums->noise = (double)squared_steps(all) * step * step;
    sums->signal = (double)all->q_squares * step * step;
}

/* Values on the layer's own grid: w' = value * scale with the scale of w. */
static void sum_on_grid(const grid_counts_t *counts, const grid_sums_t *all, float scale, channel_t *sums)
{
    const double step = scale;
    double weights[GRID_AFTER]; /* e^w of the values that there were before */
    sums->sum = (double)all->q * step;
    sums->drifted = (double)(all->v - all->q) * step;
    sums->squared_steps = (double)squared_steps(all);
    sums->steps = (double)(all->v - all->q);
    for (int i = 0; i < GRID_BEFORE; i++)
        if (counts->before[i] > 0) {
            const int64_t drift = (i - 128) * counts->before[i] - counts->moved[i];
            const double weight = exp((i - 128) * step);
            weights[i - 128 - GRID_LOWEST] = weight;
            sums->z += (double)counts->before[i] * weight;
            sums->drift += weight * (double)drift * step;
        }
    for (int i = 0; i < GRID_AFTER; i++) {
        const int value = i + GRID_LOWEST;
        const bool known = value >= -128 && value < 128 && counts->before[value + 128] > 0;
        if (counts->after[i] > 0)
            sums->z_compressed += (double)counts->after[i] * (known ? weights[i] : exp(value * step));
    }
}

static void sum_off_grid(const walk_t *walk, int64_t channel, channel_t *sums)
{
    const compressed_t *compressed = walk->compressed;
    const float *floats = compressed->floats != NULL ? compressed->floats : walk->layer->weights;
    double step = walk->layer->scale[channel];
    for (int64_t i = channel * walk->size; i < (channel + 1) * walk->size; i++) {
        double before = walk->layer->q[i] * step;
        double after =
            compressed->values == NULL ? (double)floats[i] : compressed->values[i] * (double)compressed->scale[channel];
        double difference = after - before, weight = exp(before);
        sums->squared_steps += difference / step * (difference / step);
        sums->steps += difference / step;
        sums->noise += difference * difference;
        sums->sum += before;
        sums->drifted += difference;
        sums->signal += before * before;
        sums->z += weight;
        sums->z_compressed += exp(after);
        sums->drift -= weight * difference;
    }
}

bool distortion_is_on_grid(const compress_layer_t *layer, const compressed_t *compressed, int64_t channel)
{
    return compressed->values != NULL && compressed->scale[channel] == layer->scale[channel];
}

static void sum_channel(void *context, int64_t channel, int worker)
{
    walk_t *walk = context;
    channel_t *sums = &walk->channels[channel];
    const int8_t *q = walk->layer->q + channel * walk->size;
    if (!distortion_is_on_grid(walk->layer, walk->compressed, channel)) {
        sum_off_grid(walk, channel, sums);
        return;
    }
    const int16_t *values = walk->compressed->values + channel * walk->size;
    const grid_sums_t all = grid_sums_of(q, values, walk->size);
    energy_on_grid(&all, walk->layer->scale[channel], sums);
    if (walk->energy_only)
        return;
    grid_counts_t counts;
    grid_counts_of(q, values, walk->size, &counts);
    sum_on_grid(&counts, &all, walk->layer->scale[channel], sums);
    if (walk->watcher != NULL)
        walk->watcher(walk->context, channel, worker, &counts, &all);
}

/* Mean square of an output whose weights have these sums. max(0, x) of a standard normal x has the mean 1 / sqrt(2 pi) and
 * the mean square 1/2. */
static double output_square(double squares, double sum)
{
    const double mean_squared = 1 / (2 * M_PI), variance = 0.5 - mean_squared;
    return variance * squares + mean_squared * sum * sum;
}

/* Adds what the channels of walk's layer have, in their order. */
static outcome_t sum_channels(walk_t *walk, int threads, distortion_sums_t *sums)
{
    const int64_t channels = walk->layer->k;
    walk->size = compress_layer_row(walk->layer);
    walk->channels = calloc((size_t)channels, sizeof *walk->channels);
    if (walk->channels == NULL)
        return outcome_out_of_memory(walk->layer->name);
    outcome_t result = threads_for(threads, channels, sum_channel, walk);
    sums->weights += compress_layer_size(walk->layer);
    for (int64_t channel = 0; outcome_is_ok(&result) && channel < channels; channel++) {
        const channel_t *own = &walk->channels[channel];
        sums->squared_steps += own->squared_steps;
        sums->steps += own->steps;
        sums->signal += own->signal;
        sums->noise += own->noise;
        sums->internal_z += own->z;
        sums->internal_z_compressed += own->z_compressed;
        sums->internal_drift += own->drift;
        sums->internal_output_noise += output_square(own->noise, own->drifted);
        sums->internal_output_signal += output_square(own->signal, own->sum);
    }
    free(walk->channels);
    return result;
}

outcome_t distortion_sum(const compress_layer_t *part, const compressed_t *compressed, int threads, distortion_sums_t *sums)
{
    walk_t walk = {.layer = part, .compressed = compressed};
    return sum_channels(&walk, threads, sums);
}

outcome_t distortion_energy(const compress_layer_t *part, const compressed_t *compressed, int threads,
                            distortion_sums_t *sums)
{
    walk_t walk = {.layer = part, .compressed = compressed, .energy_only = true};
    return sum_channels(&walk, threads, sums);
}

distortion_t distortion_of_sums(const distortion_sums_t *sums)
{
    const double z = sums->internal_z, growth = (sums->internal_z_compressed - z) / z;
    const double output_noise = sums->internal_output_noise;
    return (distortion_t){.weights = sums->weights,
                          .squared_steps = sums->squared_steps,
                          .steps = sums->steps,
                          .signal = sums->signal,
                          .noise = sums->noise,
                          .output_error = output_noise > 0 ? output_noise / sums->internal_output_signal : 0,
                          .divergence = sums->noise > 0 ? sums->internal_drift / z + log1p(growth) : 0};
}

outcome_t distortion_watch(const compress_layer_t *layer, const compressed_t *compressed, int threads,
                           distortion_watcher_t watcher, void *context, distortion_t *distortion)
{
    walk_t walk = {.layer = layer, .compressed = compressed, .watcher = watcher, .context = context};
    distortion_sums_t sums = {0};
    outcome_t result = sum_channels(&walk, threads, &sums);
    *distortion = distortion_of_sums(&sums);
    return result;
}

outcome_t distortion_of(const compress_layer_t *layer, const compressed_t *compressed, int threads,
                        distortion_t *distortion)
{
    return distortion_watch(layer, compressed, threads, NULL, NULL, distortion);
}

void distortion_add(distortion_t *sum, const distortion_t *distortion)
{
    double before = (double)sum->weights, more = (double)distortion->weights;
    if (before + more > 0) {
        sum->divergence = (sum->divergence * before + distortion->divergence * more) / (before + more);
        sum->output_error = (sum->output_error * before + distortion->output_error * more) / (before + more);
    }
    sum->weights += distortion->weights;
    sum->squared_steps += distortion->squared_steps;
    sum->steps += distortion->steps;
    sum->signal += distortion->signal;
    sum->noise += distortion->noise;
}

double distortion_mse(const distortion_t *distortion)
{
    return distortion->weights > 0 ? distortion->squared_steps / (double)distortion->weights : 0;
}

double distortion_mean(const distortion_t *distortion)
{
    return distortion->weights > 0 ? distortion->steps / (double)distortion->weights : 0;
}

double distortion_sqnr_db(const distortion_t *distortion)
{
    return distortion->noise > 0 ? 10 * log10(distortion->signal / distortion->noise) : (double)NAN;
}
