/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The set for processors with AVX-512 VNNI (tiles.h): weights are packed once, no window is copied, and sums go to the
 * reader while they are in the first cache. A convolution is a product whose rows are pixels: each tap of a row points to
 * the pixel that it reads, or to zeros outside the plane, so nothing is gathered (an indirect product, as in Dukhan 2019).
 * A convolution with groups is left to oneDNN. */
#include "engine/product.h"

#include "base/large.h"
#include "engine/parts.h"
#include "engine/tiles.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROWS = 48,      /* at a time: a multiple of a tile's; with 64 outputs 12 KB of sums */
    PAIR_ROWS = 48, /* of queries: with 197 keys 40 KB of scores */
    BLOCK = 10 * ROWS,
    CACHED = 3 << 17, /* bytes of inputs that are kept in the second cache, beside two panels of weights */
    ALIGNMENT = 64,
    LARGE = 1 << 21 /* bytes: then in pages of this size, whose addresses the processor finds sooner */
};

struct product {
    product_shape_t shape;
    tiles_shape_t tiles; /* of one range */
    int64_t ranges;
    int part_count;
    int8_t *packed[PARTS_LIMIT]; /* [ranges] */
    uint8_t *outside;            /* zeros */
    product_t *grouped;          /* of product_fast, which then does everything */
};

