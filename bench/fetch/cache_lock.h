/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_FETCH_CACHE_LOCK_H
#define BBS_FETCH_CACHE_LOCK_H

#include "base/outcome.h"

#include <stdio.h>

/* One program at a time fetches into the cache. The lock is gone when its holder ends in any way. */

/* Wait for the lock, saying so on `log` when another program has it. A cache that may not be written needs none. */
outcome_t cache_lock_take(FILE *log, int *lock);
void cache_lock_release(int lock); /* harmless for a negative number */

#endif
