/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_PARTS_H
#define BBS_ENGINE_PARTS_H

#include <stdint.h>

/* Integer weights as a sum of 8-bit parts, each of which a given kernel multiplies exactly.
 *
 * Three limits can prevent an exact product of u8 activations and compressed weights:
 * * a weight needs more than 8 bits (zero-point shifting stores bit columns and a constant; their sum can leave -128..127);
 * * a processor without VNNI adds two products u8 x s8 in 16 bits and saturates, unless |weight| <= 64: 2 * 255 * 64 <
 * 2^15;
 * * a kernel returns its 32-bit sum through float32, which is exact only up to 2^24.
 * All three are limits on the weights of one product. The excess over a limit goes into a further part, whose product is
 * added in integers. Most weights have one part, and the result is the integer dot product for every method and processor.
 */

typedef struct {
    int least, most; /* of one weight: -128..127, or -64..64 */
    int64_t total;   /* largest sum of the positive weights of a row, and of the negative ones: 2^24 / 255, or no limit */
} parts_limits_t;

extern const parts_limits_t parts_whole; /* only the limit of 8 bits */
enum { PARTS_LIMIT = 16 };               /* enough for 9-bit weights of 4,608 inputs that are all alike */

/* Split a row of `count` weights: part p of weight i goes to parts[p][i]; all PARTS_LIMIT rows are written, unused
 * ones with zeros. Returns the number of parts, or 0 when PARTS_LIMIT parts are not enough. */
int parts_split(const int16_t *weights, int64_t count, const parts_limits_t *limits, int8_t *const *parts);

#endif
