/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/noisyquant.h"

#include "compress/grid.h"
#include "compress/ptq.h"

enum { LANES = 16, WEIGHT_BITS = 6, ACTIVATION_BITS = 8, RANGE_LAST = 16, RANGE_UNIT = 8, SAMPLE_MOST = 16384 };

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

typedef struct {
    grid_t grid;
    float scale, reciprocal;
} quantiser_t;

static quantiser_t quantiser_of(const float *values, int64_t size)
{
    bool is_signed = false;
    for (int64_t i = 0; i < size; i++)
        is_signed |= values[i] < 0;
    quantiser_t quantiser = {.grid = grid_integer(ACTIVATION_BITS, is_signed)};
    quantiser.scale = grid_scale(grid_largest(values, size), quantiser.grid.high + 0.5f);
    quantiser.reciprocal = grid_reciprocal(quantiser.scale);
    return quantiser;
}

COMPRESS_INLINE float quantise(const quantiser_t *by, float value, float noise)
{
    return grid_nearest(&by->grid, (value + noise) * by->reciprocal) * by->scale - noise;
}

COMPRESS_CLONES
static double noisyquant_error_of(const quantiser_t *at, const float *values, const float *draws, int64_t count,
                                  float range)
{
    const quantiser_t by = *at;
    double sums[LANES] = {0}, sum = 0;
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (int lane = 0; lane < LANES; lane++) {
            double error = (double)values[i + lane] - (double)quantise(&by, values[i + lane], draws[i + lane] * range);
            sums[lane] += error * error;
        }
    for (; i < count; i++) {
        double error = (double)values[i] - (double)quantise(&by, values[i], draws[i] * range);
        sum += error * error;
    }
    for (int lane = 0; lane < LANES; lane++)
        sum += sums[lane];
    return sum;
}

COMPRESS_CLONES
static void noisyquant_quantise_all(const quantiser_t *at, float *values, int64_t count, float noise)
{
    const quantiser_t by = *at;
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (int lane = 0; lane < LANES; lane++)
            values[i + lane] = quantise(&by, values[i + lane], noise);
    for (; i < count; i++)
        values[i] = quantise(&by, values[i], noise);
}

static float range_of(const quantiser_t *by, const float *values, int64_t channels, int64_t count)
{
    int64_t size = channels * count, stride = (size + SAMPLE_MOST - 1) / SAMPLE_MOST, taken = 0;
    float sample[SAMPLE_MOST], draws[SAMPLE_MOST], best = 0;
    for (int64_t i = 0; i < size; i += stride, taken++) {
        sample[taken] = values[i];
        draws[taken] = noisyquant_draw(i / count);
    }
    double least = noisyquant_error_of(by, sample, draws, taken, 0);
    for (int i = 1; i <= RANGE_LAST; i++) {
        float range = by->scale * ((float)i / RANGE_UNIT);
        double error = noisyquant_error_of(by, sample, draws, taken, range);
        if (error < least) {
            least = error;
            best = range;
        }
    }
    return best;
}

void noisyquant_quantise_activations(float *values, int64_t channels, int64_t count)
{
    quantiser_t by = quantiser_of(values, channels * count);
    if (by.scale <= 0)
        return; /* all zeros, or too small for a scale */
    float range = range_of(&by, values, channels, count);
    for (int64_t channel = 0; channel < channels; channel++)
        noisyquant_quantise_all(&by, values + channel * count, count, noisyquant_draw(channel) * range);
}

const method_t noisyquant_method = {
    .name = "noisyquant",
    .summary = "6-bit weights, 8-bit activations with a noisy bias (CVPR'23; BBS paper, Table III)",
    .input = METHOD_FLOAT,
    .takes = METHOD_TAKES_BITS | METHOD_TAKES_CLIP,
    .defaults = {.group = 32, .bits = WEIGHT_BITS, .least_squares_clip = true},
    .compress = ptq_compress,
    .check = ptq_check,
};
