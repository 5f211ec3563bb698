/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_FETCH_LOCK_H
#define BBS_FETCH_LOCK_H

#include "base/catalogue.h"
#include "base/sha256.h"

/* lock.csv in the cache: the hash of each file whose catalogue does not know it, as it was at the first download. */

/* Compare with the catalogue's digits and, where they are not all 64, with the lock; a file the lock does not have is
 * added to it. *expected is the hash or its known digits when `*same` is false. */
outcome_t lock_verify(const catalogue_item_t *item, const char *path, bool *same, sha256_t *found, sha256_t *expected);

#endif
