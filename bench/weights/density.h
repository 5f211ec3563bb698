/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_DENSITY_H
#define BBS_WEIGHTS_DENSITY_H

#include "nets/net.h"

/* The assumed share of activations that are not zero: no network is run to measure it. */
typedef struct {
    const char *family; /* of networks; NULL: any other */
    double density;     /* of the inputs of every layer except the first, whose input (image or text) is dense */
    const char *source;
} density_t;

const density_t *density_assumed(const char *family);

#endif
