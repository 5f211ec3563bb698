/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_BITWAVE_ROWS_H
#define BBS_ACCEL_BITWAVE_ROWS_H

#include "accel/tile.h"

/* BitWave's columns of one output channel: which of them are not empty in each unit of eight weights, and the cycles of
 * slices of several units. */

enum { BITWAVE_UNIT = 8, BITWAVE_FILLED = 16 /* units: a run of the row is filled up to a multiple */ };

/* How a row lies: runs of `length` weights, `units` units, filled up with zeros to `room` units. tile_row_of() for groups
 * of BITWAVE_FILLED units makes it. */
typedef struct {
    int64_t runs, length, units, room;
} bitwave_row_t;

bitwave_row_t bitwave_row(const tile_layout_t *layout);

typedef struct {
    uint8_t counted; /* the columns that take a cycle; bit 7: signs */
    uint8_t empty;   /* cycles of a slice that has none of these */
    bool with_signs; /* the sign is a column of the mask */
} bitwave_rule_t;

typedef struct {
    int64_t ones; /* in the magnitudes; -128 counts as -127 */
    int64_t bits; /* stored: for each unit that is not empty a sign and the counted columns of each weight */
} bitwave_sums_t;

/* masks[runs * room]: bit b is set when some magnitude of the unit has bit b. */
bitwave_sums_t bitwave_masks(const bitwave_row_t *row, const bitwave_rule_t *rule, const int8_t *weights, uint8_t *masks);
/* The same on every processor. */
bitwave_sums_t bitwave_masks_plain(const bitwave_row_t *row, const bitwave_rule_t *rule, const int8_t *weights,
                                   uint8_t *masks);

/* Places of the slices of `wide` units: the slices of each run, then filling that takes no cycle. */
int64_t bitwave_places(const bitwave_row_t *row, int64_t wide);
int64_t bitwave_slices(const bitwave_row_t *row, int64_t wide); /* without the filling */

/* cycles[bitwave_places()]: a column is skipped when it is empty in all units of the slice. */
void bitwave_cycles(const bitwave_row_t *row, const bitwave_rule_t *rule, const uint8_t *masks, int64_t wide,
                    uint8_t *cycles);
/* The same on every processor. */
void bitwave_cycles_plain(const bitwave_row_t *row, const bitwave_rule_t *rule, const uint8_t *masks, int64_t wide,
                          uint8_t *cycles);

#endif
