/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_LEVELS_WIDE_H
#define BBS_ENGINE_LEVELS_WIDE_H

#include "engine/levels.h"

/* Functions of levels.h in two forms: the portable one, and one of intrinsics for processors with AVX-512, which computes
 * the same bytes. Only levels.h's functions, which choose, and tests call them.
 *
 * The wide form takes rows of whole blocks of 64 values (wide.h). It returns false, and does nothing, for other
 * widths, for forms of levels_finish_t that it does not have (ReLU6, floats, two groups), and on other processors. */

bool levels_wide_finish(const levels_finish_t *finish, int64_t rows, int64_t width);
bool levels_wide_of_rows(const float *values, int64_t rows, int64_t stride, int64_t width, uint8_t *levels, float *step);
bool levels_wide_of_signed_rows(const float *values, int64_t rows, int64_t stride, int64_t width, int8_t *levels,
                                float *step, int32_t *sum);
bool levels_wide_finish_rows(const levels_rows_t *finish, int64_t rows, int64_t width);

void levels_portable_max_pool(const uint8_t *source, const levels_window_t *window, int64_t width, uint8_t *target);
void levels_portable_finish(const levels_finish_t *finish, int64_t rows, int64_t width);
void levels_portable_of_rows(const float *values, int64_t rows, int64_t stride, int64_t width, uint8_t *levels,
                             float *step);
void levels_portable_of_signed_rows(const float *values, int64_t rows, int64_t stride, int64_t width, int8_t *levels,
                                    float *step, int32_t *sum);
void levels_portable_finish_rows(const levels_rows_t *finish, int64_t rows, int64_t width);

#endif
