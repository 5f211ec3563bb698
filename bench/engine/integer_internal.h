/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_INTEGER_INTERNAL_H
#define BBS_ENGINE_INTEGER_INTERNAL_H

#include "engine/gelu_levels.h"
#include "engine/pixels.h"
#include "engine/product.h"
#include "engine/tokens.h"

/* What the files of the integer sets for transformers share: integer_tokens.c, integer_attention.c. */

enum {
    ZERO_LEVEL = 128,  /* of signed rows */
    LINEAR_ROWS = 512, /* of a product with weights at a time */
    SUMS_LINE = 16     /* sums in a line of the cache */
};

/* One step with integer weights. */
typedef struct {
    product_shape_t shape;
    product_t *product;
    int32_t *zero;           /* [outputs], 128 times the sum of the weights */
    float *scale, *bias;     /* [outputs]; of patches [groups, outputs] and the profile's mean folded in */
    product_shape_t patches; /* of the patch embedding */
    int32_t *kind;           /* all zero: no patch extends beyond the edge */
} stage_t;

typedef struct {
    const product_set_t *set;
    bool joins; /* GELU is computed by the product that reads it, as its rows become levels */
    gelu_table_t gelu;
    pixels_t image;  /* for networks that read an image */
    stage_t *stages; /* one per step */
} integers_t;

/* Work space of one worker. */
typedef struct {
    uint8_t *levels;                     /* of rows that are multiplied by weights, and of queries */
    uint8_t *shares;                     /* of probabilities */
    float *row;                          /* room: for one of GELUs, or SOFTMAX_ROWS of scores */
    float *row_step, *step;              /* of rows; of keys */
    int8_t *matrix;                      /* keys of a head */
    int8_t *packed_keys, *packed_values; /* by product_set_t.pack() */
    int32_t *sums, *more, *zero;
    int8_t *values;    /* of a head */
    float *value_step; /* of features or, in causal attention, of tokens */
    float *ones;       /* the step of a feature where values have one a token */
    uint8_t *pixels;
} space_t;

/* The most rows of activations that are turned into levels at a time. */
int64_t integer_rows(int64_t rows);

/* NET_STEP_ATTENTION. */
void integer_attention(token_step_t *self, layer at, network net);

#endif
