/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_WIDEN_H
#define BBS_ENGINE_WIDEN_H

#include "engine/graph.h"

#include <stdint.h>

/* The shortcut without weights between unequal channel counts (He et al. 2015, section 4.2, option A): every `stride`-th
 * pixel, the missing channels zero, half of them before and half after the others. Darknet's own shortcut adds all
 * of them after, unlike the network with which the public CIFAR-10 checkpoints were trained. */

typedef struct {
    int64_t narrow_c, narrow_h, narrow_w; /* the smaller operand */
    int64_t wide_c, wide_h, wide_w;       /* the larger operand */
    int64_t block;                        /* channels per block in both; 1: plain [c, h, w] */
    bool relu;                            /* of the sum */
} widen_t;

/* Is it a [shortcut] layer of this kind? */
bool widen_is(const layer *at);
widen_t widen_of(const layer *at, int64_t block);

/* target = sum = main + widened narrow, with the ReLU; `target` may be `main`. */
void widen_add(const widen_t *widen, const float *narrow, const float *main, float *target);

#endif
