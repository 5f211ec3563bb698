/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_PARTS_H
#define BBS_ENGINE_PARTS_H

#include <stdint.h>

/* Integer weights as a sum of 8-bit parts, each of which a given kernel multiplies without error.
 *
 * Three things can be in the way of an exact product of u8 activations and compressed weights:
 * * a weight needs more than 8 bits (zero-point shifting stores bit columns and a constant; their sum can leave -128..127);
 * * a processor without VNNI adds two products u8 x s8 in 16 bits and saturates, unless |weight| <= 64: 2 * 255 * 64 <
 * 2^15;
 * * a kernel hands its 32-bit sum over through float32, which is exact up to 2^24 only.
 * All three are limits on the weights of one product. What is over a limit goes into a further part, whose product is added
 * as integers; most weights have one part, and what comes out is the integer dot product, whatever the method and the
 * processor. */

typedef struct {
    int least, most; /* of one weight: -128..127, or -64..64 */
    int64_t total;   /* of the positive weights of one row, and of the negative ones: 2^24 / 255, or as many as there are */
} parts_limits_t;

extern const parts_limits_t parts_whole; /* only the 8 bits count */
enum { PARTS_LIMIT = 16 };               /* enough for 9-bit weights of 4,608 inputs that are all alike */

/* Split a row of `count` weights: part p of weight i goes to parts[p][i]; all PARTS_LIMIT rows are written, those that are
 * not needed with zeros. Returns how many are needed, or 0 when PARTS_LIMIT are not enough. */
int parts_split(const int16_t *weights, int64_t count, const parts_limits_t *limits, int8_t *const *parts);

#endif
