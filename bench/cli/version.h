/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_VERSION_H
#define BBS_CLI_VERSION_H

#include "cli/options.h"

/* Commit, compiler and flags, libraries and versions, processor and instruction set. */
extern const command_t command_version;

#endif
