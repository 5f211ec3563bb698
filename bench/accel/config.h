/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_CONFIG_H
#define BBS_ACCEL_CONFIG_H

#include "accel/technology.h"
#include "nets/net.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The configuration of an accelerator: the values that every array has, and room for a design's own keys. It is a plain
 * value that may be copied. The defaults are the sections of config/paper.ini (configuration.h); names and ranges of the
 * common keys are in settings.c. */

/* A key that only one design has, or one family of designs. Each design declares its own in a table in its own file; the
 * value is accel_config_t.own[i] of the i-th key. */
typedef struct {
    const char *key; /* "low_bits"; NULL ends a table */
    int64_t least, most;
    bool may_be_none; /* 0 means "not set", and a section need not have the key */
    bool by_network;  /* KEY.NETWORK gives one network a value of its own */
    const char *what; /* the meaning of the value, with its unit, for --help */
} accel_key_t;

enum { ACCEL_OWN_KEYS = 8, ACCEL_NETWORK_VALUES = 16 };

/* The value of one own key on one network. */
typedef struct {
    const network_t *network;
    size_t key; /* own[key] */
    int64_t value;
} accel_network_value_t;

typedef struct {
    int64_t rows, columns; /* PEs */
    int64_t group;         /* weights of a dot product that a PE takes at a time */
    int64_t lanes;         /* multipliers of a PE */
    int64_t lane_bits;     /* weight bits that a multiplier takes per cycle: 1 = bit-serial, 8 = a whole INT8 multiplier */
    int64_t weight_sram_bytes, weight_banks, weight_bus_bits; /* the whole buffer, its banks, the bus of one bank */
    int64_t input_sram_bytes, input_banks, input_bus_bits;
    int64_t activation_bits;
    int64_t own[ACCEL_OWN_KEYS]; /* values of the design's own keys, in the order of its table */
    accel_network_value_t network_values[ACCEL_NETWORK_VALUES];
    size_t network_value_count;
    int64_t dram_mbytes_per_s;      /* 0: dram.bandwidth of technology.csv */
    int64_t dram_fj_per_64bit;      /* 0: dram.access of technology.csv */
    int64_t multipliers;            /* declared by the design, in 8-bit equivalents; 0: nothing declared */
    char counted[64];               /* the rule by which it counts them */
    char unequal[160];              /* reason why the number may differ from the budget; "": it may not */
    char changed_by[160];           /* file, line and key that last changed the number or the declaration; "": none */
    const technology_t *technology; /* constants in place of those of technology.csv; NULL: those; not owned */
    uint32_t oddities;              /* errors of the authors' simulator, ORed (oddity.h); 0: none */
    bool any_budget;                /* a sweep changes the number of multipliers on purpose; false: it must be the budget */
} accel_config_t;

/* Multipliers of the array in 8-bit equivalents, rounded down: PEs x lanes x lane_bits / 8. */
int64_t accel_multipliers(const accel_config_t *config);

/* Whether a layer has the same accel_work_t in both: they may differ in the sizes of the buffers, in DRAM, and in what a
 * design declares of its multipliers. Both are for one network (accel_config_on()). */
bool accel_config_same_work(const accel_config_t *a, const accel_config_t *b);

/* The configuration for one network: the values that keys have for that network replace the general ones, and oddities
 * that the simulator does not have on this network are left out. */
void accel_config_on(accel_config_t *config, const network_t *network);

#endif
