/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_ZPS_SEARCH_H
#define BBS_COMPRESS_ZPS_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

/* The search of zero-point shifting: the shift in [first, last] that encodes a group best. Compression spends nearly all
 * its time here, so there is one version for each kind of processor; all give the same shift. */
typedef struct {
    int columns, first, last; /* at most ZPS_SHIFTS_MOST shifts */
    bool ties_to_zero;        /* zps_round.h */
    /* False: the least squared error, the lowest shift on ties. True: of the shifts whose squared error is at most
     * near_percent above the least, the one with the least absolute sum of errors; then the least squared error, then the
     * lowest shift. */
    bool least_mean;
    int near_percent;
} zps_rule_t;

enum { ZPS_SHIFTS_MOST = 80 };

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
    int (*search)(const zps_rule_t *rule, const int8_t *weights, int64_t count);
} zps_search_t;

/* Fastest first, NULL-terminated; the last one runs everywhere. */
extern const zps_search_t *const zps_searches[];

/* Search with the fastest version that this processor supports. */
int zps_search(const zps_rule_t *rule, const int8_t *weights, int64_t count);

#endif
