/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_INPUTS_H
#define BBS_EXPERIMENTS_INPUTS_H

#include "base/outcome.h"
#include "base/sha256.h"

#include <stddef.h>
#include <stdint.h>

/* The files that a run reads, each listed once, with length and hash. */
typedef struct {
    char *path;
    const char *role; /* "weights", "graph", "data set", "constants" */
    int64_t bytes;    /* -1: the file is missing */
    sha256_t sha256;  /* "" when the file is missing */
} input_t;

typedef struct {
    input_t *items;
    size_t count;
} inputs_t;

/* A relative path is a file of the project (home.h), and an absolute one inside the project becomes relative. `role` must
 * outlive the list. A path that is already listed, or NULL, changes nothing. */
outcome_t inputs_add(inputs_t *inputs, const char *path, const char *role);
/* Fill in sizes and hashes. A missing file is not an error here: the experiment that needs it reports the error. */
outcome_t inputs_identify(inputs_t *inputs);
void inputs_free(inputs_t *inputs);

#endif
