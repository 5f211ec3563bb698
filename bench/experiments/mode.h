/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_MODE_H
#define BBS_EXPERIMENTS_MODE_H

#include "base/outcome.h"
#include "base/text.h"
#include "experiments/material.h"

#include <stdbool.h>
#include <stdint.h>

/* Test samples per network of one data set, at most. */
typedef struct {
    const char *data;
    int64_t images;
} mode_images_t;

/* What the user chose in place of what is the mode's own. */
typedef struct {
    const char *nets;    /* "a,b"; NULL: those of the mode */
    const char *methods; /* "a,b"; NULL: those of the mode */
    bool images;         /* the number of samples */
} mode_choice_t;

/* A mode is the extent of the evaluation. Each run has one mode, which its report states. */
typedef struct {
    const char *name;               /* "smoke", "compact", "full", "real"; in run.json and in the folder's name */
    const char *title;              /* of the report's banner */
    const char *meaning;            /* one sentence below the title */
    const char *size;               /* size of the networks whose accuracy is measured */
    int64_t images;                 /* test samples per network, at most; 0: all */
    const mode_images_t *images_of; /* data sets with another number, ended by a NULL name; NULL: none */
    enum { MODE_SETTINGS, MODE_RIVALS, MODE_EVERYTHING } methods; /* the paper's two; also its rivals'; all */
    bool brief;                                                   /* measurements leave out rows that only explain others */
    bool brings;                /* networks and data are fetched (run/full.h, run/real.h), not shipped */
    const char *only;           /* "id,id": the experiments of this mode where the user names none; NULL: all */
    const char *own;            /* the experiment that only this mode runs, unless the user names it; or NULL */
    const char *evaluations;    /* the list of what is evaluated (run/real.h), relative to the project; NULL: the paper's */
    const material_t *material; /* the fetched or chosen material, in the run's copy of the mode; else NULL */
    mode_choice_t choice;       /* in the run's copy of the mode */
} run_mode_t;

/* NULL-terminated. */
extern const run_mode_t *const run_mode_registry[];
outcome_t run_mode_find(const char *name, const run_mode_t **mode);

/* Did the user choose anything? And what, in words: "networks a,b; methods c; at most 64 samples a network", or "". */
bool run_mode_is_chosen(const run_mode_t *mode);
text_t run_mode_chosen(const run_mode_t *mode);

/* The title of a run: that of the mode, before it what was chosen. */
text_t run_mode_title(const run_mode_t *mode);

/* Test samples per network that is evaluated on the data set of this name, at most; 0: all. */
int64_t run_mode_images(const run_mode_t *mode, const char *data);

#endif
