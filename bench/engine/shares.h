/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_SHARES_H
#define BBS_ENGINE_SHARES_H

#include <stdint.h>

/* Probabilities whose columns have a step each, as levels of 8 bits with a step for each row: with x = shares[row, column]
 * step[column] and most the largest x of the row,
 *     levels = round(x 255 / most), row_step = most / 255; both 0 in a row of zeros.
 * No share and no step is negative. Rows are dense. The rules of levels.h hold: the same bytes on every processor. */
void shares_to_levels(const float *shares, int64_t rows, int64_t width, const float *step, uint8_t *levels,
                      float *row_step);

#endif
