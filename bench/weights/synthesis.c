/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A random number of 32 bits gives two weights: 16 bits choose one of 65,536 cells of the inverse distribution function.
 * Each cell holds the quantile at its middle. */
#include "weights/synthesis.h"

#include "base/threads.h"
#include "compress/clones.h"
#include "compress/grid.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

enum { CELLS = 1 << 16 };

static const float MAGIC = 12582912.0f; /* 1.5 * 2^23: rounds half to even, as in quantize.c */

typedef struct {
    const portrait_t *portrait;
    const compress_layer_t *layer;
    uint32_t seed;
    int64_t count, groups, positions; /* of a channel: weights; groups at one position; positions */
    float *cells;
    float *spread;    /* [k] */
    gsl_rng **random; /* one per worker */
    float *values;    /* per worker: count */
    float *gains;     /* per worker: positions * groups */
    int8_t *q;
} draw_t;

/* Scramble a seed by the finaliser of MurmurHash3, which is one to one: neighbouring seeds start far apart. */
static uint32_t mixed(uint32_t seed)
{
    seed = (seed ^ seed >> 16) * 0x85ebca6bu;
    seed = (seed ^ seed >> 13) * 0xc2b2ae35u;
    return seed ^ seed >> 16;
}

/* ===  The inverse distribution function  === */

static void fill_cells(const portrait_t *portrait, float *cells)
{
    double at[PORTRAIT_WEIGHTS];
    for (int i = 0; i < PORTRAIT_WEIGHTS; i++)
        at[i] = portrait_probability(i);
    int upper = 1;
    for (int i = 0; i < CELLS; i++) {
        double probability = ((double)i + 0.5) / CELLS;
        while (upper < PORTRAIT_WEIGHTS - 1 && at[upper] <= probability)
            upper++;
        double part = (probability - at[upper - 1]) / (at[upper] - at[upper - 1]);
        const double *weight = &portrait->weight[upper];
        cells[i] = (float)(weight[-1] + part * (weight[0] - weight[-1]));
    }
}

/* ===  One channel  === */

static void draw_gains(const draw_t *draw, gsl_rng *random, float *gains)
{
    for (int64_t i = 0; i < draw->positions * draw->groups; i++)
        gains[i] = (float)portrait_quantile(draw->portrait->gain, PORTRAIT_GAINS, gsl_rng_uniform(random));
}

static void draw_values(const draw_t *draw, gsl_rng *random, const float *gains, float *values)
{
    int64_t positions = draw->positions, groups = draw->groups;
    uint32_t bits = 0;
    for (int64_t c = 0, i = 0; c < draw->layer->c; c++) {
        const float *gain = gains + c / PORTRAIT_GROUP;
        for (int64_t position = 0; position < positions; position++, i++) {
            bits = i % 2 == 0 ? (uint32_t)gsl_rng_get(random) : bits >> 16;
            values[i] = draw->cells[bits & (CELLS - 1)] * gain[position * groups];
        }
    }
}

COMPRESS_CLONES
static void synthesis_round(const float *restrict values, int64_t count, float spread, int8_t *restrict q)
{
    for (int64_t i = 0; i < count; i++) {
        float steps = values[i] * spread;
        steps = steps > 127.0f ? 127.0f : steps;
        steps = steps < -128.0f ? -128.0f : steps;
        q[i] = (int8_t)(int32_t)(steps + MAGIC - MAGIC);
    }
}

static int64_t largest_of(const float *values, int64_t count)
{
    float largest = grid_largest(values, count);
    int64_t at = 0;
    while (fabsf(values[at]) < largest)
        at++;
    return at;
}

static void draw_channel(void *context, int64_t k, int worker)
{
    const draw_t *draw = context;
    gsl_rng *random = draw->random[worker];
    float *values = draw->values + worker * draw->count, *gains = draw->gains + worker * draw->positions * draw->groups;
    int8_t *q = draw->q + k * draw->count;
    gsl_rng_set(random, mixed(draw->seed + 1 + (uint32_t)k));
    draw_gains(draw, random, gains);
    draw_values(draw, random, gains, values);
    synthesis_round(values, draw->count, draw->spread[k], q);
    int64_t largest = largest_of(values, draw->count);
    if (draw->spread[k] > 0.0f)
        q[largest] = values[largest] < 0.0f ? -128 : 127;
}

