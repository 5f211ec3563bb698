/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MANUAL_PAGES_H
#define BBS_MANUAL_PAGES_H

#include "base/outcome.h"
#include "cli/options.h"

#include <stdio.h>

/* Manual pages in man(7), from the tables of commands and options that --help is made from. `date` is that of the version,
 * YYYY-MM-DD. */

void pages_write_program(const char *date, FILE *stream);                                /* bbsbench(1) */
outcome_t pages_write_command(const command_t *command, const char *date, FILE *stream); /* bbsbench-COMMAND(1) */

#endif
