/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MANUAL_COMPLETION_H
#define BBS_MANUAL_COMPLETION_H

#include "base/outcome.h"

#include <stdio.h>

/* Completion of commands, options and their values, as a script of a shell. Names are those of this build: networks,
 * methods, accelerators, experiments. Where a value is not known by name, files are completed. */

outcome_t completion_write_bash(FILE *stream);
outcome_t completion_write_zsh(FILE *stream);
outcome_t completion_write_fish(FILE *stream);

#endif
