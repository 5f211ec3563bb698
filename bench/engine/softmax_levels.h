/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_SOFTMAX_LEVELS_H
#define BBS_ENGINE_SOFTMAX_LEVELS_H

#include "engine/levels.h"

/* Probabilities of attention as levels: levels_finish_rows() of the scores without bias and residual, rows_softmax() and
 * levels_round() with 255 levels of probability 1, row by row, so that a row stays in the first cache. The same bytes.
 *
 * `scores->target` is room for SOFTMAX_ROWS rows, each rounded up to 64 floats; scores->stride, bias and accumulate count
 * nothing. Rows of levels are dense. */
enum { SOFTMAX_ROWS = 8 };
void softmax_to_levels(const levels_rows_t *scores, int64_t rows, int64_t width, float scale, uint8_t *levels);

/* For tests: the form for AVX-512, which returns false and does nothing on other processors, and the portable one. */
bool softmax_wide_to_levels(const levels_rows_t *scores, int64_t rows, int64_t width, float scale, uint8_t *levels);
void softmax_portable_to_levels(const levels_rows_t *scores, int64_t rows, int64_t width, float scale, uint8_t *levels);

#endif
