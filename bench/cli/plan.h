/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_PLAN_H
#define BBS_CLI_PLAN_H

#include "cli/options.h"

extern const command_t command_plan;

#endif
