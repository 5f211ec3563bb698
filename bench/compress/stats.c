/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zero values and zero bits follow from a histogram of the 256 values. For the columns of vectors,
 * eight weights are transposed to eight columns in one word (planes.h), and the ones of each byte are counted in place. */
#include "compress/stats.h"

#include "base/threads.h"
#include "compress/clones.h"
#include "compress/planes.h"
#include "compress/transpose.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_WEIGHTS = 1 << 15, VALUES = 256, HISTOGRAMS = 4, WORDS_A_BYTE = 31 }; /* 31 * 8 ones fit a byte's count */

/* The counts of one thread. */
typedef struct {
    int64_t histogram[VALUES]; /* by the byte of the value */
    int64_t bbs_bits;
    int64_t redundant[STATS_COLUMNS];
    int8_t *rows; /* scratch: a channel as rows of input channels */
} tally_t;

typedef struct {
    const compress_layer_t *layer;
    int64_t size, block_channels;
    int vector, group;
    tally_t *tallies;
} walk_t;

/* Several histograms are used in turn, so that increments of equal values do not wait for each other. */
static void count_values(const int8_t *weights, int64_t count, int64_t *histogram)
{
    uint32_t parts[HISTOGRAMS][VALUES] = {{0}};
    int64_t i = 0;
    for (; i + HISTOGRAMS <= count; i += HISTOGRAMS)
        for (int part = 0; part < HISTOGRAMS; part++)
            parts[part][(uint8_t)weights[i + part]]++;
    for (; i < count; i++)
        parts[0][(uint8_t)weights[i]]++;
    for (int value = 0; value < VALUES; value++)
        histogram[value] += (int64_t)parts[0][value] + parts[1][value] + parts[2][value] + parts[3][value];
}

/* Bits of one vector that are the more frequent one of their column. */
COMPRESS_INLINE int64_t majority_bits(const int8_t *weights, int64_t count)
{
    int64_t ones[STATS_COLUMNS] = {0}, majority = 0;
    for (int64_t at = 0; at < count;) {
        uint64_t sums = 0;
        for (int word = 0; word < WORDS_A_BYTE && at < count; word++, at += 8)
            sums += planes_count(planes_of(weights + at, count - at));
        for (int column = 0; column < STATS_COLUMNS; column++)
            ones[column] += (int64_t)(sums >> (8 * column) & 255);
    }
    for (int column = 0; column < STATS_COLUMNS; column++)
        majority += ones[column] > count - ones[column] ? ones[column] : count - ones[column];
    return majority;
}

/* The paper's vector of 8: of each column max(ones, 8 - ones), for all eight columns in one word. */
COMPRESS_INLINE int64_t majority_bits_of_8(const int8_t *weights)
{
    const uint64_t every = 0x0101010101010101u;
    uint64_t ones = planes_count(planes_of(weights, 8));
    uint64_t more = ((ones + every * 123) >> 7) & every; /* 1 where ones >= 5 */
    uint64_t majority = (ones & more * 255) | ((every * 8 - ones) & ~(more * 255));
    return (int64_t)(majority * every >> 56); /* at most 64 */
}

static void count_vectors(const walk_t *walk, const int8_t *row, tally_t *tally)
{
    int64_t c = walk->layer->c, at = 0;
    if (walk->vector == 8)
        for (; at + 8 <= c; at += 8)
            tally->bbs_bits += majority_bits_of_8(row + at);
    for (; at < c; at += walk->vector)
        tally->bbs_bits += majority_bits(row + at, c - at < walk->vector ? c - at : walk->vector);
}

COMPRESS_INLINE int redundant_of(const int8_t *weights, int64_t count)
{
    int8_t used = 0; /* a bit is set when it differs from the sign in some weight */
    for (int64_t i = 0; i < count; i++)
        used |= (int8_t)(weights[i] ^ (weights[i] < 0 ? -1 : 0));
    return used == 0 ? 7 : __builtin_clz((unsigned)used) - 25;
}

