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
 * Activations (config.activation_bits 4 to 8): one format and one scale for each tensor, both fixed by calibration;
 * unsigned where no calibration value is negative. As in the authors' code (github.com/clevercool/ANT-Quantization,
 * ant_quantization/antquant/quant_modules.py and ImageNet/scripts/quant_6bit_ptq.sh): the range is the one of 100, 101, ...
 * 149 % of the largest magnitude with the least mean squared error (75 to 149 % below 6 bits, 95 to 149 % above), and the
 * format the one with the least error of int, pot and flint; with 7 and 8 bits only int. Differences: the authors measure
 * the error on one batch, here it is measured on evenly strided values of the calibration samples; their layers see inputs
 * that the layers before have already quantised, ours see float activations (of the network with compressed weights); the
 * first layer reads pixels of 8 bits, which stay as they are.
 *
 * config.bits 4 to 8; config.variant: "tensor" (one format per layer, 2 bits of metadata, the default) or "channel" (one
 * per channel, 2 bits each). */

#endif
