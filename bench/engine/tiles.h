/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_TILES_H
#define BBS_ENGINE_TILES_H

#include "engine/levels.h"

#include <stdbool.h>
#include <stdint.h>

/* Exact products of unsigned by signed bytes with sums of 32 bits, for processors with AVX-512 VNNI. Weights are packed
 * once. The sums of 64 outputs and a few rows stay in registers, so a product needs no memory of its own, and the caller
 * can go on with the sums while they are in the cache.
 *
 * A row of the result is the sum over `taps` of the products of c inputs: one tap for a matrix, kh * kw for a convolution,
 * whose taps lie apart in memory. */

enum { TILES_PANEL = 64 /* outputs that are computed together */, TILES_ROOM = 3 };

/* Can this processor run the functions below? */
bool tiles_available(void);

typedef struct {
    int64_t outputs, taps, c;
} tiles_shape_t;

/* Bytes of the packed weights: [panel][tap][c / 4][output of the panel][4], zeros where outputs or inputs end. The memory
 * is aligned to 64 bytes and zero before the first output is packed. */
int64_t tiles_bytes(const tiles_shape_t *shape);

/* Pack one output. Input i of tap t is weights[t * tap_step + i * input_step]. */
void tiles_pack(const tiles_shape_t *shape, int64_t output, const int8_t *weights, int64_t tap_step, int64_t input_step,
                int8_t *packed);

/* Pack all outputs of a matrix [c, outputs] or, transposed, [outputs, c]; one tap. */
void tiles_pack_matrix(const tiles_shape_t *shape, bool transposed, const int8_t *matrix, int8_t *packed);

/* sums[row, 0 .. outputs of the panel - 1] (+)= ... for `rows` rows; a row of sums begins each `stride` numbers. at[row *
 * taps + tap] points to c bytes; up to TILES_ROOM bytes behind them are read too, and count nothing. With `ahead` the
 * weights of the next panel are brought into the second cache meanwhile. */
void tiles_multiply(const tiles_shape_t *shape, const int8_t *packed, int64_t panel, const uint8_t *const *at, int64_t rows,
                    bool accumulate, bool ahead, int32_t *sums, int64_t stride);

/* The same, and the sums become levels while they are in registers: levels_finish() of them, bit for bit. `finish` is that
 * of all rows and outputs, without sums; `row` is the first row. Only for what tiles_finishes(). */
void tiles_multiply_levels(const tiles_shape_t *shape, const int8_t *packed, int64_t panel, const uint8_t *const *at,
                           int64_t row, int64_t rows, bool ahead, const levels_finish_t *finish);

/* One group, levels as result, levels as residual or none, one row of biases, no clipping, a whole panel. */
bool tiles_finishes(const tiles_shape_t *shape, int64_t panel, const levels_finish_t *finish);

#endif
