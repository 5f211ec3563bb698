/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_OLIVE_H
#define BBS_COMPRESS_OLIVE_H

#include "compress/compress.h"

/* OliVe, 4 bits (Guo et al., ISCA'23, arXiv 2304.07493): weights lie in pairs of one byte, and the neighbour of an
 * outlier, its victim, is given up, so that its code can say "outlier beside me".
 *     normal values   int4 without -8 (that code is the mark): -7 .. 7, or flint4: 0 1 2 3 4 6 8 16 and negative (ant.h)
 *     outliers        abfloat E2M1, (2 + mantissa) << (exponent + bias) without the smallest code: bias 2 beside int4:
 *                     12 16 24 32 48 64 96, bias 3 beside flint4: 24 .. 192
 *     pair            with one outlier: the other is 0; with two: the smaller is 0, the second of equal ones
 * A weight is an outlier when the least outlier is nearer to it than the largest normal value. The range r, where normal
 * values end, is searched around 3 sigma by squared error: r = (|mean| + 3 sigma) * {40, 39, ... 12} / 16, mean and sigma
 * of the output channel, scale r / (largest normal value), the widest of equal ones; the bounds, 75 to 250 %, are those
 * of the authors' scripts, which step by 2 %. The data type of the normal values is the layer's, by least squared error
 * of all channels, int4 when equal (ANT's rule); config.variant: "adaptive" (default), "int", "flint".
 * The authors' code drops the second of two outliers whatever its size; here the paper is followed.
 *
 * Pairs run along C at one kernel position, as groups do everywhere here. Where C is odd, the last weight of a row pairs
 * with padding, which is stored (4 bits a row) and makes a harmless victim. Metadata: 1 bit a layer. Activations have 8
 * bits, as in the BBS paper's Table VI. */
extern const method_t olive_method;

#endif
