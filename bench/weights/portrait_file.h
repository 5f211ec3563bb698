/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_PORTRAIT_FILE_H
#define BBS_WEIGHTS_PORTRAIT_FILE_H

#include "weights/portrait.h"

/* Portraits of the layers of one network, in its order, as a CSV: one row per layer,
 *     layer,source,k,c,kh,kw,linear,depth,shape,misfit,scale_0...,spread_0...,gain_0...,weight_0...
 * `source` says where the weights came from; it is the same in all rows. */
typedef struct {
    portrait_t *items;
    size_t count;
    char source[256];
} portraits_t;

outcome_t portraits_write(const char *path, const portraits_t *portraits);

/* Refuses numbers out of range and quantiles that decrease, with file, line and column. */
outcome_t portraits_read(const char *path, portraits_t *portraits);
void portraits_free(portraits_t *portraits);

#endif
