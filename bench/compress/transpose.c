/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks of 8 x 8 bytes are transposed in registers: three rounds of interleaving bytes, pairs and fours, with the
 * compiler's vectors of 16 bytes, which are SSE2 on x86-64 and NEON on arm64. The rest is transposed byte by byte.
 *
 * Few columns, such as the nine positions of a kernel, go another way with vectors.h: 64 bytes of a column lie in as many
 * vectors as there are columns, and an instruction picks bytes from two of these at once. */
#include "compress/transpose.h"

#include "base/vectors.h"

#include <string.h>
#ifdef VECTORS
#include <immintrin.h>
#endif

enum { BLOCK = 8 };
typedef int8_t bytes_t __attribute__((vector_size(16)));
typedef int16_t pairs_t __attribute__((vector_size(16)));
typedef int32_t fours_t __attribute__((vector_size(16)));

static inline bytes_t load_row(const int8_t *from)
{
    bytes_t row = {0};
    memcpy(&row, from, BLOCK);
    return row;
}

static inline bytes_t zip_bytes(bytes_t a, bytes_t b)
{
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

static inline fours_t zip_pairs(bytes_t a, bytes_t b, int high)
{
    pairs_t x = (pairs_t)a, y = (pairs_t)b;
    return (fours_t)(high ? __builtin_shufflevector(x, y, 4, 12, 5, 13, 6, 14, 7, 15)
                          : __builtin_shufflevector(x, y, 0, 8, 1, 9, 2, 10, 3, 11));
}

/* Columns 2i and 2i + 1 of the block, from the halves of rows 0 to 3 and 4 to 7. */
static inline void store_columns(fours_t a, fours_t b, int high, int8_t *to, int64_t stride)
{
    fours_t both = high ? __builtin_shufflevector(a, b, 2, 6, 3, 7) : __builtin_shufflevector(a, b, 0, 4, 1, 5);
    memcpy(to, &both, BLOCK);
    memcpy(to + stride, (const int8_t *)&both + BLOCK, BLOCK);
}

/* One block: rows of `from` are `columns` apart, rows of `to` `rows`. */
static inline void turn_block(const int8_t *from, int64_t columns, int8_t *to, int64_t rows)
{
    bytes_t first = zip_bytes(load_row(from), load_row(from + columns));
    bytes_t second = zip_bytes(load_row(from + 2 * columns), load_row(from + 3 * columns));
    bytes_t third = zip_bytes(load_row(from + 4 * columns), load_row(from + 5 * columns));
    bytes_t fourth = zip_bytes(load_row(from + 6 * columns), load_row(from + 7 * columns));
    fours_t upper = zip_pairs(first, second, 0), lower = zip_pairs(third, fourth, 0);
    store_columns(upper, lower, 0, to, rows);
    store_columns(upper, lower, 1, to + 2 * rows, rows);
    upper = zip_pairs(first, second, 1), lower = zip_pairs(third, fourth, 1);
    store_columns(upper, lower, 0, to + 4 * rows, rows);
    store_columns(upper, lower, 1, to + 6 * rows, rows);
}

/* Rows [first, end) and the columns from `column` on, of a matrix [rows][columns]. */
static inline void turn_bytes(const int8_t *from, int64_t rows, int64_t columns, int8_t *to, int64_t first, int64_t end,
                              int64_t column)
{
    for (; column < columns; column++)
        for (int64_t row = first; row < end; row++)
            to[column * rows + row] = from[row * columns + column];
}

void transpose_bytes_plain(const int8_t *from, int64_t rows, int64_t columns, int8_t *to)
{
    int64_t whole_rows = rows / BLOCK * BLOCK, whole_columns = columns / BLOCK * BLOCK;
    for (int64_t row = 0; row < whole_rows; row += BLOCK) {
        for (int64_t column = 0; column < whole_columns; column += BLOCK)
            turn_block(from + row * columns + column, columns, to + column * rows + row, rows);
        turn_bytes(from, rows, columns, to, row, row + BLOCK, whole_columns);
    }
    turn_bytes(from, rows, columns, to, whole_rows, rows, 0);
}

#ifdef VECTORS
enum { FEWEST_ROWS = 32, MOST_COLUMNS = 16, VECTOR = 64, PAIR = 2 * VECTOR, PAIRS = MOST_COLUMNS / 2 };

/* Byte i of a column is byte i * columns + column of a block of 64 rows. */
typedef struct {
    __m512i places;                    /* of column 0, in its pair of vectors */
    __mmask64 in[MOST_COLUMNS][PAIRS]; /* the bytes of a column that lie in a pair */
} picks_t;

VECTORS_INLINE picks_t picks_of(int64_t columns)
{
    picks_t picks;
    const __m512i steps = _mm512_set1_epi16((short)columns);
    uint16_t numbers[VECTOR];
    for (int i = 0; i < VECTOR; i++)
        numbers[i] = (uint16_t)i;
    const __m512i low = _mm512_mullo_epi16(_mm512_loadu_si512(numbers), steps),
                  high = _mm512_mullo_epi16(_mm512_loadu_si512(numbers + VECTOR / 2), steps);
    picks.places = _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi16_epi8(low)), _mm512_cvtepi16_epi8(high), 1);
    for (int64_t column = 0; column < columns; column++)
        for (int64_t pair = 0; pair <= (columns - 1) / 2; pair++) {
            const __m512i own = _mm512_set1_epi16((short)column), wanted = _mm512_set1_epi16((short)pair);
            const uint64_t first = _mm512_cmpeq_epi16_mask(_mm512_srli_epi16(_mm512_add_epi16(low, own), 7), wanted),
                           second = _mm512_cmpeq_epi16_mask(_mm512_srli_epi16(_mm512_add_epi16(high, own), 7), wanted);
            picks.in[column][pair] = first | second << VECTOR / 2;
        }
    return picks;
}

