/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_HELP_H
#define BBS_CLI_HELP_H

#include "cli/options.h"

#include <stdio.h>

extern const command_t command_help;

/* All commands, one a line, and the exit codes. */
void help_print(FILE *stream);

/* The help of one command: usage, each option with its default and allowed values, details, examples, exit codes. */
void help_print_command(const command_t *command, FILE *stream);

/* The command of that name, also of an earlier version (`*old` says so). An unknown name is FAULT_USAGE, with near names.
 */
outcome_t help_find_command(const char *name, const command_t **command, bool *old);

#endif
