/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_SPEEDUP_H
#define BBS_EXPERIMENTS_SPEEDUP_H

#include "base/csv.h"

/* speedup.csv: the totals of model.csv set against one design, one row a network and accelerator:
 *     net,size,accelerator,reference,cycles,speedup,energy_total_pj,energy_ratio,energy_on_chip_ratio,
 *     energy_dram_ratio,selection,mean_over_networks
 * speedup = reference cycles / cycles (above 1 is faster), the ratios = energy / total energy of the reference (below 1 is
 * less; the two parts add up to the whole). With two networks or more a row net = geomean follows for each accelerator:
 * geometric means over the networks, the two parts scaled to add up; mean_over_networks says "geometric" there. */

extern const char speedup_reference[]; /* "stripes", as the paper's Fig. 12 is normalised */

/* Rows from the `layer = total` rows of `model`, against the accelerator of that name; writes PATH whole or not at all. */
outcome_t speedup_write(const csv_table_t *model, const char *reference, const char *path);

#endif
