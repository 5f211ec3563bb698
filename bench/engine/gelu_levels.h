/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_GELU_LEVELS_H
#define BBS_ENGINE_GELU_LEVELS_H

#include <stdbool.h>
#include <stdint.h>

/* rows_gelu() and then levels_of_rows(), row by row, so that a row of GELUs stays in the first cache: the same levels and
 * steps, bit for bit. `room` is for one row. Levels are dense.
 *
 * Processors with AVX-512 compute an approximation of each GELU from a table, and the GELU itself only where the
 * approximation does not decide the level. */

enum { GELU_PIECES = 32 };

/* Taylor's polynomials of degree 3 of Phi(-t), [power][piece]. The numbers may differ between C libraries; the levels do
 * not. */
typedef struct {
    float power[4][GELU_PIECES];
} gelu_table_t;

void gelu_make_table(gelu_table_t *table);

void gelu_to_levels(const gelu_table_t *table, const float *values, int64_t rows, int64_t stride, int64_t width,
                    uint8_t *levels, float *step, float *room);

/* For tests: the form for AVX-512, which returns false and does nothing where the processor or the width is another one
 * (wide.h), the portable form, the approximation, and its largest difference from rows_gelu() for values up to `most`. */
bool gelu_wide_to_levels(const gelu_table_t *table, const float *values, int64_t rows, int64_t stride, int64_t width,
                         uint8_t *levels, float *step, float *room);
void gelu_portable_to_levels(const float *values, int64_t rows, int64_t stride, int64_t width, uint8_t *levels, float *step,
                             float *room);
bool gelu_approximate(const gelu_table_t *table, const float *values, int64_t count, float *results);
float gelu_error(float most);

#endif
