/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_STATS_H
#define BBS_COMPRESS_STATS_H

#include "compress/layer.h"

/* Sparsity of INT8 weights, as the paper's Fig. 3 counts it. Everything is a count, so layers can be added, and any number
 * of threads gives the same result. Vectors and groups run along the input channels at one kernel position of one output
 * channel; the last of a row may be short. */
enum { STATS_COLUMNS = 8 };

typedef struct {
    int64_t weights;
    int64_t zeros;                     /* weights that are 0 */
    int64_t zero_bits_twos_complement; /* of 8 per weight */
    int64_t zero_bits_sign_magnitude;  /* of 8 per weight, sign included; -128 counts as -127 */
    int64_t bbs_bits; /* bits that have the more frequent value of their vector's column; of 8 per weight */
    int64_t groups;
    int64_t redundant[STATS_COLUMNS]; /* groups by the number of columns after the sign that equal it, 0 to 7 */
} stats_t;

/* Counts of one layer; `vector` and `group` are 1 to 4096. */
outcome_t stats_count(const compress_layer_t *layer, int vector, int group, int threads, stats_t *stats);
void stats_add(stats_t *sum, const stats_t *stats);

/* Share of one count, 0 for an empty layer. */
double stats_value_sparsity(const stats_t *stats);
double stats_bit_sparsity(const stats_t *stats, int64_t bits);

#endif
