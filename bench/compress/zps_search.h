/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_ZPS_SEARCH_H
#define BBS_COMPRESS_ZPS_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

/* The search of zero-point shifting: the shift in [first, last] that encodes a group best. There are several searches,
 * which give the same shift: one that tries every shift, and faster ones. */
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

/* The largest squared error that is near the least one. */
static inline int32_t zps_near_most(const zps_rule_t *rule, int32_t least)
{
    return (int32_t)(least + (int64_t)least * rule->near_percent / 100);
}

typedef struct {
    const char *name;
    int64_t most;            /* weights of a group */
    bool (*available)(void); /* on this processor; NULL: on every one */
    /* shifts[groups] of groups of `count` weights, 1 to `most`, which lie one behind the other. */
    void (*search)(const zps_rule_t *rule, const int8_t *weights, int64_t count, int64_t groups, int *shifts);
} zps_search_t;

/* Fastest first, NULL-terminated; the last one tries every shift. */
extern const zps_search_t *const zps_searches[];

/* Search with the fastest one that is available for so many weights. */
void zps_search(const zps_rule_t *rule, const int8_t *weights, int64_t count, int64_t groups, int *shifts);

#endif
