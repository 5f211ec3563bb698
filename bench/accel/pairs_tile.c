/* SPDX-License-Identifier: GPL-3.0-or-later */
/* By vectors.h not every pair of bitmaps is looked at:
 *
 * * The pairs of all rows and columns of a slice are, bit by bit, the rows that have the bit times the columns that have
 * it: a product of bytes.
 * * No PE of a column multiplies more pairs than the column has ones. So columns are tried from the most ones on, and the
 *   search ends at the first that cannot exceed the largest number so far. */
#include "accel/pairs_tile.h"

#include "base/clones.h"
#include "base/vectors.h"

#include <stdlib.h>
#include <string.h>
#ifdef VECTORS
#include <immintrin.h>
#endif

enum { EIGHT = 8 };

outcome_t pairs_tile_open(int64_t rows, int64_t slices, int64_t group, pairs_tile_t *tile)
{
    *tile = (pairs_tile_t){.group = group, .slices = slices, .room = (rows + EIGHT - 1) / EIGHT * EIGHT};
    tile->words = malloc((size_t)(slices * 2 * tile->room) * sizeof *tile->words);
    tile->counts = malloc((size_t)(slices * BITMAP_BITS));
    if (tile->words != NULL && tile->counts != NULL)
        return outcome_ok();
    pairs_tile_close(tile);
    return outcome_out_of_memory("weights of a tile");
}

void pairs_tile_close(pairs_tile_t *tile)
{
    free(tile->words);
    free(tile->counts);
    *tile = (pairs_tile_t){0};
}

void pairs_tile_clear(pairs_tile_t *tile)
{
    memset(tile->words, 0, (size_t)(tile->slices * 2 * tile->room) * sizeof *tile->words);
    memset(tile->counts, 0, (size_t)(tile->slices * BITMAP_BITS));
    tile->rows = tile->nonzero = 0;
}

/* ===  Rows  === */

/* A bit for each of eight bytes that is not zero. */
static inline uint64_t nonzero_of(const int8_t *weights)
{
    const uint64_t low = 0x7f7f7f7f7f7f7f7fu, each_1 = 0x0101010101010101u, gather = 0x0102040810204080u;
    uint64_t word;
    memcpy(&word, weights, sizeof word);
    return ((((word & low) + low) | word) >> 7 & each_1) * gather >> 56;
}

static void add_plain(pairs_tile_t *tile, const int8_t *row)
{
    for (int64_t slice = 0; slice < tile->slices; slice++, row += tile->group) {
        uint64_t *words = tile->words + slice * 2 * tile->room + tile->rows, halves[2] = {0};
        int64_t i = 0;
        for (; i + EIGHT <= tile->group; i += EIGHT)
            halves[i / 64] |= nonzero_of(row + i) << i % 64;
        for (; i < tile->group; i++)
            halves[i / 64] |= (uint64_t)(row[i] != 0) << i % 64;
        words[0] = halves[0];
        words[tile->room] = halves[1];
        tile->nonzero += __builtin_popcountll(halves[0]) + __builtin_popcountll(halves[1]);
    }
}

#ifdef VECTORS
enum { HALF = BITMAP_BITS / 2 };

/* Add one half of a slice of a row: `there` are its weights. */
VECTORS_INLINE uint64_t add_half(const int8_t *weights, __mmask64 there, uint8_t *counts)
{
    const __m512i half = _mm512_maskz_loadu_epi8(there, weights), sums = _mm512_loadu_si512(counts);
    const __mmask64 bits = _mm512_test_epi8_mask(half, half);
    _mm512_storeu_si512(counts, _mm512_mask_add_epi8(sums, bits, sums, _mm512_set1_epi8(1)));
    return bits;
}

VECTORS static void add_by_vectors(pairs_tile_t *tile, const int8_t *row)
{
    const int64_t second = tile->group - HALF;
    const __mmask64 first_there = second >= 0 ? ~(__mmask64)0 : ((__mmask64)1 << tile->group) - 1,
                    second_there = second >= HALF ? ~(__mmask64)0
                                   : second > 0   ? ((__mmask64)1 << second) - 1
                                                  : 0;
    for (int64_t slice = 0; slice < tile->slices; slice++, row += tile->group) {
        uint64_t *words = tile->words + slice * 2 * tile->room + tile->rows;
        uint8_t *counts = tile->counts + slice * BITMAP_BITS;
        words[0] = add_half(row, first_there, counts);
        words[tile->room] = add_half(row + HALF, second_there, counts + HALF);
        tile->nonzero += __builtin_popcountll(words[0]) + __builtin_popcountll(words[tile->room]);
    }
}
#else
#define add_by_vectors add_plain
#endif

void pairs_tile_add(pairs_tile_t *tile, const int8_t *row)
{
    if (vectors_there())
        add_by_vectors(tile, row);
    else
        add_plain(tile, row);
    tile->rows++;
}

/* ===  Every pair  === */

/* Up to 16 columns, a lane each; columns that are not there have no ones. */
enum { LANES = 16 };
typedef struct {
    uint64_t low[LANES], high[LANES];
} lanes_t;

typedef struct {
    int64_t sum, most;
} pairs_of_t;

/* One count of bits is one instruction where the processor has it; the loader picks by cpuid. Clang 14 gives even a static
 * clone a global symbol, so its name has the module prefix. */
