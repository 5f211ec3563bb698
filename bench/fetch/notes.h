/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_FETCH_NOTES_H
#define BBS_FETCH_NOTES_H

#include "base/catalogue.h"
#include "base/sha256.h"

/* not-pinned.csv in the cache: length and hash of each file that came without a published hash.
 *
 * A note does not say that the file is the right one. It only shows whether the file is still what came: damage in the
 * cache is found, and a new download gets a new note. */

/* Write or replace the note of a file of the cache. */
outcome_t notes_write(const char *file, const sha256_t *hash, int64_t bytes);

/* The hash in the note; "" when there is none. */
outcome_t notes_read(const char *file, sha256_t *hash);

#endif
