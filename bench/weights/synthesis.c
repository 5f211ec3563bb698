/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A random number of 32 bits gives two weights: 16 bits choose one of 65,536 cells of the inverse distribution function.
 * Each cell holds the quantile at its middle. Sixteen channels are drawn at once, each with its own generator, a few groups
 * of weights at a time, so that all but the cells stays in the first cache. */
#include "weights/synthesis.h"

#include "base/tausworthe.h"
#include "base/threads.h"
#include "compress/clones.h"
#include "compress/transpose.h"
#include "weights/synthesis_lanes.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS = SYNTHESIS_CELLS, CHANNELS = SYNTHESIS_LANES, AT_A_TIME = 1024 /* weights, but at least a group */ };

/* Work space of one thread. */
typedef struct {
    uint32_t *numbers; /* [weights at a time / 2, CHANNELS] */
    float *gains;      /* [groups, positions, CHANNELS] */
    int8_t *weights;   /* [weights at a time, CHANNELS] */
    int8_t *channels;  /* [CHANNELS, weights at a time] */
} space_t;

typedef struct {
    const portrait_t *portrait;
    const compress_layer_t *layer;
    uint32_t seed;
    int64_t count, groups, positions; /* of a channel: weights; groups at one position; positions */
    int64_t at_a_time;                /* groups, at all positions */
    float *cells;
    float *spread; /* [k] */
    gsl_rng *random;
    space_t *spaces; /* one per worker */
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

/* The cells from `first` to `end` lie between two quantiles. A fixed number of them at a time, so that compilers use
 * vectors for the divisions. */
COMPRESS_CLONES
static void synthesis_fill_between(double at, double width, double weight, double step, int first, int end, float *cells)
{
    enum { LANES = 16 };
    for (; first < end; first += LANES) {
        float some[LANES];
        for (int i = 0; i < LANES; i++) {
            const double probability = ((double)(first + i) + 0.5) / CELLS;
            some[i] = (float)(weight + (probability - at) / width * step);
        }
        memcpy(cells + first, some, (size_t)(end - first < LANES ? end - first : LANES) * sizeof *some);
    }
}

static void fill_cells(const portrait_t *portrait, float *cells)
{
    double at[PORTRAIT_WEIGHTS];
    for (int i = 0; i < PORTRAIT_WEIGHTS; i++)
        at[i] = portrait_probability(i);
    for (int upper = 1, first = 0, end; upper < PORTRAIT_WEIGHTS; upper++, first = end) {
        end = first;
        while (end < CELLS && (upper == PORTRAIT_WEIGHTS - 1 || ((double)end + 0.5) / CELLS < at[upper]))
            end++;
        const double *weight = &portrait->weight[upper];
        synthesis_fill_between(at[upper - 1], at[upper] - at[upper - 1], weight[-1], weight[0] - weight[-1], first, end,
                               cells);
    }
}

/* ===  Channels  === */

/* portrait_quantile() of the gains at number / 2^32, of all channels: a number's high bits are the place in the table. */
static void find_gains(const double *table, const uint32_t *numbers, float *gains)
{
    enum { SHIFT = 27, STEPS = 1 << (32 - SHIFT) };
    _Static_assert(STEPS == PORTRAIT_GAINS - 1, "a step of the table is a range of high bits");
    for (int channel = 0; channel < CHANNELS; channel++) {
        const uint32_t below = numbers[channel] >> SHIFT;
        const double part = (double)(numbers[channel] & ((1u << SHIFT) - 1)) / (1u << SHIFT);
        gains[channel] = (float)(table[below] + (table[below + 1] - table[below]) * part);
    }
}

/* Drawn position by position, kept group by group. */
static void draw_gains(const draw_t *draw, tausworthe_lanes_t *random, space_t *space)
{
    const int64_t all = draw->groups * draw->positions, room = draw->at_a_time * PORTRAIT_GROUP * draw->positions / 2;
    int64_t position = 0, group = 0;
    for (int64_t first = 0; first < all; first += room) {
        const int64_t some = all - first < room ? all - first : room;
        tausworthe_fill(random, some, space->numbers);
        for (int64_t i = 0; i < some; i++) {
            find_gains(draw->portrait->gain, space->numbers + i * CHANNELS,
                       space->gains + (group * draw->positions + position) * CHANNELS);
            if (++group == draw->groups) {
                group = 0;
                position++;
            }
        }
    }
}

/* Groups from `first` to `end` of some channels from number `k` on, whose random numbers are there. */
static void draw_groups(const draw_t *draw, const space_t *space, int64_t k, int64_t first, int64_t end,
                        const float *spread, synthesis_peaks_t *peaks)
{
    const int64_t positions = draw->positions, start = first * PORTRAIT_GROUP * positions,
                  last = end * PORTRAIT_GROUP * positions, left = draw->layer->k - k;
    const synthesis_part_t part = {.cells = draw->cells,
                                   .numbers = space->numbers,
                                   .gains = space->gains + first * positions * CHANNELS,
                                   .spread = spread,
                                   .rows = PORTRAIT_GROUP,
                                   .positions = positions,
                                   .first = start,
                                   .count = (last < draw->count ? last : draw->count) - start};
    synthesis_lanes(&part, space->weights, peaks);
    transpose_bytes(space->weights, part.count, CHANNELS, space->channels);
    for (int64_t lane = 0; lane < CHANNELS && lane < left; lane++)
        memcpy(draw->q + (k + lane) * draw->count + start, space->channels + lane * part.count, (size_t)part.count);
}

static void draw_channels_of(void *context, int64_t index, int worker)
{
    const draw_t *draw = context;
    space_t *space = &draw->spaces[worker];
    const int64_t first = index * CHANNELS, left = draw->layer->k - first, channels = left < CHANNELS ? left : CHANNELS;
    uint32_t seeds[CHANNELS];
    float spread[CHANNELS] = {0};
    synthesis_peaks_t peaks = {.place = {0}};
    tausworthe_lanes_t random;
    for (int64_t lane = 0; lane < CHANNELS; lane++) {
        seeds[lane] = mixed(draw->seed + 1 + (uint32_t)(first + lane));
        spread[lane] = lane < channels ? draw->spread[first + lane] : 0.0f;
        peaks.magnitude[lane] = -1.0f;
    }
    tausworthe_seed_lanes(seeds, &random);
    draw_gains(draw, &random, space);
    for (int64_t group = 0; group < draw->groups; group += draw->at_a_time) {
        const int64_t end = draw->groups - group < draw->at_a_time ? draw->groups : group + draw->at_a_time;
        const int64_t begin = group * PORTRAIT_GROUP,
                      rows = end * PORTRAIT_GROUP < draw->layer->c ? end * PORTRAIT_GROUP - begin : draw->layer->c - begin;
        tausworthe_fill(&random, (rows * draw->positions + 1) / 2, space->numbers);
        draw_groups(draw, space, first, group, end, spread, &peaks);
    }
    for (int64_t lane = 0; lane < channels; lane++)
        if (spread[lane] > 0.0f)
            draw->q[(first + lane) * draw->count + peaks.place[lane]] = peaks.value[lane] < 0.0f ? -128 : 127;
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
    gsl_rng_set(draw->random, mixed(draw->seed));
    draw_strata(draw->random, portrait->spread, 1.0 / growth, draw->layer->k, draw->spread);
    draw_strata(draw->random, portrait->scale, size, draw->layer->k, scale);
}

static outcome_t open_draw(draw_t *draw, int threads)
{
    const size_t group = (size_t)(PORTRAIT_GROUP * draw->positions), some = group * (size_t)draw->at_a_time,
                 gains = (size_t)(draw->positions * draw->groups);
    draw->cells = malloc(CELLS * sizeof *draw->cells);
    draw->spread = malloc((size_t)draw->layer->k * sizeof *draw->spread);
    draw->random = gsl_rng_alloc(gsl_rng_taus2);
    draw->spaces = calloc((size_t)threads, sizeof *draw->spaces);
    bool short_of = !draw->cells || !draw->spread || !draw->random || !draw->spaces;
    for (int i = 0; i < threads && !short_of; i++) {
        space_t *space = &draw->spaces[i];
        space->numbers = malloc(some / 2 * CHANNELS * sizeof *space->numbers);
        space->gains = malloc(CHANNELS * gains * sizeof *space->gains);
        space->weights = malloc(some * CHANNELS);
        space->channels = malloc(some * CHANNELS);
        short_of = !space->numbers || !space->gains || !space->weights || !space->channels;
    }
    return short_of ? outcome_out_of_memory(draw->layer->name) : outcome_ok();
}

static void close_draw(draw_t *draw, int threads)
{
    for (int i = 0; draw->spaces != NULL && i < threads; i++) {
        free(draw->spaces[i].numbers);
        free(draw->spaces[i].gains);
        free(draw->spaces[i].weights);
        free(draw->spaces[i].channels);
    }
    if (draw->random != NULL)
        gsl_rng_free(draw->random);
    free(draw->spaces);
    free(draw->cells);
    free(draw->spread);
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
    const int64_t group = PORTRAIT_GROUP * draw.positions;
    draw.at_a_time = group < AT_A_TIME ? AT_A_TIME / group : 1;
    outcome_t result = open_draw(&draw, threads);
    if (outcome_is_ok(&result)) {
        fill_cells(portrait, draw.cells);
        draw_channels(&draw, scale);
        result = threads_for(threads, (layer->k + CHANNELS - 1) / CHANNELS, draw_channels_of, &draw);
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
