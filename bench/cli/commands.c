/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/commands.h"

#include "cli/simulate.h"

#include <stddef.h>

const command_t *const command_registry[] = {
    &command_simulate,
    NULL,
};
