/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_FAST_H
#define BBS_ENGINE_FAST_H

#include "engine/kernels.h"

/* Darknet walks the layers, oneDNN computes them, through l.forward. */
extern const kernels_t kernels_fast;

/* The same with Winograd's form of the 3x3 convolutions of stride 1: fewer multiplications, in an arithmetic that rounds
 * otherwise (docs/performance.md has speed and error). */
extern const kernels_t kernels_winograd;

#endif
