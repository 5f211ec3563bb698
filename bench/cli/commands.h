/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_COMMANDS_H
#define BBS_CLI_COMMANDS_H

#include "cli/options.h"

/* The subcommands, NULL-terminated, in the order of `bbsbench --help`. A command is one file and one line here. */
extern const command_t *const command_registry[];

#endif
