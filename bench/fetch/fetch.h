/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_FETCH_FETCH_H
#define BBS_FETCH_FETCH_H

#include "base/catalogue.h"

#include <stdio.h>

/* Fetch the files of a catalogue into the cache: first a plan, which lists the files that are here and those to fetch, then
 * the work.
 *
 * A file in the cache is complete: it arrives as FILE.part, its length and SHA-256 are compared with the catalogue's, and
 * only then it is renamed. A file that does not match is kept as FILE.bad and refused. A file is "verified" only when the
 * catalogue has its whole hash. Where it has none, or only its first digits, the file is "not pinned": what is known is
 * compared (first digits, length, rounded length, that it is no page of HTML), and a note of what came is kept (notes.h),
 * so that later damage is found. A download of an earlier session is continued only for a file with a whole hash. One
 * program at a time works on the cache (cache_lock.h). */

typedef enum {
    FETCH_HERE,   /* in the cache, with the right length */
    FETCH_TAKE,   /* in the folder of --from */
    FETCH_LOAD,   /* to be downloaded, or the rest of it */
    FETCH_ABSENT, /* no address, and not in the folder */
} fetch_state_t;

typedef struct {
    const catalogue_item_t *item; /* of a catalogue that outlives the plan */
    fetch_state_t state;
    text_t path;   /* in the cache */
    text_t from;   /* FETCH_TAKE: path of the user's file */
    int64_t bytes; /* still to fetch; 0 when not known */
} fetch_step_t;

typedef struct {
    fetch_step_t *steps;
    size_t count;
    int64_t bytes;    /* to fetch, as far as known */
    int64_t unpacked; /* further bytes for unpacking, set by the caller; else 0 */
    size_t unknown;   /* files to fetch whose length is not known */
    size_t absent;
    size_t loads; /* steps that need the network */
} fetch_plan_t;

/* Which items to fetch: those whose owner or name is in `wanted`; all when `wanted` is empty. */
typedef struct {
    const catalogue_t *catalogues;
    size_t catalogue_count;
    const char *const *wanted;
    size_t wanted_count;
    const char *from; /* a folder, or NULL */
} fetch_request_t;

/* A wanted name that no catalogue has is FAULT_USAGE. */
outcome_t fetch_plan(const fetch_request_t *request, fetch_plan_t *plan);
void fetch_plan_free(fetch_plan_t *plan);

/* Print one line per file, with size and state, then the sum; with `details` also addresses and hashes. */
void fetch_print(const fetch_plan_t *plan, bool details, FILE *log);

/* Free bytes of the disk that holds the cache; `*root` is the path of the cache. */
outcome_t fetch_free_bytes(double *bytes, text_t *root);

/* FAULT_FAILED when the disk of the cache has too little room for the plan. */
outcome_t fetch_check_disk(const fetch_plan_t *plan);

/* Carry out the plan, with one line per file on `log`. Files that are here already are verified too. Stops at the first
 * error and keeps what was fetched. Absent files are FAULT_MISSING, after everything else was fetched. */
outcome_t fetch_execute(const fetch_plan_t *plan, FILE *log);

#endif
