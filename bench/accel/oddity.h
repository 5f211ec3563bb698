/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_ODDITY_H
#define BBS_ACCEL_ODDITY_H

#include "base/outcome.h"
#include "base/registry.h"

#include <stdint.h>

/* Oddities: places where the authors' simulator (yc2367/BitSim) computes something that the hardware would not do, or
 * rounds in another way. All are off by default; each can be switched on to see its effect. With all of them and the
 * profile `bitsim` the models give the simulator's own numbers (tests/unit/test_simulator.c).
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
    ODDITY_LAST_OUTPUT = 1 << 11,
    ODDITY_WHOLE_WORDS = 1 << 12,
    ODDITY_FRACTIONS = 1 << 13,
    ODDITY_STORED_BITS = 1 << 14,
    ODDITY_BITLET_ZEROS = 1 << 15,
    ODDITY_BITWAVE_SUBMITTED = 1 << 16,
} oddity_flag_t;

enum { ODDITY_FAMILIES = 2 };

typedef struct {
    const char *name; /* "dram-precision" */
    uint32_t flag;
    const char *what;                             /* the effect, one line of --help */
    const char *source;                           /* place in the simulator's code */
    const char *except_families[ODDITY_FAMILIES]; /* network_t.family: the simulator does it right on these networks */
} oddity_t;

/* The simulator's main branch (6845fad, 2025-04-28): `all` means these. Then what an earlier commit did in their place.
 * Name NULL ends a table. */
extern const oddity_t oddity_table[], oddity_earlier[];

/* For lists of names: both tables. */
extern const registry_t oddity_names;

/* "all" or "NAME,NAME": the flags, ORed. An unknown name is FAULT_USAGE and lists the known names. */
outcome_t oddity_read(const char *list, uint32_t *flags);

/* The flags without those of oddities that the simulator does not have on networks of this family. */
uint32_t oddity_on_family(uint32_t flags, const char *family);

#endif
