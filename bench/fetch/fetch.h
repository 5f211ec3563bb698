/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_FETCH_FETCH_H
#define BBS_FETCH_FETCH_H

#include "base/catalogue.h"

#include <stdio.h>

/* The files of a catalogue into the cache: first a plan, which says what is there and what it takes, then the work.
 *
 * A file is in the cache whole and verified, or not at all: it arrives as FILE.part, its length and SHA-256 are compared
 * with the catalogue's, and only then it gets its name. One that does not match is kept aside as FILE.bad and refused.
 * Where the catalogue knows no hash, or its first digits only, the one of the first download is written to lock.csv in
 * the cache, and later files have to match it. */

typedef enum {
    FETCH_HERE,   /* in the cache, at its length */
    FETCH_TAKE,   /* in the folder of --from */
    FETCH_LOAD,   /* from its address, or the rest of it */
    FETCH_ABSENT, /* no address, and not in the folder */
} fetch_state_t;

typedef struct {
    const catalogue_item_t *item; /* of a catalogue that outlives the plan */
    fetch_state_t state;
    text_t path;   /* in the cache */
    text_t from;   /* FETCH_TAKE: where it is */
    int64_t bytes; /* still to come; 0 when it is not known */
} fetch_step_t;

typedef struct {
    fetch_step_t *steps;
    size_t count;
    int64_t bytes;    /* to come, as far as is known */
    int64_t unpacked; /* more that unpacking will take; 0 unless the caller knows it */
    size_t unknown;   /* files to come whose length is not known */
    size_t absent;
    size_t loads; /* steps that go to the network */
} fetch_plan_t;

/* Which items: those whose owner or name is in `wanted`, all of them where it is empty. */
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

/* Its files, a line each, with their sizes and where they come from, and the sum; with `details` addresses and hashes. */
void fetch_print(const fetch_plan_t *plan, bool details, FILE *log);

/* Of the disk that the cache is on, and where that is. */
outcome_t fetch_free_bytes(double *bytes, text_t *root);

/* Enough room for what is to come where the cache is. */
outcome_t fetch_check_disk(const fetch_plan_t *plan);

/* Do it, a line a file on `log`; files that are here are verified too. Stops at the first error; what was done stays.
 * Absent files are FAULT_MISSING, once everything else is there. */
outcome_t fetch_execute(const fetch_plan_t *plan, FILE *log);

#endif
