/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_COMPRESS_H
#define BBS_COMPRESS_COMPRESS_H

#include "base/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What every compression method takes and gives.
 *
 * A layer is one weight tensor [k, c, kh, kw] ([k, c] is kh = kw = 1) in PyTorch order, quantised to INT8 per output
 * channel: weight = q * scale[channel]. A group is `group` consecutive input channels (default 32) at one kernel
 * position of one output channel; it never crosses either, and the last one of a row may be short. Groups are numbered
 * channel by channel, kernel position by kernel position (row-major), then along C.
 *
 * Bits are counted, never assumed: value bits are the columns that are stored, metadata bits are counted apart. */

typedef struct {
    const char *name;
    int64_t k, c, kh, kw;
    bool whole;           /* stays at 8 bits whatever the method (a network's first layer) */
    const float *weights; /* [k, c, kh, kw]; NULL when only INT8 is known: methods with METHOD_FLOAT refuse it */
    const int8_t *q;      /* [k, c, kh, kw] */
    const float *scale;   /* [k] */
} compress_layer_t;

/* A compressed layer; owned by the caller, freed with compressed_free(). Integer methods fill values; methods that
 * leave the integer grid (Microscaling, ANT, OliVe) fill floats instead; with neither (fp32) it is the layer's own floats
 * that are computed with. */
typedef struct {
    int16_t *values;    /* [k, c, kh, kw], what is computed with; may leave 8 bits (zero-point shifting); or NULL */
    float *scale;       /* [k], of values; or NULL */
    float *floats;      /* [k, c, kh, kw]; or NULL */
    int8_t *stored;     /* [k, c, kh, kw], the bit columns kept, before the constant is applied; NULL: no columns */
    uint8_t *meta;      /* per group: redundant columns << 6 | 6-bit constant (bitflip: mask of the stored columns, bit 7
                           the sign); 0 for the groups of sensitive channels; NULL: none, or not storable in a byte */
    uint8_t *bits;      /* [k], bits a stored weight of this channel takes: 8 = whole */
    int64_t groups;     /* in the layer */
    int64_t value_bits; /* of all weights */
    int64_t meta_bits;  /* of all groups and tables that the method needs to decode: for methods with columns 8 bits a
                           group of each pruned channel, and where both precisions occur a channel index each */
    int64_t sensitive;  /* channels left at 8 bits */
} compressed_t;

void compressed_free(compressed_t *compressed);

typedef enum { METHOD_INT8, METHOD_FLOAT } method_input_t;

/* Parameters of a method; each method has its defaults, a caller changes what it wants. */
typedef struct {
    int columns;             /* N, bit columns to prune */
    int group;               /* weights a group */
    double beta;             /* share of channels that are sensitive, in [0, 1]; Algorithm 2 */
    int64_t channel_unit;    /* C_H: sensitive channels of a layer are rounded up to multiples of it */
    int bits;                /* of methods that are named by bits (ptq, mx, ant, noisyquant, olive) */
    int constant_bits;       /* p of zero-point shifting, 3..6 */
    bool paper_shift_range;  /* Algorithm 1 as printed: also try shift -2^(p-1), which cannot be stored */
    bool score_by_deviation; /* Algorithm 2's footnote 1: standard deviation in place of the scale factor */
    bool least_squares_clip; /* ptq: clipping range by least squared error in place of the largest value */
    const char *variant;     /* method-specific format ("int", "fp", ...); NULL: the default */
    bool values_only;        /* to compute with, not to pack: methods with columns leave `stored` NULL */
    bool fixed_shift;        /* zero-point shifting: no search, this shift (to explain a step) */
    int shift;
} method_config_t;

struct column_coder; /* columns.h: how a method that works on bit columns encodes one group */