static void *aligned_zeros(int64_t bytes)
{
    const size_t size = ((size_t)bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    void *memory = size < LARGE ? aligned_alloc(ALIGNMENT, size) : large_alloc(size);
    if (memory != NULL)
        memset(memory, 0, size);
    return memory;
}

static outcome_t open_tiles(const product_shape_t *shape, product_t **opened)
{
    product_t *product = calloc(1, sizeof *product);
    *opened = product;
    if (product == NULL)
        return outcome_out_of_memory("integer weights");
    product->shape = *shape;
    if (product_groups(shape) > 1)
        return product_fast.open(shape, &product->grouped);
    product->ranges = shape->ranges > 1 ? shape->ranges : 1;
    product->part_count = 1;
    product->tiles = (tiles_shape_t){.outputs = shape->k, .taps = shape->kh * shape->kw, .c = shape->c / product->ranges};
    product->outside = aligned_zeros(shape->c + TILES_ROOM);
    return product->outside != NULL ? outcome_ok() : outcome_out_of_memory("integer weights");
}

static void close_tiles(product_t *product)
{
    if (product == NULL)
        return;
    product_fast.close(product->grouped);
    for (int part = 0; part < PARTS_LIMIT; part++)
        free(product->packed[part]);
    free(product->outside);
    free(product);
}

/* ===  Weights  === */

/* Pack output `k` of one part; the memory is zero at first. */
static bool pack(product_t *product, int part, int64_t k, const int8_t *values)
{
    const tiles_shape_t *tiles = &product->tiles;
    const int64_t bytes = tiles_bytes(tiles);
    if (product->packed[part] == NULL)
        product->packed[part] = aligned_zeros(bytes * product->ranges);
    if (product->packed[part] == NULL)
        return false;
    for (int64_t range = 0; range < product->ranges; range++)
        tiles_pack(tiles, k, values + range * tiles->c, 1, tiles->taps, product->packed[part] + range * bytes);
    return true;
}

/* Nearly all rows are one part as they are; copy such a row. */
static bool fits(const int16_t *weights, int64_t count, int8_t *values)
{
    int16_t outside = 0;
    for (int64_t i = 0; i < count; i++) {
        values[i] = (int8_t)weights[i];
        outside |= (int16_t)(weights[i] ^ values[i]);
    }
    return outside == 0;
}

static outcome_t set_tiles(product_t *product, int64_t first, int64_t rows, const int16_t *weights)
{
    if (product->grouped != NULL)
        return product_fast.set(product->grouped, first, rows, weights);
    const int64_t row = product_weights(&product->shape);
    outcome_t result = product_check(&product->shape, first, rows, weights);
    int8_t *values = calloc((size_t)(PARTS_LIMIT + 1), (size_t)row), *parts[PARTS_LIMIT];
    if (values == NULL && outcome_is_ok(&result))
        result = outcome_out_of_memory("integer weights");
    if (first == 0)
        product->part_count = 1;
    for (int part = 0; part < PARTS_LIMIT; part++)
        parts[part] = values + part * row;
    const int8_t *nothing = values + PARTS_LIMIT * row;
    for (int64_t k = 0; k < rows && outcome_is_ok(&result); k++) {
        const int needed =
            fits(weights + k * row, row, values) ? 1 : parts_split(weights + k * row, row, &parts_whole, parts);
        if (needed == 0)
            result = outcome_failed("integer kernels", "weights", "a row of too many parts", "at most 16",
                                    "use --kernels plain");
        product->part_count = needed > product->part_count ? needed : product->part_count;
        for (int part = 0; part < PARTS_LIMIT && outcome_is_ok(&result); part++)
            if ((part < needed || product->packed[part] != NULL) &&
                !pack(product, part, first + k, part < needed ? parts[part] : nothing))
                result = outcome_out_of_memory("integer weights");
    }
    free(values);
    return result;
}

/* ===  Running  === */

/* Rows that are multiplied by one panel of weights after the other: the panel comes from the second cache for all but the
 * first of them, and so do their inputs, of which one range or tap has `bytes`. */
static int64_t block_of(int64_t rows, int64_t bytes)
{
    const int64_t fitting = CACHED / bytes / ROWS * ROWS, most = fitting < ROWS ? ROWS : fitting > BLOCK ? BLOCK : fitting;
    return rows < most ? rows : most;
}

/* A block of rows of a product. */
typedef struct {
    const product_t *product;
    int64_t range;
    const uint8_t *const *at;
    int64_t first, rows;
    int32_t *sums; /* where the first row of the result begins */
    const product_reader_t *reader;
} run_t;

/* Some rows of one panel of outputs: their sums go to the reader, or to memory. */
static void multiply_piece(const run_t *run, int64_t panel, int64_t row, int64_t rows)
{
    const product_t *product = run->product;
    const tiles_shape_t *tiles = &product->tiles;
    const int64_t output = panel * TILES_PANEL, left = tiles->outputs - output, offset = run->range * tiles_bytes(tiles);
    const uint8_t *const *at = run->at + row * tiles->taps;
    const bool reads = run->reader != NULL, ahead = row == 0 && left > TILES_PANEL;
    _Alignas(ALIGNMENT) int32_t own[ROWS * TILES_PANEL];
    if (reads && run->reader->finish != NULL && product->part_count == 1 &&
        tiles_finishes(tiles, panel, run->reader->finish)) {
        tiles_multiply_levels(tiles, product->packed[0] + offset, panel, at, run->first + row, rows, ahead,
                              run->reader->finish);
        return;
    }
    const int64_t stride = reads ? TILES_PANEL : tiles->outputs;
    int32_t *target = reads ? own : run->sums + row * stride + output;
    for (int part = 0; part < product->part_count; part++)
        tiles_multiply(tiles, product->packed[part] + offset, panel, at, rows, part > 0, ahead, target, stride);
    if (reads)
        run->reader->read(run->reader->context, &(product_piece_t){.row = run->first + row,
                                                                   .rows = rows,
                                                                   .output = output,
                                                                   .outputs = left < TILES_PANEL ? left : TILES_PANEL,
                                                                   .sums = own,
                                                                   .stride = TILES_PANEL});
}

/* Multiply the block by all outputs. */
static void multiply_block(const run_t *run)
{
    const int64_t panels = (run->product->tiles.outputs + TILES_PANEL - 1) / TILES_PANEL;
    for (int64_t panel = 0; panel < panels; panel++)
        for (int64_t row = 0; row < run->rows; row += ROWS)
            multiply_piece(run, panel, row, run->rows - row < ROWS ? run->rows - row : ROWS);
}

static int64_t scratch_tiles(const product_t *product)
{
    if (product->grouped != NULL)
        return product_fast.scratch(product->grouped);
    return BLOCK * product->tiles.taps * (int64_t)sizeof(const uint8_t *);
}

/* The pixel under each tap of the output in row `y` and column `x`. */
static void point(const product_t *product, const uint8_t *source, int64_t y, int64_t x, const uint8_t **at)
{
    const product_shape_t *shape = &product->shape;
    const int64_t top = y * shape->stride - shape->pad_top, left = x * shape->stride - shape->pad_left;
    if (top >= 0 && left >= 0 && top + shape->kh <= shape->in_h && left + shape->kw <= shape->in_w) { /* nearly always */
        for (int64_t ky = 0; ky < shape->kh; ky++)
            for (int64_t kx = 0; kx < shape->kw; kx++)
                *at++ = source + ((top + ky) * shape->in_w + left + kx) * shape->c;
        return;
    }
    for (int64_t ky = 0; ky < shape->kh; ky++)
        for (int64_t kx = 0; kx < shape->kw; kx++) {
            const int64_t row = top + ky, column = left + kx;
            const bool inside = row >= 0 && row < shape->in_h && column >= 0 && column < shape->in_w;
            *at++ = inside ? source + (row * shape->in_w + column) * shape->c : product->outside;
        }
}

static bool convolve_tiles(const product_t *product, const uint8_t *source, int32_t *sums, void *scratch,
                           const product_reader_t *reader)
{
    if (product->grouped != NULL)
        return product_fast.convolve(product->grouped, source, sums, scratch, reader);
    const product_shape_t *shape = &product->shape;
    const int64_t all = shape->out_h * shape->out_w, taps = product->tiles.taps, block = block_of(all, shape->c);
    const uint8_t **at = scratch;
    int64_t y = 0, x = 0;
    for (int64_t first = 0; first < all; first += block) {
        const int64_t rows = all - first < block ? all - first : block;
        for (int64_t row = 0; row < rows; row++) {
            point(product, source, y, x, at + row * taps);
            x = x + 1 < shape->out_w ? x + 1 : 0;
            y += x == 0;
        }
        multiply_block(&(run_t){
            .product = product, .at = at, .first = first, .rows = rows, .sums = sums + first * shape->k, .reader = reader});
    }
    return true;
}

static bool multiply_tiles(const product_t *product, int64_t rows, const uint8_t *source, int64_t stride, int64_t first,
                           int64_t count, int32_t *sums, void *scratch, const product_reader_t *reader)
{
    const int64_t block = block_of(rows, count);
    const uint8_t *at[BLOCK];
    (void)scratch;
    if (count != product->tiles.c || first % count != 0)
        return false;
    for (int64_t row = 0; row < rows; row += block) {
        const int64_t some = rows - row < block ? rows - row : block;
        for (int64_t i = 0; i < some; i++)
            at[i] = source + (row + i) * stride;
        multiply_block(&(run_t){.product = product,
                                .range = first / count,
                                .at = at,
                                .first = row,
                                .rows = some,
                                .sums = sums + row * product->shape.k,
                                .reader = reader});
    }
    return true;
}

static void pack_pair(bool transposed, int64_t n, int64_t k, const int8_t *b, int8_t *packed)
{
    const tiles_shape_t tiles = {.outputs = n, .taps = 1, .c = k};
    tiles_pack_matrix(&tiles, transposed, b, packed);
}

static bool pair_tiles(bool transposed, int64_t m, int64_t n, int64_t k, const uint8_t *a, const int8_t *b,
                       const int8_t *packed, int32_t *sums, int64_t stride, int32_t *more)
{
    const tiles_shape_t tiles = {.outputs = n, .taps = 1, .c = k};
    const uint8_t *at[ROWS];
    (void)transposed;
    (void)b;
    (void)more;
    for (int64_t row = 0; row < m; row += ROWS) {
        const int64_t some = m - row < ROWS ? m - row : ROWS;
        for (int64_t i = 0; i < some; i++)
            at[i] = a + (row + i) * k;
        for (int64_t output = 0; output < n; output += TILES_PANEL)
            tiles_multiply(&tiles, packed, output / TILES_PANEL, at, some, false, false, sums + row * stride + output,
                           stride);
    }
    return true;
}

const product_set_t product_tiles = {.open = open_tiles,
                                     .set = set_tiles,
                                     .scratch = scratch_tiles,
                                     .convolve = convolve_tiles,
                                     .multiply = multiply_tiles,
                                     .pair_rows = PAIR_ROWS,
                                     .pack = pack_pair,
                                     .pair = pair_tiles,
                                     .close = close_tiles};
