/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_ZPS_REGISTERS_H
#define BBS_COMPRESS_ZPS_REGISTERS_H

#include "compress/columns.h"
#include "compress/zps_round.h"
#include "compress/zps_search.h"

/* The squared distance of i to the nearest multiple of 2^p, for p from 0 to COLUMNS_MOST, over two periods of the longest:
 * a row of it, from a weight's residue on, has the squared errors of consecutive shifts of that weight. */
enum { ZPS_PERIOD_MOST = 1 << COLUMNS_MOST };
extern const uint16_t zps_squares[COLUMNS_MOST + 1][2 * ZPS_PERIOD_MOST];

/* The search of zero-point shifting for groups of up to 32 weights, in AVX2: all weights of a group are one register of
 * bytes, all sums of squares four registers of 16-bit numbers. It finds the shift of the search that tries every one. */
enum { ZPS_REGISTERS_MOST = 32 };

/* Can this processor run the functions below? */
bool zps_registers_available(void);

/* zps_search_t.search; `count` is at most ZPS_REGISTERS_MOST. */
void zps_registers_search(const zps_rule_t *rule, const int8_t *weights, int64_t count, int64_t groups, int *shifts);

/* Add a shift to a group of up to as many weights and round it to what is stored; returns the shift's plan. */
zps_plan_t zps_registers_encode(const int8_t *weights, int64_t count, int columns, int shift, bool ties_to_zero,
                                int8_t *stored);

#endif
