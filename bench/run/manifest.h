/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_RUN_MANIFEST_H
#define BBS_RUN_MANIFEST_H

#include "base/json.h"
#include "base/text.h"
#include "experiments/experiment.h"

/* run.json: the record of a run. Written completely or not at all, before the first experiment and after each one, so that
 * a killed run knows which experiments are finished. Its members:
 *
 *   schema, command, mode, resumed
 *   own_experiments              "" for none; a path, as all here: relative to the project when inside, else absolute
 *   started_utc, finished_utc    null until the end
 *   folder_bytes
 *   configuration                all that the rows depend on, compared by --resume: program, mode,
 *                                experiments, settings, inputs
 *   seeds, program, build, machine, libraries
 *   inputs                       [{path, role, bytes, sha256}]
 *   experiments                  [{id, title, rows, state, reason, started_utc, finished_utc,
 *                                wall_seconds, peak_memory_bytes, row_count}];
 *                                state is pending, running, finished, failed or blocked
 *   files                        [{path, bytes, sha256, row_count}]: the files that the run has written (manifest_files.h)
 */

enum { MANIFEST_SCHEMA = 3 };

typedef struct {
    cJSON *json;
    char *path;
} manifest_t;

typedef struct {
    const run_mode_t *mode;
    int jobs;
    const char *command;
    const experiment_t *const *experiments; /* NULL-terminated: the experiments of this run */
    const char *own_experiments;            /* folder of the user's experiments; NULL: none */
    const inputs_t *inputs;                 /* after inputs_identify() */
} manifest_facts_t;

/* A new manifest in memory. Free with manifest_free(). */
outcome_t manifest_create(const char *folder, const manifest_facts_t *facts, manifest_t *manifest);
outcome_t manifest_read(const char *folder, manifest_t *manifest);
outcome_t manifest_write(const manifest_t *manifest);
void manifest_free(manifest_t *manifest);

/* The mode of the run, with its number of samples; without material. An unknown mode is FAULT_FAILED. */
outcome_t manifest_mode(const manifest_t *manifest, run_mode_t *mode);

/* FAULT_FAILED, naming the first setting in which `found` differs from `wanted`. */
outcome_t manifest_same_configuration(const manifest_t *found, const manifest_t *wanted);

bool manifest_is_finished(const manifest_t *manifest);

/* The text or number `key` of the object `object` (NULL: the top level); "" or -1 when it is missing or of another type. */
const char *manifest_text(const manifest_t *manifest, const char *object, const char *key);
double manifest_number(const manifest_t *manifest, const char *object, const char *key);

/* The entry of an experiment, or NULL. */
cJSON *manifest_experiment(const manifest_t *manifest, const char *id);
const char *manifest_state(const manifest_t *manifest, const char *id); /* "" for an experiment that is not in the run */
bool manifest_has_rows(const void *manifest, const char *id);           /* finished; for experiment_source_t.holds */

text_t manifest_now_utc(void); /* "2026-01-31T14:25:30Z" */

#endif
