/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Eight draws are summed at once, each in the order in which its parts were drawn, so every sum has the bits of a sum of
 * its own. */
#include "rows/resampling.h"

#include "rows/statistics.h"

#include <stdbool.h>
#include <stdlib.h>

#include <gsl/gsl_rng.h>

enum { LANES = 8, MOST_PARTS = UINT16_MAX + 1, MOST_BYTES = 1 << 26 };

static size_t blocks_of(size_t draws)
{
    return (draws + LANES - 1) / LANES;
}

/* ===  Numbers  === */

/* The numbers in the order of statistics_bootstrap_mean(): draw by draw. Lanes behind the last draw stay 0. */
static bool draw(size_t count, uint32_t seed, resampling_numbers_t *numbers)
{
    const size_t draws = statistics_bootstrap_draws(count);
    *numbers = (resampling_numbers_t){.count = count, .draws = draws, .seed = seed};
    if (count > MOST_PARTS || blocks_of(draws) * LANES * count * sizeof *numbers->parts > MOST_BYTES)
        return false;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    numbers->parts = calloc(blocks_of(draws) * LANES * count, sizeof *numbers->parts);
    if (random != NULL && numbers->parts != NULL) {
        gsl_rng_set(random, seed);
        for (size_t one = 0; one < draws; one++) {
            uint16_t *to = numbers->parts + one / LANES * count * LANES + one % LANES;
            for (size_t i = 0; i < count; i++)
                to[i * LANES] = (uint16_t)gsl_rng_uniform_int(random, count);
        }
    } else {
        free(numbers->parts);
        numbers->parts = NULL;
    }
    if (random != NULL)
        gsl_rng_free(random);
    return numbers->parts != NULL;
}

/* The numbers for so many parts: kept ones, else new ones in the place of those that were not used for longest. NULL: they
 * are not kept. */
static const resampling_numbers_t *find(resampling_t *resampling, size_t count, uint32_t seed)
{
    resampling_numbers_t *kept = resampling->kept, found;
    size_t place = 0;
    while (place + 1 < RESAMPLING_KEPT &&
           !(kept[place].parts != NULL && kept[place].count == count && kept[place].seed == seed))
        place++;
    found = kept[place];
    if (found.parts == NULL || found.count != count || found.seed != seed) {
        if (!draw(count, seed, &found))
            return NULL;
        free(kept[place].parts);
    }
    for (; place > 0; place--)
        kept[place] = kept[place - 1];
    kept[0] = found;
    return kept;
}

/* ===  Intervals  === */

/* The mean of each draw into means[blocks * LANES]. Without `counts` each part counts once. */
static void sum_draws(const resampling_numbers_t *numbers, const double *sums, const int64_t *counts, double *means)
{
    const uint16_t *parts = numbers->parts;
    for (size_t block = 0; block < blocks_of(numbers->draws); block++, parts += numbers->count * LANES) {
        double sum[LANES] = {0}, weight[LANES] = {0};
        for (size_t i = 0; i < numbers->count * LANES; i += LANES)
            for (size_t lane = 0; lane < LANES; lane++)
                sum[lane] += sums[parts[i + lane]];
        for (size_t i = 0; i < numbers->count * LANES && counts != NULL; i += LANES)
            for (size_t lane = 0; lane < LANES; lane++)
                weight[lane] += (double)counts[parts[i + lane]];
        for (size_t lane = 0; lane < LANES; lane++)
            means[block * LANES + lane] = sum[lane] / (counts != NULL ? weight[lane] : (double)numbers->count);
    }
}

void resampling_ratio(resampling_t *resampling, const double *sums, const int64_t *counts, size_t count, uint32_t seed,
                      double *low, double *high)
{
    const resampling_numbers_t *numbers = find(resampling, count, seed);
    double *means = numbers != NULL ? malloc(blocks_of(numbers->draws) * LANES * sizeof *means) : NULL;
    if (means == NULL) {
        statistics_bootstrap_ratio(sums, counts, count, seed, low, high);
        return;
    }
    sum_draws(numbers, sums, counts, means);
    statistics_interval(means, numbers->draws, low, high);
    free(means);
}

void resampling_mean(resampling_t *resampling, const double *values, size_t count, uint32_t seed, double *low, double *high)
{
    resampling_ratio(resampling, values, NULL, count, seed, low, high);
}

void resampling_free(resampling_t *resampling)
{
    for (int i = 0; i < RESAMPLING_KEPT; i++)
        free(resampling->kept[i].parts);
    *resampling = (resampling_t){0};
}
