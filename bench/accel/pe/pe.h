/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_PE_PE_H
#define BBS_ACCEL_PE_PE_H

#include <stdint.h>

/* PEs executed cycle by cycle, bit by bit, as their datapaths would: what the cycle rules of the accelerator models are
 * checked against. Each takes one slice of a dot product, INT8 weights and activations of at most 9 bits (signed 8-bit
 * or unsigned 8-bit ones), and returns the exact sum of weight times activation and the cycles it took.
 *
 * `count` is at most PE_MOST. */
enum { PE_MOST = 64 };

typedef struct {
    int64_t product;
    int64_t cycles;
} pe_result_t;

/* One column a cycle from the sign down; a lane a weight. */
pe_result_t pe_stripes(const int8_t *weights, const int16_t *activations, int count);

/* A lane a weight: each cycle it shifts its activation to the weight's next one and takes that bit away. */
pe_result_t pe_pragmatic(const int8_t *weights, const int16_t *activations, int count);

/* A lane a significance: each cycle it picks the next weight that has its bit. */
pe_result_t pe_bitlet(const int8_t *weights, const int16_t *activations, int count);

/* A lane a weight, one magnitude column that is not empty a cycle; -128 is taken as -127, in the product as well. */
pe_result_t pe_bitwave(const int8_t *weights, const int16_t *activations, int count);

/* A compressed slice of BitVert, 16 weights: weight = stored * 2^sparse + constant, where `stored` is a two's complement
 * number of `columns` bits, 2 to 8, and redundant = 8 - columns - sparse columns behind the sign were dropped. */
enum { PE_BITVERT_WEIGHTS = 16 };
typedef struct {
    int8_t stored[PE_BITVERT_WEIGHTS];
    int columns;
    int sparse;
    int constant;           /* 6 bits */
    int constant_is_signed; /* zero-point shifting: -32 to 31; rounded averaging: 0 to 63 */
} pe_bitvert_slice_t;

/* Fig. 7b and Fig. 8: two sub-groups of 8 weights with 4 lanes each. `unserved` counts column bits that the scheduler
 * could not hand to a lane; it stays 0 as long as the design is right. */
pe_result_t pe_bitvert(const pe_bitvert_slice_t *slice, const int16_t *activations, int *unserved);

#endif
