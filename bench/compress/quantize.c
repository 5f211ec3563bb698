/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The quantiser of the paper's INT8 baseline: one step size per output channel, with the largest weight at +-127.5 steps.
 * That rounds half to even to +-128: -128 stays, +128 is clamped to 127. */
#include "compress/quantize.h"

#include "base/threads.h"
#include "compress/clones.h"
#include "compress/grid.h"

#include <math.h>

/* x + MAGIC - MAGIC rounds |x| < 2^22 half to even in float32: the sum has no bits left for the fraction. */
static const float MAGIC = 12582912.0f; /* 1.5 * 2^23 */

typedef struct {
    const float *weights;
    int64_t per_channel;
    int8_t *q;
    float *scale;
} work_t;

COMPRESS_INLINE int8_t quantise(float weight, float reciprocal)
{
    float steps = weight * reciprocal + MAGIC - MAGIC;
    steps = steps > 127.0f ? 127.0f : steps;
    steps = steps < -128.0f ? -128.0f : steps;
    return (int8_t)(int32_t)steps;
}

COMPRESS_CLONES
static void quantize_row(const float *restrict weights, int64_t count, float reciprocal, int8_t *restrict q)
{
    enum { LANES = 32 };
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (int lane = 0; lane < LANES; lane++)
            q[i + lane] = quantise(weights[i + lane], reciprocal);
    for (; i < count; i++)
        q[i] = quantise(weights[i], reciprocal);
}

static void quantise_channel(void *context, int64_t channel, int worker)
{
    (void)worker;
    const work_t *work = context;
    const float *weights = work->weights + channel * work->per_channel;
    float scale = grid_largest(weights, work->per_channel) / 127.5f;
    float reciprocal = 1.0f / scale;
    if (!isfinite(reciprocal)) { /* all zeros, or so small (below 2^-120) that the step has no finite reciprocal */
        scale = 1.0f;
        reciprocal = 0.0f;
    }
    work->scale[channel] = scale;
    quantize_row(weights, work->per_channel, reciprocal, work->q + channel * work->per_channel);
}

void quantize_channels(const float *weights, int64_t channels, int64_t per_channel, int threads, int8_t *q, float *scale)
{
    work_t work = {.weights = weights, .per_channel = per_channel, .q = q, .scale = scale};
    outcome_t crew = threads_for(threads, channels, quantise_channel, &work);
    for (int64_t channel = 0; !outcome_is_ok(&crew) && channel < channels; channel++)
        quantise_channel(&work, channel, 0); /* no threads available: the same result on this thread */
}
