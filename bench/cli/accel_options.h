/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_ACCEL_OPTIONS_H
#define BBS_CLI_ACCEL_OPTIONS_H

#include "accel/accel.h"
#include "base/text.h"
#include "cli/options.h"

/* The options that choose the configuration of accelerators and the source of their energies. */

#define ACCEL_OPTIONS                                                                                                     \
    {"config", "paper|bitsim|FILE.ini", "paper", "configuration: the paper's, its simulator's, or your own"},             \
        {"set", "DESIGN.KEY=VALUE...", NULL,                                                                              \
         "change one setting: bitvert.rows=16, dram.gbytes_per_s=25.6; may be repeated"},                                 \
        {"oddity", "NAME[,NAME]|all", NULL,                                                                               \
         "reproduce oddities of the authors' simulator (listed below); may be repeated"},                                 \
        {"energy", "bitsim|table5", "bitsim", "source of PE energies: the authors' simulator, or the powers in Table V"}, \
    {                                                                                                                     \
        "mixed", NULL, NULL, "with --energy table5: take bitsim's energy for designs that Table V lacks"                  \
    }

/* The configurations of the accelerators, into configs[count]. `*label` names the profile and every change to it:
 * "bitsim, bitvert.rows=16, oddity no-metadata". */
outcome_t accel_options_configs(const options_t *options, const accelerator_t *const *accelerators, size_t count,
                                accel_config_t *configs, text_t *label);

/* Print the keys of single designs and the oddities, for --help. */
void accel_options_list(void);

/* The energy table of --energy. Accelerators that the table lacks are removed from the list, unless --mixed is given;
 * `*dropped` names those that were removed, or is "". */
outcome_t accel_options_energy(const options_t *options, const void **accelerators, size_t *count, const char **table,
                               text_t *dropped);

#endif
