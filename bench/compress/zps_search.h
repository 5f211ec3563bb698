/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_ZPS_SEARCH_H
#define BBS_COMPRESS_ZPS_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

/* The search of zero-point shifting: the shift in [first, last] that encodes a group with the least squared error, the
 * lowest one on ties. Compression spends nearly all its time here, so there is one version for each kind of processor; all
 * give the same shift. */

/* How one shift encodes a group whose weights lie in [low, high]. */
typedef struct {
    int redundant;
    int pruned; /* low columns cleared: multiples of 2^pruned remain */
    int most;   /* largest stored value: 2^(7 - redundant) - 2^pruned */
} zps_plan_t;

zps_plan_t zps_plan(int low, int high, int shift, int columns);

typedef struct {
    const char *name;
    bool (*supported)(void);
    int (*search)(const int8_t *weights, int64_t count, int columns, int first, int last);
} zps_search_t;

/* Fastest first, NULL-terminated; the last one runs everywhere. */
extern const zps_search_t *const zps_searches[];

/* Search with the fastest version that this processor supports. */
int zps_search(const int8_t *weights, int64_t count, int columns, int first, int last);

#endif
