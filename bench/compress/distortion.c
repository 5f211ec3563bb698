/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A channel's weights have at most 256 different values, compressed ones a few more. So exponentials are computed once per
 * value, not per weight, and squared errors are exact integer sums. Channels are added in order: the same result for any
 * number of threads. Methods that leave the integer grid are compared weight by weight. */
#include "compress/distortion.h"

#include "base/threads.h"

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
        sum_on_grid(walk->layer->q + channel * walk->size, compressed->values + channel * walk->size, walk->size,
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

outcome_t distortion_sum(const compress_layer_t *part, const compressed_t *compressed, int threads, distortion_sums_t *sums)
{
    walk_t walk = {.layer = part, .compressed = compressed, .size = compress_layer_row(part)};
    walk.channels = calloc((size_t)part->k, sizeof *walk.channels);
    if (walk.channels == NULL)
        return outcome_out_of_memory(part->name);
    outcome_t result = threads_for(threads, part->k, sum_channel, &walk);
    sums->weights += compress_layer_size(part);
    for (int64_t channel = 0; outcome_is_ok(&result) && channel < part->k; channel++) {
        const channel_t *own = &walk.channels[channel];
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
    free(walk.channels);
    return result;
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

outcome_t distortion_of(const compress_layer_t *layer, const compressed_t *compressed, int threads,
                        distortion_t *distortion)
{
    distortion_sums_t sums = {0};
    outcome_t result = distortion_sum(layer, compressed, threads, &sums);
    *distortion = distortion_of_sums(&sums);
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
