/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_ODDITY_H
#define BBS_ACCEL_ODDITY_H

#include "base/outcome.h"

#include <stdint.h>

/* Oddities: errors of the authors' simulator (yc2367/BitSim), where it computes something that the hardware would not do.
 * All are off by default; each can be switched on to see its effect.
 *
 * Not in this list: differences in the weights (the method zps-released, the quantiser, the ranking of channels), and
 * differences that change no result. The simulator's pruned first layer is `simulate --first-layer prune`; its buffers are
 * the profile `bitsim`. */
typedef enum {
    ODDITY_DRAM_PRECISION = 1 << 0,
    ODDITY_NO_METADATA = 1 << 1,
    ODDITY_FRACTIONAL_CHANNELS = 1 << 2,
    ODDITY_PRAGMATIC_SIGN = 1 << 3,
    ODDITY_BITWAVE_SIGN = 1 << 4,
    ODDITY_TOKEN_LIMIT = 1 << 5,
    ODDITY_DOUBLE_WRITES = 1 << 6,
    ODDITY_REFETCH_INPUTS = 1 << 7,
    ODDITY_LINEAR_CHAIN = 1 << 8,
    ODDITY_WHOLE_READS = 1 << 9,
    ODDITY_REGISTER_CONSTANTS = 1 << 10,
} oddity_flag_t;

typedef struct {
    const char *name; /* "dram-precision" */
    uint32_t flag;
    const char *what;   /* the effect, one line of --help */
    const char *source; /* place in the simulator's code */
} oddity_t;

/* All of them; name NULL ends the table. */
extern const oddity_t oddity_table[];

/* By name; an unknown one is FAULT_USAGE and lists the known names. */
outcome_t oddity_find(const char *name, uint32_t *flag);

#endif
