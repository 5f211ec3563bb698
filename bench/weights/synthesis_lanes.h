/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_SYNTHESIS_LANES_H
#define BBS_WEIGHTS_SYNTHESIS_LANES_H

#include "base/tausworthe.h"

#include <stdbool.h>

/* The innermost step of synthesis.c: numbers -> INT8 weights, of sixteen channels, a lane each. */

enum { SYNTHESIS_LANES = TAUSWORTHE_LANES, SYNTHESIS_CELLS = 1 << 16 };

/* Some weights of each channel, in order. */
typedef struct {
    const float *cells;      /* [SYNTHESIS_CELLS], the inverse distribution function */
    const uint32_t *numbers; /* [(count + 1) / 2, lanes]: the low 16 bits choose one weight, the high ones the next */
    const float *gains;      /* [groups, positions, lanes]: a gain serves `rows` x positions weights */
    const float *spread;     /* [lanes] */
    int64_t rows, positions; /* of a group; weights go through the positions of a row, then through the rows */
    int64_t first, count;    /* number of the first weight in its channel, which begins a group; weights */
} synthesis_part_t;

/* The largest magnitude so far, in each channel. */
typedef struct {
    float value[SYNTHESIS_LANES];     /* with its sign */
    float magnitude[SYNTHESIS_LANES]; /* start: -1 */
    int64_t place[SYNTHESIS_LANES];
} synthesis_peaks_t;

/* weights[count, lanes], rounded to the grid and clamped; the peaks of the values before rounding, the first of equal
 * ones. */
void synthesis_lanes(const synthesis_part_t *part, int8_t *weights, synthesis_peaks_t *peaks);
/* The same on every processor. */
void synthesis_lanes_plain(const synthesis_part_t *part, int8_t *weights, synthesis_peaks_t *peaks);

#endif
