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
 * mantissa. Applied to its own result, the method changes nothing. Metadata: 8 bits per group.
 *
 * Activations (config.activation_bits 6 or 8) are quantised in the same way as they come, without calibration: blocks of
 * config.group values along the sum of the product, that is along the channels of one pixel or token, or along the vector
 * that a linear layer reads. 6 bits: the elements of the weights; 8 bits: MXINT8, for all weights. (The BBS paper's Table
 * III has 8-bit activations and names no element. MXFP8 is not offered.) The specification leaves rounding to the
 * implementation; Microsoft's emulator (microxcaling) rounds ties away from zero unless told otherwise, here they go to
 * even. */

#endif
