/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_SCALING_H
#define BBS_MEASURE_SCALING_H

#include "accel/accel.h"

/* The bit-serial designs with 2 to 32 weight channels side by side, on ResNet-50 and on BERT for MRPC: what Figs 14 and 15
 * show. The paper calls the PEs of one weight channel a column; in the models it is a row of the array (accel.h).
 *
 * The profile bench/accel/config/scaling.ini configures each design for this study: 8 bit-serial lanes per PE, so
 * that the designs have the same number of multipliers at each point. */

enum { SCALING_POINTS = 5 };
extern const int64_t scaling_points[SCALING_POINTS];

/* Whether a design takes part: its lanes take one bit a cycle, and it declares no inequality (paper.ini, `unequal`). */
outcome_t scaling_takes(const accelerator_t *accelerator, bool *takes);

/* Rows of scaling_rows.h into the file at `path`, by network, design and point. Shares are in per cent of the slots of
 * lanes and add up to 100; without a value where a design does not look at bits. Full size, synthetic weights; the same
 * bytes for any number of threads. */
outcome_t scaling_run(int threads, const char *path);

#endif
