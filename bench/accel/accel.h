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

/* The accelerators. Each turns the layers of a network into counts (cycles, accesses, bytes); energy.h multiplies the
 * counts.
 *
 * All are arrays of rows x columns PEs, output-stationary: a row is an output channel, a column an output pixel along
 * one line of the plane, or a token. A tile is one pass of all PEs over `group` weights of a dot product. One sample, or
 * a batch in the shapes of the layers (net_layer_t.tokens). */

/* How the weights of a design are pruned before it runs them (BBS paper, section III). */
typedef struct {
    int64_t columns;       /* bit columns pruned from each channel that is not sensitive */
    int64_t group;         /* weights that are pruned together */
    int64_t beta_permille; /* share of sensitive channels, in thousandths: they stay at 8 bits */
    int64_t channel_unit;  /* C_H: sensitive channels of a layer come in multiples of it */
} accel_pruning_t;

/* How a design stores activations, for memory.h and energy.h. */
typedef struct {
    int64_t activation_centibits; /* width of an activation, in hundredths of a bit */
    int64_t whole_centibits;      /* the same at the input of a layer that stays whole */
    int64_t written_centibits;    /* oddity whole-words: width of a weight in the words of the weight buffer */
    int64_t mask_bits;            /* 1: a bit mask is stored, and only the activations that are not zero */
    int64_t local_bytes,
        local_bus_bits; /* buffer of each PE; 0: PEs have registers, which are loaded by rows and columns */
} accel_storage_t;

enum { ACCEL_UNIFORM = -1 };

/* Real inputs of one layer, a bit each: 1 where the input is not zero. Of each sample [pixels, input channels], pixels line
 * by line (linear: token by token), the lowest bit of a byte first. */
typedef struct {
    const uint8_t *bits;
    int64_t samples; /* 0: there are none */
    int64_t bytes;   /* of one sample */
} accel_masks_t;

/* One layer: the input of a model. */
typedef struct {
    const net_layer_t *shape;
    int64_t sensitive; /* channels that Algorithm 2 keeps at 8 bits; ACCEL_UNIFORM: not known, take beta * k rounded up */
    const int8_t *weights; /* [k, c, kh, kw], the INT8 values that the design runs; NULL: not known */
    bool unpruned;         /* these are the values before pruning, and the design prunes them itself, as configured */
    const bool *kept;      /* then [k], the channels that it leaves as they are; NULL: none */
    int64_t effectual;     /* bits that lanes work on per pixel step (effectual.h); 0: not counted */
    double input_density, output_density; /* share of activations that are not zero, in (0, 1]; 0: not known */
    accel_masks_t masks;                  /* of the inputs; without them a design assumes independent inputs */
    bool whole;        /* channels and input stay at 8 bits (the layer that reads the image, a product of attention) */
    bool whole_output; /* the output stays at 8 bits, because a layer that is whole reads it */
} accel_layer_t;

/* Channels of a layer that a design runs in the same way: row_tiles x slices x steps tiles. A design's parts add up to its
 * tiles, and where `bits` is given for all of them, tiles x bits to its cycles. */
typedef struct {
    const char *what; /* "channels at 8 bits" */
    int64_t channels;
    int64_t row_tiles, slices, steps; /* tile.h */
    int64_t bits;                     /* cycles of a tile; 0: they depend on the weights in it */
} accel_part_t;

enum { ACCEL_PARTS = 2 };

/* The work of one layer: the output of a model. memory.h and energy.h derive everything else. */
typedef struct {
    int64_t tiles;            /* passes of the whole array */
    int64_t cycles;           /* of computation */
    int64_t cycles_variance;  /* square of the standard error of `cycles`, where they are estimated by draws; 0: exact */
    int64_t cycle_excess;     /* oddity fractions: what `cycles` is rounded up by, in 1e-9 cycle; else 0 */
    int64_t sensitive;        /* channels computed at 8 bits */
    int64_t value_bits;       /* stored bits of all weights */
    int64_t padding_bits;     /* oddity stored-bits: unused bits between them */
    int64_t meta_bits;        /* stored bits for decoding, and for restoring the order of the channels */
    int64_t weight_read_bits; /* from the weight buffer, metadata included */
    int64_t input_read_bits;  /* from the input buffer */
    int64_t weight_passes;    /* oddity whole-reads: reads of all weight banks together; 0: one per tile */
    int64_t pairs; /* PEs with local buffers: multiplied pairs of operands; other cycles of these PEs use no energy */
    int64_t local_read_bits, local_write_bits; /* of the PEs' buffers */
    int64_t lane_slots;   /* lanes of the array x cycles; 0 for designs whose cycles do not depend on the weights */
    int64_t row_slots;    /* part of these: until each row has finished; in the rest it waits for slower rows */
    int64_t useful_slots; /* part of these: spent on a bit that is one; in the rest lanes wait for slower lanes */
    accel_part_t parts[ACCEL_PARTS]; /* how `tiles` came about; `what` NULL: no further part */
} accel_work_t;

