/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_ANT_H
#define BBS_COMPRESS_ANT_H

#include "compress/method.h"

/* ANT (Guo et al., MICRO'22, arXiv 2208.14286): every tensor is quantised with one of three formats of equal
 * width, the one with the least squared error; scales are per output channel. Table II of the BBS paper compares with
 * ANT at 6 bits, for weights and activations.
 *     int    two's complement, -2^(b-1) .. 2^(b-1) - 1
 *     pot    0 and signed powers of two, 2^0 .. 2^(2^(b-1) - 2)
 *     flint  "float-int" (its §IV): sign and m = b - 1 bits of magnitude. A leading 0 is followed by an integer below
 *            2^(m-1). A leading 1 starts a float: the zeros after it, up to the next 1, count the exponent up from m - 1,
 *            and the bits after that 1 are the mantissa; 1 and only zeros is 2^(2m-2). So precision is highest in the
 *            middle of the range. 4 bits: 0 1 2 3 4 6 8 16; without sign: 0 .. 8 10 12 14 16 24 32 64.
 * Range r and scale r / (largest level): of r = max |w| * {48, 47, ... 16} / 32 the one with the least squared error, the
 * widest of equal ones; of formats with equal errors the first of int, pot, flint. The paper says only that the range is
 * searched by mean squared error; the set of ranges is ours (the authors' 6-bit script steps by 1 % and begins at 100 %).
 *
 * config.bits 4 to 8; config.variant: "tensor" (one format per layer, 2 bits of metadata, the default) or "channel" (one
 * per channel, 2 bits each). */

/* Activations: 6 bits, one format and scale per tensor, unsigned where no value is negative. Format and scale are chosen
 * for each tensor from at most 16384 evenly strided values; the paper calibrates once. `values` [channels][count], in
 * place. */
void ant_quantise_activations(float *values, int64_t channels, int64_t count);

#endif
