/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_LIKENESS_H
#define BBS_MEASURE_LIKENESS_H

#include "weights/int8_network.h"
#include "weights/portrait_file.h"

/* How close synthetic weights come to real ones: each layer of a real file beside a layer drawn after its portrait. */

/* The properties of a layer's weights that the accelerator models depend on. */
typedef struct {
    double zero_bits;                        /* share, two's complement */
    double bbs;                              /* bi-directional bit sparsity, vectors of 8 */
    double redundant;                        /* columns per group of 32, mean */
    int64_t pragmatic_cycles, bitlet_cycles; /* of one pixel step, each design in its default array */
    int64_t sensitive_cons,
        sensitive_mod; /* channels that Algorithm 2 keeps at 8 bits, for beta 10 and 20 % of the whole file */
} likeness_side_t;

typedef struct {
    const char *name; /* of the layer */
    int64_t k, c, kh, kw;
    likeness_side_t real, synthetic;
} likeness_t;

/* Draw every layer of a real network after portraits[network->count], its own or others, and compare the two into
 * rows[network->count]. The names in rows[] point into `network`. */
outcome_t likeness_compare(const int8_network_t *network, const portrait_t *const *portraits, int threads,
                           likeness_t *rows);

/* The measures that have a relative error, in the order of likeness_error(). */
enum { LIKENESS_MEASURES = 4 };
extern const char *const likeness_measures[LIKENESS_MEASURES];
double likeness_error(const likeness_t *row, int measure); /* |synthetic / real - 1| */
double likeness_redundant_error(const likeness_t *row);    /* |difference|, columns per group */

/* The quantile of errors at `share`, of a measure or (measure = LIKENESS_MEASURES) of redundant columns: the smallest error
 * that at least this share of the rows does not exceed. */
double likeness_quantile(const likeness_t *rows, size_t count, int measure, double share);

#endif