typedef struct accelerator {
    const char *name;    /* "bitvert-cons" */
    const char *title;   /* "BitVert (cons)" */
    const char *source;  /* of the rule by which cycles are counted */
    const char *summary; /* how it computes, one line */
    const char *skips;   /* the sparsity that it uses: what costs no cycle, or nothing */
    const char *stores;  /* how weights and activations lie in memory */
    const char *part; /* name of its rows in an energy table of technology.csv, and of its (or its family's) section of an
                         INI file */
    const char *accuracy; /* spec (compress/spec.h) of the method whose measured accuracy is this design's: "int8" */
    /* A design whose weights can have any number of bits (its first own key): that spec at p bits is this text and
     * p, "ptq:bits=". NULL: it has no such key. */
    const char *accuracy_at_bits;
    bool selects;           /* some channels stay at 8 bits: Algorithm 2 */
    bool needs_weights;     /* its cycles depend on the weights' bits */
    bool needs_density;     /* and on the share of activations that are not zero */
    bool counts_lanes;      /* the bits that its lanes work on are counted separately, on request (effectual.h) */
    uint32_t work_oddities; /* the oddities that its work or its weights depend on, ORed; 0: it may be any of them */
    /* Weights that a PE takes at a time (`group`) for each of its lanes; a configuration with another number is refused,
     * because it would have multipliers that are not counted. 0: the two are independent. */
    int64_t weights_per_lane;
    const accel_key_t *keys; /* its own keys, at most ACCEL_OWN_KEYS; NULL: none */
    /* The method that prunes its weights (a method with columns), and its parameters. Both NULL: it runs plain INT8, or its
     * own format that keeps the bits of each weight. */
    const method_t *method;
    void (*pruning)(const accel_config_t *config, accel_pruning_t *pruning);
    /* With `method`: set the own keys from which `pruning` makes this, for all networks. */
    outcome_t (*prune)(const accel_pruning_t *pruning, accel_config_t *config);
    /* Optional. Changes the default storage: activation_bits per activation, 8 where the layer stays whole. */
    void (*storage)(const accel_config_t *config, accel_storage_t *storage);
    /* Optional. Limits beyond the ranges of the keys: FAULT_USAGE. */
    outcome_t (*check)(const accel_config_t *config);
    /* Required. The work of one layer; `sensitive` is a number, at most k. A design that has a method and needs weights
     * gets layers that are `unpruned`. */
    outcome_t (*work)(const accel_config_t *config, const accel_layer_t *layer, int threads, accel_work_t *work);
} accelerator_t;

/* Every accelerator, NULL-terminated: one line in registry.c adds one. */
extern const accelerator_t *const accelerator_registry[];

/* For lists of names. */
extern const registry_t accel_names;

/* By name; an unknown one is FAULT_USAGE and lists the known names. */
outcome_t accel_find(const char *name, const accelerator_t **accelerator);

/* Storage and pruning of a design in this configuration; a design without pruning has 0 columns and beta 0. */
accel_storage_t accel_storage(const accelerator_t *accelerator, const accel_config_t *config);
accel_pruning_t accel_pruning(const accelerator_t *accelerator, const accel_config_t *config);

/* Refuses a configuration with a value out of range; with a group that does not follow from the lanes; with another number
 * of multipliers than it declares; or with another number than the budget of technology.csv, unless it gives a reason. */
outcome_t accel_check(const accelerator_t *accelerator, const accel_config_t *config);

/* Counts of each layer, in order, into counts[count]. The layers are those of net_layers(). Checks the configuration. The
 * outcome is a skip when the accelerator needs weights or densities that a layer lacks. Same counts for any number of
 * threads. */
outcome_t accel_count(const accelerator_t *accelerator, const accel_config_t *config, const accel_layer_t *layers,
                      size_t count, int threads, counts_t *counts);

/* The two steps of accel_count(), for a caller that needs the counts of one work under several oddities: the work of each
 * layer, into works[count]; and the counts that follow from it. The second step does not read weights. */
outcome_t accel_work(const accelerator_t *accelerator, const accel_config_t *config, const accel_layer_t *layers,
                     size_t count, int threads, accel_work_t *works);
outcome_t accel_traffic(const accelerator_t *accelerator, const accel_config_t *config, const accel_layer_t *layers,
                        const accel_work_t *works, size_t count, counts_t *counts);

#endif
