/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TRACK_CHECKOUT_H
#define BBS_TRACK_CHECKOUT_H

#include "base/outcome.h"
#include "base/text.h"

/* Commits of a repository of bbsbench, built and measured: for finding the commit at which a number changed.
 *
 * WORK/tree is a worktree of its own, so that nothing is checked out where the user works; WORK/builds/COMMIT keeps the
 * program of each commit, so that no commit is built twice, also by a later search. */
typedef struct {
    text_t repository; /* absolute */
    text_t work;       /* absolute */
    int jobs;          /* of make */
} checkout_t;

/* What is measured: a column of the row of this network and method, on so many samples (0: all). */
typedef struct {
    const char *net, *method, *metric;
    int64_t images;
} checkout_number_t;

/* Run git in a folder, its output to standard error; a code other than 0 is FAULT_FAILED. `arguments` follow "git -C
 * FOLDER" and end with NULL. */
outcome_t checkout_git(const char *folder, const char *const *arguments);
/* The first line that git prints. */
outcome_t checkout_ask(const char *folder, const char *const *arguments, text_t *line);

/* Make the worktree at a commit, or move it there; and remove it. */
outcome_t checkout_open(const checkout_t *checkout, const char *commit);
outcome_t checkout_close(const checkout_t *checkout);

/* Build the commit that the worktree is at, unless its program is kept, and measure: `value` as in the file of rows. A
 * commit that cannot be built or does not measure is FAULT_FAILED, naming its log. */
outcome_t checkout_measure(const checkout_t *checkout, const checkout_number_t *number, text_t *value);

#endif
