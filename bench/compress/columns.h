/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_COLUMNS_H
#define BBS_COMPRESS_COLUMNS_H

#include "compress/method.h"

/* Methods that prune bit columns: what they do to one group, and the walk over all groups of a layer.
 *
 * Of the eight bit columns of a group such a method keeps 8 - N. What they hold is `stored`; the value computed with is
 * stored + constant, one constant a group. */

enum { COLUMNS_MOST = 6, COLUMNS_REDUNDANT_MOST = 3, COLUMNS_GROUP_MOST = 4096 };

/* One group, encoded. */
typedef struct {
    int redundant; /* columns dropped behind the first because they equal it; bitflip: columns that were zero already */
    int constant;  /* as it is stored: value = stored + constant */
    uint8_t kept;  /* mask of the columns that are stored, bit 7 the sign */
    uint8_t meta;  /* the group's metadata byte */
} column_code_t;

typedef struct column_coder {
    bool sign_magnitude; /* stored columns are sign and magnitude; else two's complement */
    int meta_bits;       /* a group's metadata */
    bool meta_in_byte;   /* `meta` says all that decoding needs; else compressed_t.meta stays NULL */
    /* Encode `count` contiguous weights, 1 to COLUMNS_GROUP_MOST, into stored[count]. */
    column_code_t (*encode)(const method_config_t *config, const int8_t *weights, int64_t count, int8_t *stored);
} column_coder_t;

/* method_t.compress of such methods: the coder over each group of each channel that the mask leaves. */
outcome_t columns_compress(const column_coder_t *coder, const method_config_t *config, const compress_layer_t *layer,
                           const bool *mask, int threads, compressed_t *compressed);

/* Redundant columns of weights in [low, high]: the largest r <= most with -2^(7-r) <= w < 2^(7-r) for all of them. */
int columns_redundant(int low, int high, int most);

/* Values of one channel, in PyTorch order, from its stored columns and the constants of its groups. */
void columns_values(const compress_layer_t *layer, int group, const int8_t *stored, const int16_t *constants,
                    int16_t *values);

/* The code of a group in two's complement that drops `redundant` columns behind the sign and the N - redundant lowest;
 * its metadata byte is the paper's: redundant << 6 | constant in 6 bits. */
column_code_t columns_code(int columns, int redundant, int constant);

#endif
