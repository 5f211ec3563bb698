/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_NOISYQUANT_H
#define BBS_COMPRESS_NOISYQUANT_H

#include "compress/method.h"

/* NoisyQuant (Liu et al., CVPR'23, arXiv 2211.16056): activations X are quantised with a fixed noise N added, and N is
 * subtracted after the multiplication: Q(X + N) W - N W, where the layer's bias absorbs N W. The BBS paper's Table III
 * compares with 6-bit weights and 8-bit activations.
 *     Q   8 bits, one scale per tensor: max |x| / 127.5 (levels -128 .. 127), or, where no value is negative,
 *         max x / 255.5 (0 .. 255)
 *     N   uniform in (-R, R), one draw per input channel, shared by all positions (else no bias could absorb N W); fixed
 *         seed: draw c is a hash of c
 *     R   of scale * {0, 1, ... 16} / 8 the one with the least squared error of the activations, the smallest of equal ones
 * So the activations become Q(X + N) - N, and are no worse than Q(X) where the error was measured: on at most 16384
 * values, evenly strided. The paper fixes R by the same kind of linear search on calibration images; here R and the scale
 * are chosen for each tensor, which favours the method. The mean of N, which the authors' code searches too, is 0 here.
 * Weights: 6 bits as in ptq.h, range by least squared error. */

/* Q(X + N) - N of `values` [channels][count], in place. */
void noisyquant_quantise_activations(float *values, int64_t channels, int64_t count);

float noisyquant_draw(int64_t channel); /* in (-1, 1): N / R of that channel */

#endif