COMPRESS_CLONES
static void stats_groups(const int8_t *row, int64_t c, int64_t group, int64_t *redundant)
{
    int64_t at = 0;
    for (; group == 32 && at + 32 <= c; at += 32)
        redundant[redundant_of(row + at, 32)]++;
    for (; at < c; at += group)
        redundant[redundant_of(row + at, c - at < group ? c - at : group)]++;
}

static void count_block(void *context, int64_t index, int worker)
{
    const walk_t *walk = context;
    const compress_layer_t *layer = walk->layer;
    tally_t *tally = &walk->tallies[worker];
    int64_t first = index * walk->block_channels, end = first + walk->block_channels, positions = layer->kh * layer->kw;
    end = end > layer->k ? layer->k : end;
    count_values(layer->q + first * walk->size, (end - first) * walk->size, tally->histogram);
    for (int64_t channel = first; channel < end; channel++) {
        const int8_t *rows = layer->q + channel * walk->size;
        if (positions > 1) {
            transpose_bytes(rows, layer->c, positions, tally->rows);
            rows = tally->rows;
        }
        for (int64_t position = 0; position < positions; position++) {
            count_vectors(walk, rows + position * layer->c, tally);
            stats_groups(rows + position * layer->c, layer->c, walk->group, tally->redundant);
        }
    }
}

static void gather(const tally_t *tally, stats_t *stats)
{
    for (int byte = 0; byte < VALUES; byte++) {
        int value = (int8_t)byte, magnitude = value < -127 ? 127 : abs(value);
        int64_t count = tally->histogram[byte];
        stats->zeros += byte == 0 ? count : 0;
        stats->zero_bits_twos_complement += count * (8 - __builtin_popcount((unsigned)byte));
        stats->zero_bits_sign_magnitude += count * (8 - (value < 0) - __builtin_popcount((unsigned)magnitude));
    }
    stats->bbs_bits += tally->bbs_bits;
    for (int columns = 0; columns < STATS_COLUMNS; columns++) {
        stats->redundant[columns] += tally->redundant[columns];
        stats->groups += tally->redundant[columns];
    }
}

outcome_t stats_count(const compress_layer_t *layer, int vector, int group, int threads, stats_t *stats)
{
    *stats = (stats_t){.weights = compress_layer_size(layer)};
    walk_t walk = {.layer = layer, .size = stats->weights / layer->k, .vector = vector, .group = group};
    walk.block_channels = walk.size < BLOCK_WEIGHTS ? BLOCK_WEIGHTS / walk.size : 1;
    walk.tallies = calloc((size_t)threads, sizeof *walk.tallies);
    int8_t *rows = malloc((size_t)(threads * walk.size));
    outcome_t result = walk.tallies && rows ? outcome_ok() : outcome_out_of_memory(layer->name);
    for (int worker = 0; outcome_is_ok(&result) && worker < threads; worker++)
        walk.tallies[worker].rows = rows + worker * walk.size;
    if (outcome_is_ok(&result))
        result = threads_for(threads, (layer->k + walk.block_channels - 1) / walk.block_channels, count_block, &walk);
    for (int worker = 0; outcome_is_ok(&result) && worker < threads; worker++)
        gather(&walk.tallies[worker], stats);
    free(walk.tallies);
    free(rows);
    return result;
}

void stats_add(stats_t *sum, const stats_t *stats)
{
    sum->weights += stats->weights;
    sum->zeros += stats->zeros;
    sum->zero_bits_twos_complement += stats->zero_bits_twos_complement;
    sum->zero_bits_sign_magnitude += stats->zero_bits_sign_magnitude;
    sum->bbs_bits += stats->bbs_bits;
    sum->groups += stats->groups;
    for (int columns = 0; columns < STATS_COLUMNS; columns++)
        sum->redundant[columns] += stats->redundant[columns];
}

double stats_value_sparsity(const stats_t *stats)
{
    return stats->weights > 0 ? (double)stats->zeros / (double)stats->weights : 0;
}

double stats_bit_sparsity(const stats_t *stats, int64_t bits)
{
    return stats->weights > 0 ? (double)bits / (double)(STATS_COLUMNS * stats->weights) : 0;
}