CLONES("popcnt", "default")
static pairs_of_t accel_pairs_of(const uint64_t *words, int64_t room, int64_t rows, const lanes_t *columns)
{
    uint64_t sums[LANES] = {0}, most[LANES] = {0};
    pairs_of_t pairs = {0};
    for (int64_t row = 0; row < rows; row++) {
        const uint64_t low = words[row], high = words[room + row];
        for (int lane = 0; lane < LANES; lane++) {
            const uint64_t count = (uint64_t)__builtin_popcountll(columns->low[lane] & low) +
                                   (uint64_t)__builtin_popcountll(columns->high[lane] & high);
            sums[lane] += count;
            most[lane] = count > most[lane] ? count : most[lane];
        }
    }
    for (int lane = 0; lane < LANES; lane++) {
        pairs.sum += (int64_t)sums[lane];
        pairs.most = (int64_t)most[lane] > pairs.most ? (int64_t)most[lane] : pairs.most;
    }
    return pairs;
}

/* One slice with one step. */
static pairs_of_t every_pair(const pairs_tile_t *tile, const uint64_t *words, const bitmap_t *columns, int64_t count)
{
    pairs_of_t all = {0};
    for (int64_t first = 0; first < count; first += LANES) {
        lanes_t lanes = {.low = {0}};
        for (int64_t lane = 0; lane < LANES && first + lane < count; lane++) {
            lanes.low[lane] = columns[first + lane].words[0];
            lanes.high[lane] = columns[first + lane].words[1];
        }
        const pairs_of_t pairs = accel_pairs_of(words, tile->room, tile->rows, &lanes);
        all.sum += pairs.sum;
        all.most = pairs.most > all.most ? pairs.most : all.most;
    }
    return all;
}

static void count_plain(const pairs_tile_t *tile, const pairs_inputs_t *inputs, int64_t group, int64_t count, int64_t load,
                        pairs_sum_t *sums)
{
    for (int64_t slice = 0; slice < tile->slices; slice++)
        for (int64_t step = 0; step < count; step++) {
            const int64_t place = (group * tile->slices + slice) * inputs->room + step;
            const pairs_of_t pairs = every_pair(tile, tile->words + slice * 2 * tile->room,
                                                inputs->bitmaps + place * inputs->columns, inputs->used[step]);
            sums[step].pairs += pairs.sum;
            sums[step].cycles += pairs.most > load ? pairs.most : load;
        }
}

/* ===  By vectors  === */

#ifdef VECTORS
/* The larger of `most` and the largest number of pairs that a row of the tile has with one column, in each lane. */
VECTORS_INLINE __m512i most_of_column(const uint64_t *words, int64_t room, int64_t rows, const bitmap_t *column,
                                      __m512i most)
{
    const __m512i low = _mm512_set1_epi64((int64_t)column->words[0]), high = _mm512_set1_epi64((int64_t)column->words[1]);
    for (int64_t row = 0; row < rows; row += EIGHT) {
        const __m512i a = _mm512_and_si512(low, _mm512_loadu_si512(words + row)),
                      b = _mm512_and_si512(high, _mm512_loadu_si512(words + room + row));
        most = _mm512_max_epu64(most, _mm512_add_epi64(_mm512_popcnt_epi64(a), _mm512_popcnt_epi64(b)));
    }
    return most;
}

VECTORS_INLINE int64_t most_of_slice(const uint64_t *words, int64_t room, int64_t rows, const bitmap_t *columns,
                                     const uint8_t *ones, int64_t count, int64_t least)
{
    int64_t most = least;
    __m512i lanes = _mm512_setzero_si512();
    for (int64_t column = 0; column < count && ones[column] > most; column++) {
        lanes = most_of_column(words, room, rows, &columns[column], lanes);
        const int64_t larger = (int64_t)_mm512_reduce_max_epu64(lanes);
        most = larger > most ? larger : most;
    }
    return most;
}

VECTORS_INLINE int64_t pairs_of_slice(const uint8_t *rows, const int8_t *columns)
{
    const __m512i first =
        _mm512_dpbusd_epi32(_mm512_setzero_si512(), _mm512_loadu_si512(rows), _mm512_loadu_si512(columns));
    return _mm512_reduce_add_epi32(
        _mm512_dpbusd_epi32(first, _mm512_loadu_si512(rows + HALF), _mm512_loadu_si512(columns + HALF)));
}

VECTORS static void count_by_vectors(const pairs_tile_t *tile, const pairs_inputs_t *inputs, int64_t group, int64_t count,
                                     int64_t load, pairs_sum_t *sums)
{
    for (int64_t slice = 0; slice < tile->slices; slice++) {
        const uint64_t *words = tile->words + slice * 2 * tile->room;
        const int64_t first = (group * tile->slices + slice) * inputs->room;
        for (int64_t step = 0; step < count; step++) {
            const int64_t place = first + step, at = place * inputs->columns;
            sums[step].cycles += most_of_slice(words, tile->room, tile->rows, inputs->bitmaps + at, inputs->ones + at,
                                               inputs->used[step], load);
            sums[step].pairs += pairs_of_slice(tile->counts + slice * BITMAP_BITS, inputs->counts + place * BITMAP_BITS);
        }
    }
}
#else
#define count_by_vectors count_plain
#endif

void pairs_tile_count(const pairs_tile_t *tile, const pairs_inputs_t *inputs, int64_t group, int64_t count, int64_t load,
                      pairs_sum_t *sums)
{
    if (inputs->by_vectors)
        count_by_vectors(tile, inputs, group, count, load, sums);
    else
        count_plain(tile, inputs, group, count, load, sums);
}
