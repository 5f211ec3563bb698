/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/commands.h"

#include "cli/compress.h"
#include "cli/explain.h"
#include "cli/pack.h"
#include "cli/quantize.h"
#include "cli/stats.h"
#include "cli/unpack.h"

#include <stddef.h>

const command_t *const command_registry[] = {
    &explain_command,
    &quantize_command,
    &compress_command,
    &pack_command,
    &unpack_command,
    &stats_command,
    NULL,
};
