/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_ACCEL_OPTIONS_H
#define BBS_CLI_ACCEL_OPTIONS_H

#include "accel/configuration.h"
#include "base/text.h"
#include "cli/options.h"

#include <stdio.h>

/* The options that choose the configuration of accelerators and the source of their energies. */

#define ACCEL_OPTIONS                                                                                                     \
    {"config", "paper|bitsim|FILE.ini", "paper",                                                                          \
     "configuration: the paper's, its simulator's, or your own (--dump-config prints one)"},                              \
        {"method", "M...", NULL,                                                                                          \
         "prune as this method does, on the designs that run it: zps:columns=3:beta=0.1 (BitVert mod), ra (cons),\n"      \
         "bitflip (BitWave); may be repeated"},                                                                           \
        {"set", "DESIGN.KEY=VALUE...", NULL,                                                                              \
         "change one setting: dram.gbytes_per_s=25.6, all.input_sram_kib=128, bitvert.beta_percent=12.5; a value that\n"  \
         "would be rounded is refused; may be repeated"},                                                                 \
        {"oddity", "NAME[,NAME]|all", NULL,                                                                               \
         "reproduce oddities of the authors' simulator (listed below); may be repeated"},                                 \
        {"technology", "FILE.csv", NULL,                                                                                  \
         "constants of your own in place of some of technology.csv: name,value,unit,source"},                             \
        {"dump-config", NULL, NULL, "print what is in force as a file for --config, which gives the same rows, and end"}, \
        {"energy", "bitsim|table5", "bitsim", "source of PE energies: the authors' simulator, or the powers in Table V"}, \
    {                                                                                                                     \
        "mixed", NULL, NULL, "with --energy table5: take bitsim's energy for designs that Table V lacks"                  \
    }

/* The configurations of the accelerators, into configs[count], and their constants, to which they point, into `*more`, to
 * be freed with technology_free(&more->technology) in any case. `*label` names the profile and every change to it: "bitsim,
 * bitvert.rows=16, oddity no-metadata, technology mine.csv: dram.access=800". */
outcome_t accel_options_configs(const options_t *options, const accelerator_t *const *accelerators, size_t count,
                                accel_config_t *configs, configuration_more_t *more, text_t *label);

/* --dump-config: the configurations of all designs as a file for --config (accel/configuration_dump.h). */
outcome_t accel_options_dump(const options_t *options, FILE *stream);

/* Print the keys of single designs and the oddities, for --help. */
void accel_options_list(void);

/* The energy table of --energy. Accelerators that the table lacks are removed from the list, unless --mixed is given;
 * `*dropped` names those that were removed, or is "". */
outcome_t accel_options_energy(const options_t *options, const void **accelerators, size_t *count, const char **table,
                               text_t *dropped);

#endif
