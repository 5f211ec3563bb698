/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_COLUMNS_H
#define BBS_COMPRESS_COLUMNS_H

#include "compress/method.h"

/* Methods that prune bit columns: the code of one group, and the walk over all groups of a layer.
 *
 * Such a method keeps 8 - N of the eight bit columns of a group. The kept columns hold `stored`; the value that is computed
 * with is stored + constant, with one constant per group. */

enum { COLUMNS_MOST = 6, COLUMNS_REDUNDANT_MOST = 3, COLUMNS_GROUP_MOST = 4096, COLUMNS_BATCH = 64 };

/* One group, encoded. */
typedef struct {
    int redundant; /* columns after the sign that equal it and are dropped; bitflip: columns that were zero already */
    int constant;  /* as stored: value = stored + constant */
    uint8_t kept;  /* mask of the columns that are stored, bit 7 the sign */
    uint8_t meta;  /* the group's metadata byte */
    bool shifted;  /* the weights were shifted by -constant before they were cut; else they were cut as they are */
} column_code_t;

typedef struct column_coder {
    bool sign_magnitude; /* stored columns are sign and magnitude; else two's complement */
    int meta_bits;       /* metadata bits per group */
    bool meta_in_byte;   /* `meta` is all that decoding needs; else compressed_t.meta stays NULL */
    /* Encode `count` contiguous weights, 1 to COLUMNS_GROUP_MOST, into stored[count]. */
    column_code_t (*encode)(const method_config_t *config, const int8_t *weights, int64_t count, int8_t *stored);
    /* The same codes of up to COLUMNS_BATCH groups of `count` weights, which lie one behind the other. NULL: groups are
     * encoded one by one. */
    void (*encode_batch)(const method_config_t *config, const int8_t *weights, int64_t count, int64_t groups,
                         int8_t *stored, column_code_t *codes);
} column_coder_t;

/* method_t.form of such methods. */
compress_form_t columns_form(const column_coder_t *coder, const method_config_t *config, const compress_layer_t *layer,
                             const bool *mask);

/* method_t.compress of such methods: run the coder over each group of each channel that the mask does not mark. */
outcome_t columns_compress(const column_coder_t *coder, const method_config_t *config, const compress_layer_t *layer,
                           const bool *mask, int threads, compressed_t *compressed);

/* Redundant columns of weights in [low, high]: the largest r <= most with -2^(7-r) <= w < 2^(7-r) for all of them. */
static inline int columns_redundant(int low, int high, int most)
{
    int redundant = 0;
    while (redundant < most && low >= -(64 >> redundant) && high < 64 >> redundant)
        redundant++;
    return redundant;
}

/* Values of one channel, in PyTorch order, from its stored columns and the constants of its groups. */
void columns_values(const compress_layer_t *layer, int group, const int8_t *stored, const int16_t *constants,
                    int16_t *values);

/* The code of a group in two's complement without `redundant` columns after the sign and without the N - redundant lowest
 * columns. The metadata byte is the paper's: redundant << 6 | constant in 6 bits. */
static inline column_code_t columns_code(int columns, int redundant, int constant)
{
    const int pruned = columns - redundant;
    return (column_code_t){.redundant = redundant,
                           .constant = constant,
                           .kept = (uint8_t)(0x80 | ((1 << (7 - redundant)) - (1 << pruned))),
                           .meta = (uint8_t)(redundant << 6 | (constant & 63))};
}

#endif
