/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/activations.h"

#include <stdlib.h>

enum { LANES = 16 };

int64_t activation_place(const activation_shape_t *shape, int64_t channel, int64_t position)
{
    return (channel / shape->block * shape->positions + position) * shape->block + channel % shape->block;
}

void activation_free(activation_t *activation)
{
    free(activation->noise);
    *activation = (activation_t){0};
}

COMPRESS_INLINE float quantise_one(const grid_t *grid, float reciprocal, float scale, float value, float noise)
{
    return grid_nearest(grid, (value + noise) * reciprocal) * scale - noise;
}

/* Neighbours of one channel. */
COMPRESS_CLONES
static void activations_of_plane(const grid_t *at, float scale, const float *from, int64_t count, float noise, float *to)
{
    const grid_t grid = *at;
    const float reciprocal = grid_reciprocal(scale);
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (int lane = 0; lane < LANES; lane++)
            to[i + lane] = quantise_one(&grid, reciprocal, scale, from[i + lane], noise);
    for (; i < count; i++)
        to[i] = quantise_one(&grid, reciprocal, scale, from[i], noise);
}

/* Neighbours of one position. */
COMPRESS_CLONES
static void activations_of_channels(const grid_t *at, float scale, const float *from, int64_t count, const float *noise,
                                    float *to)
{
    const grid_t grid = *at;
    const float reciprocal = grid_reciprocal(scale);
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (int lane = 0; lane < LANES; lane++)
            to[i + lane] = quantise_one(&grid, reciprocal, scale, from[i + lane], noise[i + lane]);
    for (; i < count; i++)
        to[i] = quantise_one(&grid, reciprocal, scale, from[i], noise[i]);
}

void activation_by_tensor(const activation_t *by, const activation_shape_t *shape, const float *from, float *to)
{
    const int64_t all = shape->channels * shape->positions;
    if (by->noise == NULL) {
        grid_values(&by->grid, from, all, by->scale, to);
    } else if (shape->block == 1) {
        for (int64_t at = 0; at < all; at += shape->positions)
            activations_of_plane(&by->grid, by->scale, from + at, shape->positions, by->noise[at / shape->positions],
                                 to + at);
    } else {
        for (int64_t at = 0; at < all; at += shape->block)
            activations_of_channels(&by->grid, by->scale, from + at, shape->block,
                                    by->noise + at / (shape->positions * shape->block) * shape->block, to + at);
    }
}
