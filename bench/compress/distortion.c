/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A channel's weights have at most 256 different values, compressed ones a few more. So exponentials are computed once per
 * value, not per weight, and squared errors are exact integer sums. Channels are added in order: the same result for any
 * number of threads. Methods that leave the integer grid are compared weight by weight. */
#include "compress/distortion.h"

#include "base/threads.h"
#include "compress/clones.h"

#include <math.h>
#include <stdlib.h>

enum { VALUES = 256, LOWEST = -256, REACH = 512 }; /* compressed values lie in [-160, 158]; PTQ's within 8 bits */

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
} walk_t;

/* Values on the layer's own grid: w' = value * scale with the scale of w. */
static void sum_on_grid(const int8_t *q, const int16_t *values, int64_t size, float scale, channel_t *sums)
{
    int32_t before[VALUES] = {0}, after[REACH] = {0};
    int64_t drift[VALUES] = {0}, squares = 0, sum = 0, total = 0, signal = 0;
    for (int64_t i = 0; i < size; i++) {
        int difference = q[i] - values[i];
        before[q[i] + 128]++;
        after[values[i] - LOWEST]++;
        drift[q[i] + 128] += difference;
        squares += difference * difference;
        sum -= difference;
        total += q[i];
        signal += q[i] * q[i];
    }
    double step = scale;
    sums->sum = (double)total * step;
    sums->drifted = (double)sum * step;
    sums->squared_steps = (double)squares;
    sums->steps = (double)sum;
    sums->noise = (double)squares * step * step;
    sums->signal = (double)signal * step * step;
    for (int i = 0; i < VALUES; i++)
        if (before[i] > 0) {
            double weight = exp((i - 128) * step);
            sums->z += before[i] * weight;
            sums->drift += weight * (double)drift[i] * step;
        }
    for (int i = 0; i < REACH; i++)
        sums->z_compressed += after[i] > 0 ? after[i] * exp((i + LOWEST) * step) : 0;
}

/* Signal and noise alone, as sum_on_grid() has them. A chunk's sums fit in 32 bits: differences are at most 2^9. */
COMPRESS_CLONES
static void distortion_energy_on_grid(const int8_t *restrict q, const int16_t *restrict values, int64_t size, float scale,
                                      channel_t *sums)
{
    enum { CHUNK = 4096, LANES = 16 };
    int64_t squares = 0, signal = 0, i = 0;
    while (i < size) {
        const int64_t end = size - i < CHUNK ? size : i + CHUNK;
        int32_t some_squares = 0, some_signal = 0;
        for (; i + LANES <= end; i += LANES)
            for (int lane = 0; lane < LANES; lane++) {
                const int difference = q[i + lane] - values[i + lane];
                some_squares += difference * difference;
                some_signal += q[i + lane] * q[i + lane];
            }
        for (; i < end; i++) {
            some_squares += (q[i] - values[i]) * (q[i] - values[i]);
            some_signal += q[i] * q[i];
        }
        squares += some_squares;
        signal += some_signal;
    }
    const double step = scale;
    sums->noise = (double)squares * step * step;
    sums->signal = (double)signal * step * step;
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

static void sum_channel(void *context, int64_t channel, int worker)
{
    (void)worker;
    walk_t *walk = context;
    const compressed_t *compressed = walk->compressed;
    channel_t *sums = &walk->channels[channel];
    if (compressed->values != NULL && compressed->scale[channel] == walk->layer->scale[channel])
        (walk->energy_only ? distortion_energy_on_grid : sum_on_grid)(walk->layer->q + channel * walk->size,
                                                                      compressed->values + channel * walk->size, walk->size,
                                                                      walk->layer->scale[channel], sums);
    else
        sum_off_grid(walk, channel, sums);
}

/* Mean square of an output whose weights have these sums. max(0, x) of a standard normal x has the mean 1 / sqrt(2 pi) and
 * the mean square 1/2. */
static double output_square(double squares, double sum)
{
    const double mean_squared = 1 / (2 * M_PI), variance = 0.5 - mean_squared;
    return variance * squares + mean_squared * sum * sum;
}

outcome_t distortion_of(const compress_layer_t *layer, const compressed_t *compressed, int threads,
                        distortion_t *distortion)
{
    *distortion = (distortion_t){.weights = compress_layer_size(layer)};
    walk_t walk = {.layer = layer, .compressed = compressed, .size = distortion->weights / layer->k};
    walk.channels = calloc((size_t)layer->k, sizeof *walk.channels);
    if (walk.channels == NULL)
        return outcome_out_of_memory(layer->name);
    outcome_t result = threads_for(threads, layer->k, sum_channel, &walk);
    channel_t all = {0};
    double output_noise = 0, output_signal = 0;
    for (int64_t channel = 0; outcome_is_ok(&result) && channel < layer->k; channel++) {
        const channel_t *sums = &walk.channels[channel];
        all.squared_steps += sums->squared_steps;
        all.steps += sums->steps;
        all.signal += sums->signal;
        all.noise += sums->noise;
        all.z += sums->z;
        all.z_compressed += sums->z_compressed;
        all.drift += sums->drift;
        output_noise += output_square(sums->noise, sums->drifted);
        output_signal += output_square(sums->signal, sums->sum);
    }
    free(walk.channels);
    distortion->squared_steps = all.squared_steps;
    distortion->steps = all.steps;
    distortion->signal = all.signal;
    distortion->noise = all.noise;
    distortion->output_error = output_noise > 0 ? output_noise / output_signal : 0;
    distortion->divergence = all.noise > 0 ? all.drift / all.z + log1p((all.z_compressed - all.z) / all.z) : 0;
    return result;
}

outcome_t distortion_energy(const compress_layer_t *layer, const compressed_t *compressed, int threads, double *signal,
                            double *noise)
{
    walk_t walk = {.layer = layer,
                   .compressed = compressed,
                   .size = compress_layer_size(layer) / layer->k,
                   .energy_only = true,
                   .channels = calloc((size_t)layer->k, sizeof *walk.channels)};
    *signal = *noise = 0;
    if (walk.channels == NULL)
        return outcome_out_of_memory(layer->name);
    const outcome_t result = threads_for(threads, layer->k, sum_channel, &walk);
    for (int64_t channel = 0; outcome_is_ok(&result) && channel < layer->k; channel++) {
        *signal += walk.channels[channel].signal;
        *noise += walk.channels[channel].noise;
    }
    free(walk.channels);
    return result;
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
