/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_FETCH_LOCK_H
#define BBS_FETCH_LOCK_H

#include "base/catalogue.h"
#include "base/sha256.h"

/* lock.csv in the cache: the hash at the first download, for each file whose catalogue has no full hash. */

/* Compare with the digits of the catalogue and, when these are fewer than 64, with the lock; a file that the lock lacks is
 * added to it. When `*same` is false, `*expected` is the expected hash, or its known digits. */
outcome_t lock_verify(const catalogue_item_t *item, const char *path, bool *same, sha256_t *found, sha256_t *expected);

#endif
