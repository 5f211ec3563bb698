/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_ROOFLINE_H
#define BBS_MEASURE_ROOFLINE_H

#include "measure/model.h"
#include "rows/table.h"

/* The layers of a plan on a roofline: multiplications (MACs) per byte of DRAM traffic against multiplications per cycle.
 *
 * The roof is the least of two: the 8-bit multipliers of the array, one MAC each a cycle, and the bandwidth of the DRAM
 * times the MACs per byte. They meet at the ridge. Both follow from the configuration. A design whose weights have fewer
 * bits, or that skips bits, does more MACs than it has 8-bit multipliers: its layers may lie above the first, never above
 * the second. */
extern const rows_schema_t roofline_schema;

/* An empty table of that schema; free it. Then give it to a plan as `seer`, with roofline_see() as `see`: a row for each
 * layer. */
outcome_t roofline_create(rows_table_t *table);
outcome_t roofline_see(void *table, const model_seen_t *seen);

#endif
