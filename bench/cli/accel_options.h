/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_ACCEL_OPTIONS_H
#define BBS_CLI_ACCEL_OPTIONS_H

#include "accel/accel.h"
#include "base/text.h"
#include "cli/options.h"

/* The options that say how accelerators are configured and where their energy comes from. */

#define ACCEL_OPTIONS                                                                                                     \
    {"profile", "paper|bitsim|FILE.ini", "paper", "configuration: the paper's, its simulator's, or your own"},            \
        {"set", "DESIGN.KEY=VALUE...", NULL, "change one setting, as bitvert.rows=16 or dram.gbytes_per_s=25.6; repeat"}, \
        {"oddity", "NAME...", NULL,                                                                                       \
         "one respect in which the authors' simulator computes otherwise (listed below); repeat"},                        \
        {"energy", "bitsim|table5", "bitsim", "PE energy: of the simulator, or the power of the paper's Table V"},        \
    {                                                                                                                     \
        "mixed", NULL, NULL, "with --energy table5: designs that are not in it take bitsim's"                             \
    }

/* configs[count] of the accelerators, and what they are in a few words: "bitsim, bitvert.rows=16, oddity no-metadata". */
outcome_t accel_options_configs(const options_t *options, const accelerator_t *const *accelerators, size_t count,
                                accel_config_t *configs, text_t *label);

/* The keys of single designs and the oddities, for --help. */
void accel_options_list(void);

/* The table of --energy. Without --mixed the accelerators that it lacks are taken off the list, and `*dropped` is what to
 * say of them, or "". */
outcome_t accel_options_energy(const options_t *options, const void **accelerators, size_t *count, const char **table,
                               text_t *dropped);

#endif
