/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_ZPS_SEARCH_H
#define BBS_COMPRESS_ZPS_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

/* The search of zero-point shifting: the shift in [first, last] that encodes a group best. There are two searches, which
 * give the same shift: one that tries every shift, and a faster one. */
typedef struct {
    int columns, first, last; /* 1 to COLUMNS_MOST; at most ZPS_SHIFTS_MOST shifts */
    bool ties_to_zero;        /* zps_round.h */
    /* False: the least squared error, the lowest shift on ties. True: of the shifts whose squared error is at most
     * near_percent above the least, the one with the least absolute sum of errors; then the least squared error, then the
     * lowest shift. */
    bool least_mean;
    int near_percent;
} zps_rule_t;

enum { ZPS_SHIFTS_MOST = 64 /* all constants of 6 bits */ };

/* How one shift encodes a group whose weights lie in [low, high]. */
typedef struct {
    int redundant;
    int pruned; /* low columns cleared: multiples of 2^pruned remain */
    int most;   /* largest stored value: 2^(7 - redundant) - 2^pruned */
} zps_plan_t;

zps_plan_t zps_plan(int low, int high, int shift, int columns);

typedef struct {
    const char *name;
    /* `count` is 1 to COLUMNS_GROUP_MOST. */
    int (*search)(const zps_rule_t *rule, const int8_t *weights, int64_t count);
} zps_search_t;

/* Fastest first, NULL-terminated; the last one tries every shift. */
extern const zps_search_t *const zps_searches[];

/* Search with the fastest one. */
int zps_search(const zps_rule_t *rule, const int8_t *weights, int64_t count);

#endif
