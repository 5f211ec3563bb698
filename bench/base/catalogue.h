/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_CATALOGUE_H
#define BBS_BASE_CATALOGUE_H

#include "base/csv.h"
#include "base/text.h"

/* The files that can be fetched, and their places in the cache.
 *
 * A catalogue (models/checkpoints.csv, datasets/datasets.csv, models/real.files.csv) has one row per file: its name, the
 * network or data set that it belongs to, its role there ("weights", "vocabulary", "data"), its place in the cache, its
 * address, length, SHA-256 (all digits, the first ones, or none), licence and source. The cache is the folder $BBS_HOME, or
 * ~/.cache/bbsbench. */

typedef struct {
    const char *name;
    const char *owner; /* column net or dataset */
    const char *role;
    const char *file;    /* relative to the cache, without ".." */
    const char *url;     /* "": it may not be redistributed; the user must bring it */
    const char *sha256;  /* 0 to 64 hexadecimal digits, from the first on */
    const char *licence; /* "": not known */
    const char *source;
    int64_t bytes; /* 0: not known */
    int64_t about; /* a rounded length, for planning, where no exact one is published; 0: not known */
} catalogue_item_t;

typedef struct {
    csv_table_t table; /* holds the texts */
    catalogue_item_t *items;
    size_t count;
} catalogue_t;

/* The project's own catalogues, relative to its folder: the paper's checkpoints, their data, and the files of the real
 * tier. */
extern const char catalogue_checkpoints[], catalogue_datasets[], catalogue_real[];

/* Refuses rows whose place is outside the cache, and malformed numbers and hashes, with line and column. */
outcome_t catalogue_read(const char *path, catalogue_t *catalogue);
void catalogue_free(catalogue_t *catalogue);

/* Is its whole hash published? Only such a file can be verified. */
bool catalogue_is_pinned(const catalogue_item_t *item);

/* Where a file of the cache is, whether or not it is there: an absolute path. */
outcome_t catalogue_place(const char *file, text_t *path);

/* The fetched file of an owner and role in one of the project's catalogues; FAULT_MISSING, with the fetch command, when it
 * is not in the cache. `option` is the option of that command for the owner: "--net", "--dataset". */
outcome_t catalogue_find(const char *catalogue, const char *option, const char *owner, const char *role, text_t *path);

#endif
