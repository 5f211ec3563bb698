/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_LIKENESS_H
#define BBS_MEASURE_LIKENESS_H

#include "weights/int8_network.h"
#include "weights/portrait_file.h"

/* How good a substitute synthetic weights are: each layer of a real file beside one drawn after its portrait. */

/* What the models read off a layer's weights. */
typedef struct {
    double zero_bits;                        /* share, two's complement */
    double bbs;                              /* bi-directional bit sparsity, vectors of 8 */
    double redundant;                        /* columns a group of 32, mean */
    int64_t pragmatic_cycles, bitlet_cycles; /* of one pixel step, each in its default array */
    int64_t sensitive_cons, sensitive_mod;   /* channels that Algorithm 2 keeps, beta 10 and 20 %, in the whole file */
} likeness_side_t;

typedef struct {
    const char *name; /* the layer's */
    int64_t k, c, kh, kw;
    likeness_side_t real, synthetic;
} likeness_t;

/* Draw all layers of a network that is real after portraits[network->count], its own or others, and compare:
 * rows[network->count], whose names are the network's. */
outcome_t likeness_compare(const int8_network_t *network, const portrait_t *const *portraits, int threads,
                           likeness_t *rows);

/* The measures that have a relative error, in the order of likeness_error(). */
enum { LIKENESS_MEASURES = 4 };
extern const char *const likeness_measures[LIKENESS_MEASURES];
double likeness_error(const likeness_t *row, int measure); /* |synthetic / real - 1| */
double likeness_redundant_error(const likeness_t *row);    /* |difference|, columns a group */

/* The quantile of errors at `share`, of a measure or (LIKENESS_MEASURES) of redundant columns: the smallest error that at
 * least this share of the rows does not exceed. */
double likeness_quantile(const likeness_t *rows, size_t count, int measure, double share);

#endif
