/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_NOISYQUANT_H
#define BBS_COMPRESS_NOISYQUANT_H

#include "compress/method.h"

/* NoisyQuant (Liu et al., CVPR'23, arXiv 2211.16056; the authors' code: github.com/kriskrisliu/NoisyQuant, fast_quant.py).
 * The BBS paper's Table III compares with 6-bit weights and 8-bit activations.
 *
 * Weights: one scale per output channel, max |w| / (2^(n-1) - 1), without clipping (max |w| / 31 at 6 bits).
 *
 * Activations X (config.activation_bits) are quantised with a fixed noise N added, and N is taken off after the product:
 *     Q(X + N) W - N W,   Q(x) = s * clamp(round(x / s), -2^(n-1), 2^(n-1) - 1)
 * N has one value per input channel, shared by all positions, so that the layer's bias can absorb N W. The engine takes N
 * off before the product, (Q(X + N) - N) W: the same number in real arithmetic, and right at the zero padding of a
 * convolution, where a bias would differ from pixel to pixel.
 *
 * Calibration, in the order of the authors' code, each step by the least squared error of the layer's output,
 * |(X' - X) W|^2 with the quantised weights:
 *     clip    s = clip / (2^(n-1) - 1), clip = largest |x| * {100, 99, ... 1} / 100, of x held within the clip
 *     mean    N = m = s * {-20, -19, ... 19} / 20
 *     range   N = m + s * u * {0, 1, ... 39} / 20, with u uniform in (-1, 1): a hash of the channel's number
 * The first of equal ones is taken; 0 is among the means and the ranges, so the noise is never worse than none on the
 * calibration rows.
 *
 * Differences from the authors' code: their steps are 1/1000, 1/200 and 1/1000; they draw u = 2 g - 1 with g normal, though
 * the paper says uniform, which is done here; they measure on all tokens of their calibration images, here on evenly
 * strided rows of the product; their layers are calibrated one after the other on inputs that are already quantised, ours
 * all at once on float inputs (of the network with quantised weights). They quantise linear layers only; here convolutions
 * too, except the first layer, which reads 8-bit pixels. */

float noisyquant_draw(int64_t channel); /* u of a channel, in (-1, 1) */

#endif
