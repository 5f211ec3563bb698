/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_ACCEL_H
#define BBS_ACCEL_ACCEL_H

#include "accel/config.h"
#include "accel/counts.h"
#include "base/registry.h"
#include "compress/compress.h"
#include "nets/net.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The accelerators: each turns the layers of a network into counts (cycles, accesses, bytes); energy.h multiplies them.
 *
 * All are arrays of rows x columns PEs, output-stationary: a row is an output channel, a column an output pixel along
 * one line of the plane, or a token. A tile is one pass of all PEs over `group` weights of a dot product. One sample. */

/* What a design prunes of its weights before it runs them (BBS paper, section III). */
typedef struct {
    int64_t columns;       /* bit columns, of each channel that is not sensitive */
    int64_t group;         /* weights that are pruned together */
    int64_t beta_permille; /* share of sensitive channels, in thousandths: they stay at 8 bits */
    int64_t channel_unit;  /* C_H: sensitive channels of a layer come in multiples of it */
} accel_pruning_t;

/* How a design holds what it computes with, as far as memory.h and energy.h have to know. */
typedef struct {
    int64_t activation_centibits; /* of an activation, in hundredths of a bit */
    int64_t whole_centibits;      /* of one at the input of a layer that stays whole */
    int64_t mask_bits;            /* 1: activations lie behind a bit mask, and only those that are not zero are stored */
    int64_t local_bytes, local_bus_bits; /* buffer of each PE; 0: PEs have registers, which the rows and columns load */
} accel_storage_t;

enum { ACCEL_UNIFORM = -1 };

/* One layer as it is given to a model. */
typedef struct {
    const net_layer_t *shape;
    int64_t sensitive; /* channels that Algorithm 2 keeps at 8 bits; ACCEL_UNIFORM: not known, take beta * k rounded up */
    const int8_t *weights;                /* [k, c, kh, kw], the INT8 values that the design runs; NULL: not known */
    int64_t effectual;                    /* bits that lanes work on once a pixel step (effectual.h); 0: not counted */
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
    int64_t pairs;            /* PEs with local buffers: pairs of operands they multiply; they cost nothing otherwise */
    int64_t local_read_bits, local_write_bits; /* of the PEs' buffers */
    int64_t lane_slots;                        /* lanes of the array x cycles; 0 where the weights are not looked at */
    int64_t row_slots;    /* of those, until each row was done by itself; the rest waits for slower rows */
    int64_t useful_slots; /* of those, spent on a bit that is one; the rest waits for slower lanes */
} accel_work_t;

typedef struct accelerator {
    const char *name;     /* "bitvert-cons" */
    const char *title;    /* "BitVert (cons)" */
    const char *source;   /* of the cycle rule */
    const char *part;     /* its rows in an energy table of technology.csv; its section of an INI file, or its family's */
    const char *accuracy; /* spec (compress/spec.h) of the method whose measured accuracy is this design's: "int8" */
    bool selects;         /* some channels stay at 8 bits: Algorithm 2 */
    bool needs_weights;   /* its cycles depend on the weights' bits */
    bool needs_density;   /* and on how many activations are zero */
    bool counts_lanes;    /* what its lanes work on is counted apart from its work, where asked for (effectual.h) */
    const accel_key_t *keys; /* of its own, at most ACCEL_OWN_KEYS; NULL: none */
    /* What prunes its weights, a method with columns, and how much; both NULL: it runs plain INT8, or a format of its own
     * that keeps the bits of each weight. */
    const method_t *method;
    void (*pruning)(const accel_config_t *config, accel_pruning_t *pruning);
    /* Change what differs from plain storage: activation_bits an activation, 8 where the layer stays whole. NULL: nothing.
     */
    void (*storage)(const accel_config_t *config, accel_storage_t *storage);
    /* Limits beyond the ranges of the keys: FAULT_USAGE. NULL: none. */
    outcome_t (*check)(const accel_config_t *config);
    /* The work of one layer; `sensitive` is resolved, at most k. */
    outcome_t (*work)(const accel_config_t *config, const accel_layer_t *layer, int threads, accel_work_t *work);
} accelerator_t;

/* Every accelerator, NULL-terminated: one line in registry.c adds one. */
extern const accelerator_t *const accelerator_registry[];

/* For lists of names. */
extern const registry_t accel_names;

/* By name; an unknown one is FAULT_USAGE and lists the known names. */
outcome_t accel_find(const char *name, const accelerator_t **accelerator);

/* Its storage and its pruning in this configuration; a design that prunes nothing has no columns and beta 0. */
accel_storage_t accel_storage(const accelerator_t *accelerator, const accel_config_t *config);
accel_pruning_t accel_pruning(const accelerator_t *accelerator, const accel_config_t *config);

/* Refuses a configuration with a value out of range, and one whose multipliers are not those that it declares, or not the
 * budget of technology.csv, unless it says why. */
outcome_t accel_check(const accelerator_t *accelerator, const accel_config_t *config);

/* Counts of each layer, in order, into counts[count]. The layers are those of net_layers(). Checks the configuration.
 * An accelerator that needs weights or densities is skipped when a layer has none. The same for any number of threads. */
outcome_t accel_count(const accelerator_t *accelerator, const accel_config_t *config, const accel_layer_t *layers,
                      size_t count, int threads, counts_t *counts);

#endif