VECTORS_INLINE __mmask64 first_bytes(int64_t count)
{
    return count >= VECTOR ? ~(__mmask64)0 : count <= 0 ? 0 : ((__mmask64)1 << count) - 1;
}

VECTORS_INLINE void turn_columns(const int8_t *from, int64_t rows, int64_t columns, int8_t *to)
{
    const picks_t picks = picks_of(columns);
    const int64_t pairs = (columns + 1) / 2;
    for (int64_t row = 0; row < rows; row += VECTOR) {
        const int64_t bytes = (rows - row) * columns;
        __m512i source[MOST_COLUMNS] = {{0}};
#pragma GCC unroll 16 /* the sources become registers */
        for (int64_t i = 0; i < 2 * pairs; i++)
            source[i] = _mm512_maskz_loadu_epi8(first_bytes(i < columns ? bytes - i * VECTOR : 0),
                                                from + row * columns + i * VECTOR);
#pragma GCC unroll 16
        for (int64_t column = 0; column < columns; column++) {
            const __m512i places = _mm512_add_epi8(picks.places, _mm512_set1_epi8((char)column));
            __m512i all = _mm512_setzero_si512();
#pragma GCC unroll 8
            for (int64_t pair = 0; pair < pairs; pair++)
                all = _mm512_or_si512(all, _mm512_maskz_permutex2var_epi8(picks.in[column][pair], source[2 * pair], places,
                                                                          source[2 * pair + 1]));
            _mm512_mask_storeu_epi8(to + column * rows + row, first_bytes(rows - row), all);
        }
    }
}

VECTORS static void turn_few_columns(const int8_t *from, int64_t rows, int64_t columns, int8_t *to)
{
    if (columns == 9)
        turn_columns(from, rows, 9, to);
    else if (columns == MOST_COLUMNS)
        turn_columns(from, rows, MOST_COLUMNS, to);
    else
        turn_columns(from, rows, columns, to);
}

void transpose_bytes(const int8_t *from, int64_t rows, int64_t columns, int8_t *to)
{
    if (rows >= FEWEST_ROWS && columns <= MOST_COLUMNS && vectors_there())
        turn_few_columns(from, rows, columns, to);
    else
        transpose_bytes_plain(from, rows, columns, to);
}
#else
void transpose_bytes(const int8_t *from, int64_t rows, int64_t columns, int8_t *to)
{
    transpose_bytes_plain(from, rows, columns, to);
}
#endif
