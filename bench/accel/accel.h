/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_ACCEL_H
#define BBS_ACCEL_ACCEL_H

#include "accel/counts.h"
#include "base/outcome.h"
#include "nets/net.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The accelerators: each turns the layers of a network into counts (cycles, accesses, bytes); energy.h multiplies them.
 *
 * All are arrays of rows x columns PEs, output-stationary: a row is an output channel, a column an output pixel along
 * one line of the plane, or a token. A tile is one pass of all PEs over `group` weights of a dot product. One sample. */

/* What is configured; each accelerator has its defaults, the paper's setting (config/paper.ini). Keys, ranges: settings.h.
 */
typedef struct {
    int64_t rows, columns; /* PEs */
    int64_t group;         /* weights of a dot product that a PE takes at a time */
    int64_t lanes;         /* multipliers of a PE */
    int64_t lane_bits;     /* weight bits that a multiplier takes a cycle: 1 = bit-serial, 8 = a whole INT8 multiplier */
    int64_t weight_sram_bytes, weight_banks, weight_bus_bits; /* buffer as a whole, its banks, the bus of one bank */
    int64_t input_sram_bytes, input_banks, input_bus_bits;
    int64_t activation_bits;
    int64_t mask_bits; /* SparTen: 1, only what is not zero is stored and worked on, behind a bit mask; 0 elsewhere */
    int64_t local_bytes, local_bus_bits; /* SparTen: the buffer of each PE; 0 elsewhere, where PEs have registers */
    int64_t low_bits;                    /* BitVert: columns left of a pruned channel; ANT: bits of a weight; 0 elsewhere */
    int64_t beta_permille;               /* BitVert, BitWave: share of sensitive channels, in thousandths */
    int64_t channel_unit;                /* BitVert: C_H, sensitive channels of a layer come in multiples of it */
    int64_t meta_group;                  /* BitVert: weights that share one metadata field */
    int64_t meta_bits;                   /* BitVert: redundant columns and constant of a group */
    int64_t mean_centibits; /* ANT: hundredths of a bit that all layers have on average, for both operands; 0: low_bits */
    int64_t dram_mbytes_per_s; /* 0: dram.bandwidth of technology.csv */
    int64_t dram_fj_per_64bit; /* 0: dram.access of technology.csv */
    int64_t multipliers;       /* what the design declares to have, in 8-bit equivalents; 0: nothing declared */
    char counted[64];          /* the rule it counts them by */
    char unequal[160];         /* why they may differ from the budget; "": they may not */
    char changed_by[160];      /* file, line and key that last changed their number or what is declared; "": none */
    uint32_t oddities;         /* of the authors' simulator, ORed (oddity.h); 0: none */
    bool fixed_array;          /* BitWave: the array is not cut anew for each layer */
    bool any_budget;           /* a sweep changes the number of multipliers on purpose; false: they must be the budget's */
} accel_config_t;

enum { ACCEL_UNIFORM = -1 };

/* One layer as it is given to a model. */
typedef struct {
    const net_layer_t *shape;
    int64_t sensitive; /* channels that Algorithm 2 keeps at 8 bits; ACCEL_UNIFORM: not known, take beta * k rounded up */
    const int8_t *weights; /* [k, c, kh, kw], the INT8 values that the design runs; NULL: not known */
    int64_t effectual;     /* BitVert: bits that its lanes work on once a pixel step (effectual.h); 0: not counted */
    double input_density, output_density; /* share of activations that are not zero, above 0 to 1; 0: not known */
    bool whole;                           /* all channels stay at 8 bits (a network's first layer) */
} accel_layer_t;

/* What a model says of one layer; memory.h and energy.h do the rest. */
typedef struct {
    int64_t tiles;            /* passes of the whole array */
    int64_t cycles;           /* of computation */
    int64_t sensitive;        /* channels computed at 8 bits */
    int64_t value_bits;       /* stored bits of all weights */
    int64_t meta_bits;        /* what is needed to decode them, and to put the channels back into their order */
    int64_t weight_read_bits; /* from the weight buffer, metadata included */
    int64_t input_read_bits;  /* from the input buffer */
    int64_t weight_passes;    /* oddity whole-reads: reads of all weight banks together; 0: one a tile */
    int64_t pairs;            /* SparTen: weight and activation both not zero, expected; its PEs are idle otherwise */
    int64_t local_read_bits, local_write_bits; /* of the PEs' buffers */
    int64_t lane_slots;                        /* lanes of the array x cycles; 0 where the weights are not looked at */
    int64_t row_slots;    /* of those, until each row was done by itself; the rest waits for slower rows */
    int64_t useful_slots; /* of those, spent on a bit that is one; the rest waits for slower lanes */
} accel_work_t;

typedef struct accelerator {
    const char *name;   /* "bitvert-cons" */
    const char *title;  /* "BitVert (cons)" */
    const char *source; /* of the cycle rule */
    const char *part;   /* its rows in an energy table of technology.csv */
    bool selects;       /* some channels stay at 8 bits: Algorithm 2 */
    bool needs_weights; /* its cycles depend on the weights' bits */
    bool needs_density; /* and on how many activations are zero */
    const char *method; /* compression whose values it runs (method_registry); NULL: plain INT8, or only channel counts */
    const char *columns_of; /* method whose bit columns its lanes skip in (effectual.h); NULL: its work sees to that */
    accel_config_t defaults;
    /* The work of one layer; `sensitive` is resolved, at most k. */
    outcome_t (*work)(const accel_config_t *config, const accel_layer_t *layer, int threads, accel_work_t *work);
} accelerator_t;

/* Every accelerator, NULL-terminated: one line in registry.c adds one. */
extern const accelerator_t *const accelerator_registry[];

/* By name; an unknown one is FAULT_USAGE and lists the known names. */
outcome_t accel_find(const char *name, const accelerator_t **accelerator);

/* Multipliers of the array in 8-bit equivalents, rounded down: PEs x lanes x bits a lane takes a cycle / 8. */
int64_t accel_multipliers(const accel_config_t *config);

/* Refuses a configuration with a value out of range, and one whose multipliers are not those that it declares, or not the
 * budget of technology.csv, unless it says why. */
outcome_t accel_check(const accelerator_t *accelerator, const accel_config_t *config);

/* Counts of each layer, in order, into counts[count]. The layers are those of net_layers(). Checks the configuration.
 * An accelerator that needs weights or densities is skipped when a layer has none. The same for any number of threads. */
outcome_t accel_count(const accelerator_t *accelerator, const accel_config_t *config, const accel_layer_t *layers,
                      size_t count, int threads, counts_t *counts);

#endif
