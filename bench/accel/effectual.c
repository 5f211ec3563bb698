/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/effectual.h"

#include "base/threads.h"
#include "compress/planes.h"

#include <stdlib.h>

enum { SUB_GROUP = 8, WHOLE = 8 };

typedef struct {
    const compress_layer_t *layer;
    const compressed_t *compressed;
    int columns, group;
    int64_t *bits; /* [k] */
} walk_t;

/* The ones or the zeros of each column, whichever are fewer, summed over the bits from `lowest` to `highest`. */
static int64_t minority(const int8_t *weights, int count, int lowest, int highest)
{
    uint64_t ones = planes_count(planes_of(weights, count));
    int64_t sum = 0;
    for (int bit = lowest; bit <= highest; bit++) {
        int column = (int)(ones >> (8 * bit) & 255);
        sum += column < count - column ? column : count - column;
    }
    return sum;
}

/* A channel that stays whole is cut as in Stripes (tile.h): along the plane of each input channel where the kernel has more
 * positions than the layer has input channels. */
static int64_t count_planes(const int8_t *row, int64_t planes, int64_t positions)
{
    int64_t sum = 0;
    for (int64_t plane = 0; plane < planes; plane++)
        for (int64_t at = 0; at < positions; at += SUB_GROUP) {
            int64_t left = positions - at;
            sum += minority(row + plane * positions + at, left < SUB_GROUP ? (int)left : SUB_GROUP, 0, 7);
        }
    return sum;
}

static void count_channel(void *context, int64_t k, int worker)
{
    (void)worker;
    const walk_t *walk = context;
    const compress_layer_t *layer = walk->layer;
    int64_t positions = layer->kh * layer->kw, per_channel = layer->c * positions;
    int64_t groups = (layer->c + walk->group - 1) / walk->group, sum = 0;
    const int8_t *stored = walk->compressed->stored;
    bool whole = stored == NULL || walk->compressed->bits[k] == WHOLE;
    const int8_t *row = (whole ? layer->q : stored) + k * per_channel;
    bool along_plane = whole && positions > layer->c;
    if (along_plane)
        sum = count_planes(row, layer->c, positions);
    for (int64_t position = 0; position < positions && !along_plane; position++)
        for (int64_t c = 0; c < layer->c; c += SUB_GROUP) {
            int8_t weights[SUB_GROUP];
            int count = layer->c - c < SUB_GROUP ? (int)(layer->c - c) : SUB_GROUP;
            for (int i = 0; i < count; i++)
                weights[i] = row[(c + i) * positions + position];
            int64_t group = (k * positions + position) * groups + c / walk->group;
            int redundant = whole ? 0 : walk->compressed->meta[group] >> 6;
            int lowest = whole ? 0 : walk->columns - redundant;
            sum += minority(weights, count, lowest > 0 ? lowest : 0, 7 - redundant);
        }
    walk->bits[k] = sum;
}

outcome_t effectual_count(const compress_layer_t *layer, const compressed_t *compressed, int columns, int group,
                          int threads, int64_t *bits)
{
    walk_t walk = {.layer = layer, .compressed = compressed, .columns = columns, .group = group};
    walk.bits = malloc((size_t)layer->k * sizeof *walk.bits);
    if (walk.bits == NULL)
        return outcome_out_of_memory(layer->name);
    outcome_t result = threads_for(threads, layer->k, count_channel, &walk);
    *bits = 0;
    for (int64_t k = 0; outcome_is_ok(&result) && k < layer->k; k++)
        *bits += walk.bits[k];
    free(walk.bits);
    return result;
}
