/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_DENSITY_H
#define BBS_WEIGHTS_DENSITY_H

#include "nets/net.h"

/* The share of activations that are not zero, where the network has not been run to measure it. */
typedef struct {
    const char *family; /* of networks; NULL: any other */
    double density;     /* of the inputs of all layers but the first, whose input is an image or text and dense */
    const char *source;
} density_t;

const density_t *density_assumed(const char *family);

#endif
