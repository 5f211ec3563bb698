/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_MX_H
#define BBS_COMPRESS_MX_H

#include "compress/method.h"

/* Microscaling (OCP Microscaling Formats (MX) Specification 1.0, 2023; the BBS paper's Table III at 6.25 bits).
 *
 * A group of weights (32 along C, in the standard and by default) shares a scale X, a power of two stored as E8M0 in 8
 * bits; each weight is an element P, and P * X is the value. Scale and elements as in §6.3 of the specification:
 *     X = largest power of two <= max |w|, over the largest power of two of the element format, held in 2^-127 .. 2^127
 *     P = w / X rounded half to even to the element format, saturating
 * Elements (§5.3), config.variant:
 *     "e2m3"  FP6: bias 1, largest 7.5, subnormals        "e3m2"  FP6: bias 3, largest 28, subnormals
 *     "int"   INT8: two's complement / 2^6, +-1 63/64; the most negative code is left unused, as the standard allows.
 *             With 6 bits in the same way: / 2^4, +-1 15/16. The standard has no such format.
 * The BBS paper does not say which 6-bit elements it uses; `mx` is E2M3, the standard's 6-bit format with the longest
 * mantissa. Applied to its own result, the method changes nothing. Metadata: 8 bits per group. */

/* Activations of Table III have 8 bits: MXINT8 along the channels of one position, for every format of the weights.
 * `values` [channels][count], in place. */
void mx_quantise_activations(int64_t group, float *values, int64_t channels, int64_t count);

#endif