typedef struct method {
    const char *name;
    const char *summary; /* one line, with the source */
    method_input_t input;
    bool selects;            /* uses Algorithm 2 (beta, channel_unit) */
    bool packs;              /* has columns and metadata as .bbs stores them */
    bool constant_is_signed; /* RA's constant is unsigned, ZPS's signed */
    int activation_bits;     /* 32 = float; what the activations of a fair comparison have */
    method_config_t defaults;
    /* Compress one layer. `mask[k]` marks sensitive channels, NULL: none. The layer is not whole. */
    outcome_t (*compress)(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                          compressed_t *compressed);
    /* Change activations in place as the method would run them (channels x count), or NULL. */
    void (*quantise_activations)(const method_config_t *config, float *values, int64_t channels, int64_t count);
    bool everywhere;                                   /* compresses whole layers too (fp32) */
    const struct column_coder *coder;                  /* of methods that prune bit columns of groups; else NULL */
    outcome_t (*check)(const method_config_t *config); /* limits beyond those of method_check(), or NULL */
} method_t;

/* Every method, NULL-terminated: one line in registry.c adds one. */
extern const method_t *const method_registry[];
outcome_t method_find(const char *name, const method_t **method);

/* Check a configuration against what the method can do: FAULT_USAGE names the parameter. */
outcome_t method_check(const method_t *method, const method_config_t *config);

/* Algorithm 2 over a whole network, then the method over each of its layers, in order. `compressed` has room for
 * `count`; on failure none of it is left to free. Whole layers take no part in the selection and come back with all
 * channels at 8 bits, unless the method works everywhere. Same bytes for any number of threads. */
outcome_t compress_network(const method_t *method, const method_config_t *config, const compress_layer_t *layers,
                           size_t count, int threads, compressed_t *compressed);

/* The same, one layer at a time, so that a network need not be held compressed as a whole: `sink` is called for each layer
 * in order; what it leaves in `compressed` is freed behind it. */
typedef outcome_t (*compress_sink_t)(void *context, size_t index, compressed_t *compressed);
outcome_t compress_each(const method_t *method, const method_config_t *config, const compress_layer_t *layers, size_t count,
                        int threads, compress_sink_t sink, void *context);

/* The same, of methods that stay on the INT8 grid: all values of the network, one layer behind the other, for the models
 * that compute with them. A method whose values leave 8 bits, or are no integers, is refused. */
outcome_t compress_values(const method_t *method, const method_config_t *config, const compress_layer_t *layers,
                          size_t count, int threads, int8_t *values);

/* Whether the method as it is set reads the float weights where they are known. */
bool compress_reads_floats(const method_t *method, const method_config_t *config);

/* A layer as it is, all channels at 8 bits: what whole layers come back as, and the int8 method. */
outcome_t compress_keep(const compress_layer_t *layer, bool values_only, compressed_t *compressed);

int64_t compress_layer_size(const compress_layer_t *layer);              /* weights: k * c * kh * kw */
int64_t compress_layer_groups(const compress_layer_t *layer, int group); /* k * kh * kw * ceil(c / group) */

int compress_index_bits(
    int64_t channels); /* of a channel's original index in packed memory: 16, or 32 beyond 65536 channels */

/* Floats that the layer computes with: values * scale, or floats; of `rows` output channels from `first`. `weights` has
 * rows * c * kh * kw places. */
void compressed_to_floats(const compressed_t *compressed, const compress_layer_t *layer, int64_t first, int64_t rows,
                          float *weights);

/* Size of a whole network. */
typedef struct {
    int64_t weights;
    int64_t value_bits, meta_bits;
    int64_t layers, whole_layers; /* whole: every channel at 8 bits */
    int64_t channels, sensitive;
} compress_size_t;

compress_size_t compress_total(const compress_layer_t *layers, const compressed_t *compressed, size_t count);
void compress_add_size(compress_size_t *total, const compress_layer_t *layer, const compressed_t *compressed);
double compress_bits_per_weight(const compress_size_t *size, bool with_metadata);

#endif
