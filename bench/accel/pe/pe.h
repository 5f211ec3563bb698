/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_PE_PE_H
#define BBS_ACCEL_PE_PE_H

#include <stdint.h>

/* PEs executed cycle by cycle and bit by bit, like their datapaths. Tests check the cycle rules of the accelerator models
 * against them. Each function takes one slice of a dot product, INT8 weights and activations of at most 9 bits (signed
 * 8-bit or unsigned 8-bit ones), and returns the exact sum of weight times activation and the cycles it took.
 *
 * `count` is at most PE_MOST. */
enum { PE_MOST = 64 };

typedef struct {
    int64_t product;
    int64_t cycles;
} pe_result_t;

/* One lane per weight; one column per cycle, from the sign down. */
pe_result_t pe_stripes(const int8_t *weights, const int16_t *activations, int count);

/* One lane per weight: each cycle the lane shifts its activation to the next one of the weight, and clears that bit. */
pe_result_t pe_pragmatic(const int8_t *weights, const int16_t *activations, int count);

/* One lane per significance: each cycle the lane picks the next weight that has that bit. */
pe_result_t pe_bitlet(const int8_t *weights, const int16_t *activations, int count);

/* One lane per weight; one magnitude column that is not empty per cycle; -128 counts as -127, in the product as well. */
pe_result_t pe_bitwave(const int8_t *weights, const int16_t *activations, int count);

/* A compressed slice of BitVert, 16 weights: weight = stored * 2^sparse + constant, where `stored` is a two's complement
 * number of `columns` bits, 2 to 8, and redundant = 8 - columns - sparse columns after the sign were dropped. */
enum { PE_BITVERT_WEIGHTS = 16 };
typedef struct {
    int8_t stored[PE_BITVERT_WEIGHTS];
    int columns;
    int sparse;
    int constant;           /* 6 bits */
    int constant_is_signed; /* zero-point shifting: -32 to 31; rounded averaging: 0 to 63 */
} pe_bitvert_slice_t;

/* Fig. 7b and Fig. 8: two sub-groups of 8 weights with 4 lanes each. `unserved` counts the bits that the scheduler could
 * not give to a lane; it is 0 if the design is right. */
pe_result_t pe_bitvert(const pe_bitvert_slice_t *slice, const int16_t *activations, int *unserved);

#endif
