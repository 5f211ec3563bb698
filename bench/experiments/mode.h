/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_MODE_H
#define BBS_EXPERIMENTS_MODE_H

#include "base/outcome.h"
#include "experiments/material.h"

#include <stdbool.h>
#include <stdint.h>

/* How much of the evaluation a run covers: each run is of one mode, and every table says which. */
typedef struct {
    const char *name;    /* "smoke", "compact", "full": in run.json and in the folder's name */
    const char *title;   /* as the report's banner has it */
    const char *meaning; /* one sentence below the title */
    const char *size;    /* size of the networks whose accuracy is measured */
    int64_t images;      /* test samples a network, at most; 0 = all */
    enum { MODE_SETTINGS, MODE_RIVALS, MODE_EVERYTHING } methods; /* the paper's two, its rivals' too, all that there are */
    bool brings;                                                  /* the networks are brought by full.h, not shipped */
    const material_t *material; /* what was brought, in a copy of the mode that a run makes; else NULL */
} run_mode_t;

/* NULL-terminated. */
extern const run_mode_t *const run_mode_registry[];
outcome_t run_mode_find(const char *name, const run_mode_t **mode);

#endif
