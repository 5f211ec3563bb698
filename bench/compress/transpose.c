/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks of 8 x 8 bytes are transposed in registers: three rounds of interleaving bytes, pairs and fours, with the
 * compiler's vectors of 16 bytes, which are SSE2 on x86-64 and NEON on arm64. The rest is transposed byte by byte. */
#include "compress/transpose.h"

#include <string.h>

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

void transpose_bytes(const int8_t *from, int64_t rows, int64_t columns, int8_t *to)
{
    int64_t whole_rows = rows / BLOCK * BLOCK, whole_columns = columns / BLOCK * BLOCK;
    for (int64_t row = 0; row < whole_rows; row += BLOCK) {
        for (int64_t column = 0; column < whole_columns; column += BLOCK)
            turn_block(from + row * columns + column, columns, to + column * rows + row, rows);
        turn_bytes(from, rows, columns, to, row, row + BLOCK, whole_columns);
    }
    turn_bytes(from, rows, columns, to, whole_rows, rows, 0);
}