/* ===  The layer  === */

/* values[k] = factor * quantile of a stratum, in shuffled order. */
static void draw_strata(gsl_rng *random, const double *table, double factor, int64_t count, float *values)
{
    for (int64_t k = 0; k < count; k++) {
        double quantile = portrait_quantile(table, PORTRAIT_CHANNELS, ((double)k + 0.5) / (double)count);
        values[k] = (float)(factor * quantile);
    }
    gsl_ran_shuffle(random, values, (size_t)count, sizeof *values);
}

static void draw_channels(const draw_t *draw, float *scale)
{
    const portrait_t *portrait = draw->portrait;
    int64_t old_count = portrait->c * portrait->kh * portrait->kw;
    double old_peak = portrait_peak(portrait, old_count), peak = portrait_peak(portrait, draw->count);
    double growth = old_peak > 0.0 && peak > 0.0 ? peak / old_peak : 1.0;
    double size = growth * sqrt((double)old_count / (double)draw->count);
    gsl_rng_set(draw->random[0], mixed(draw->seed));
    draw_strata(draw->random[0], portrait->spread, 1.0 / growth, draw->layer->k, draw->spread);
    draw_strata(draw->random[0], portrait->scale, size, draw->layer->k, scale);
}

static outcome_t open_draw(draw_t *draw, int threads)
{
    size_t workers = (size_t)threads, count = (size_t)draw->count, gains = (size_t)(draw->positions * draw->groups);
    draw->cells = malloc(CELLS * sizeof *draw->cells);
    draw->spread = malloc((size_t)draw->layer->k * sizeof *draw->spread);
    draw->values = malloc(workers * count * sizeof *draw->values);
    draw->gains = malloc(workers * gains * sizeof *draw->gains);
    draw->random = calloc(workers, sizeof *draw->random);
    bool short_of = !draw->cells || !draw->spread || !draw->values || !draw->gains || !draw->random;
    for (size_t i = 0; i < workers && !short_of; i++) {
        draw->random[i] = gsl_rng_alloc(gsl_rng_taus2);
        short_of = draw->random[i] == NULL;
    }
    return short_of ? outcome_out_of_memory(draw->layer->name) : outcome_ok();
}

static void close_draw(draw_t *draw, int threads)
{
    for (int i = 0; draw->random != NULL && i < threads; i++)
        if (draw->random[i] != NULL)
            gsl_rng_free(draw->random[i]);
    free(draw->random);
    free(draw->cells);
    free(draw->spread);
    free(draw->values);
    free(draw->gains);
}

outcome_t synthesis_draw(const portrait_t *portrait, const compress_layer_t *layer, uint32_t seed, int threads, int8_t *q,
                         float *scale)
{
    draw_t draw = {.portrait = portrait,
                   .layer = layer,
                   .seed = seed,
                   .count = layer->c * layer->kh * layer->kw,
                   .groups = (layer->c + PORTRAIT_GROUP - 1) / PORTRAIT_GROUP,
                   .positions = layer->kh * layer->kw,
                   .q = q};
    outcome_t result = open_draw(&draw, threads);
    if (outcome_is_ok(&result)) {
        fill_cells(portrait, draw.cells);
        draw_channels(&draw, scale);
        result = threads_for(threads, layer->k, draw_channel, &draw);
    }
    close_draw(&draw, threads);
    return result;
}

outcome_t synthesis_fill(const int8_network_t *network, const portrait_t *const *portraits, uint32_t seed, int threads)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < network->count && outcome_is_ok(&result); i++) {
        result = synthesis_draw(portraits[i], &network->layers[i], seed, threads, int8_network_values(network, i),
                                int8_network_scales(network, i));
        seed += (uint32_t)network->layers[i].k + 1;
    }
    return result;
}
