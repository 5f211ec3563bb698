/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_MODE_OPTIONS_H
#define BBS_CLI_MODE_OPTIONS_H

#include "cli/catalogues.h"
#include "cli/options.h"
#include "experiments/mode.h"
#include "run/choice.h"
#include "run/full.h"

/* The mode that the flags --smoke, --full and --real choose, those of them that the command has; without one the default
 * mode. FAULT_USAGE for two of them; `command` begins the error. */
outcome_t mode_options_choose(const options_t *options, const char *command, const run_mode_t **mode);

/* What the commands `run` and `plan` tell a mode that brings its networks: the full and the real mode. */
typedef struct {
    full_request_t request; /* points to the rest, and to texts of the options and of the choice */
    catalogue_t internal_catalogues[CATALOGUE_LIMIT];
    const char *internal_data[MATERIAL_NETS], *internal_calibration[MATERIAL_NETS];
} mode_options_t;

/* --from, --data, --calibration, --manifest, --kernels, --skip-bad, --offline, those of them that the command has, and the
 * choice. The caller sets evaluations, jobs, resume and log. Free with mode_options_free(), whatever the outcome; not to be
 * moved. */
outcome_t mode_options_read(const options_t *options, const choice_request_t *chosen, const run_mode_t *mode,
                            mode_options_t *read);
void mode_options_free(mode_options_t *read);

#endif
