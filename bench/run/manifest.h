/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_RUN_MANIFEST_H
#define BBS_RUN_MANIFEST_H

#include "base/text.h"
#include "experiments/experiment.h"

#include <cjson/cJSON.h>

/* run.json: what a run folder is the result of. Written whole or not at all, before the first experiment and after each
 * one, so that a killed run knows what is finished.
 *
 *   schema, command, mode, own_experiments ("" for none), resumed, started_utc, finished_utc (null until the end),
 * folder_bytes configuration   what the rows depend on: program, mode, experiments and their settings, inputs; --resume
 * compares it seeds, inputs [{path, role, bytes, sha256}], program, build, machine, libraries experiments [{id, title,
 * rows, state: pending | running | finished | failed | blocked, reason, started_utc, finished_utc, wall_seconds,
 * peak_memory_bytes, row_count}] */

enum { MANIFEST_SCHEMA = 2 };

typedef struct {
    cJSON *json;
    char *path;
} manifest_t;

typedef struct {
    const run_mode_t *mode;
    int jobs;
    const char *command;
    const experiment_t *const *experiments; /* NULL-terminated: those that were asked for */
    const char *own_experiments;            /* folder of a user's own; NULL: none */
    const inputs_t *inputs;                 /* identified */
} manifest_facts_t;

/* A new manifest in memory. Free with manifest_free(). */
outcome_t manifest_create(const char *folder, const manifest_facts_t *facts, manifest_t *manifest);
outcome_t manifest_read(const char *folder, manifest_t *manifest);
outcome_t manifest_write(const manifest_t *manifest);
void manifest_free(manifest_t *manifest);

/* FAULT_FAILED naming the first part of `wanted`'s configuration that `found` does not share. */
outcome_t manifest_same_configuration(const manifest_t *found, const manifest_t *wanted);

bool manifest_is_finished(const manifest_t *manifest);

/* The text or number at KEY of the object OBJECT (NULL: the top), "" or -1 when it is not there or of another type. */
const char *manifest_text(const manifest_t *manifest, const char *object, const char *key);
double manifest_number(const manifest_t *manifest, const char *object, const char *key);

/* The entry of an experiment, or NULL; what can be read from one. */
cJSON *manifest_experiment(const manifest_t *manifest, const char *id);
const char *manifest_state(const manifest_t *manifest, const char *id); /* "" when it was not asked for */

/* Set a member, replacing an earlier one; without memory the member is left out. */
void manifest_set_text(cJSON *object, const char *key, const char *value);
void manifest_set_number(cJSON *object, const char *key, double value);

text_t manifest_now_utc(void); /* "2026-01-31T14:25:30Z" */

#endif
