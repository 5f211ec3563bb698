/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_MATCH_H
#define BBS_WEIGHTS_MATCH_H

#include "weights/portrait_file.h"

/* Which portrait a layer is drawn after: one of the same kind (matrix, 1x1, larger kernel, kernel with more positions than
 * input channels), else of the nearest kind; among these the one with the closest ratio of outputs to inputs in powers of
 * two, then the closest depth in the network, then the first. */
typedef struct {
    bool linear;
    int64_t k, c, kh, kw;
    double depth; /* 0 to 1 */
} match_t;

/* Among files[count]; NULL when they hold no portrait. */
const portrait_t *match_portrait(const portraits_t *files, size_t count, const match_t *layer);

#endif
