/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_ODDITY_TOTALS_H
#define BBS_MEASURE_ODDITY_TOTALS_H

#include "base/outcome.h"

#include <stdbool.h>

/* The effect of each oddity of the authors' simulator (accel/oddity.h): all designs on the seven networks of the paper, in
 * the profile paper; in the profile bitsim without oddities, with each of them alone, and with all; and in bitsim with all
 * where the first layer is pruned too, which is the simulator itself. In the profile paper also settings of single designs
 * that can be argued either way, as "bitlet.group=64", each alone.
 *
 * `model` is a model.csv, whose totals are those of the profile paper without oddities.
 *
 * Rows of oddity_rows.h into the file at `path`, by first layer, network, design, profile and oddity. `brief`: without the
 * single oddities and the profile bitsim, but for the simulator itself. Full size, synthetic weights; the same bytes for
 * any number of threads. */
outcome_t oddity_totals_run(bool brief, int threads, const char *model, const char *path);

#endif
