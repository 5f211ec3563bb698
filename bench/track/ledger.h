/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TRACK_LEDGER_H
#define BBS_TRACK_LEDGER_H

#include "base/file.h"
#include "base/outcome.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* The history of runs: one SQLite file, results/history.db or BBS_HISTORY, to which each run is added at its end.
 *
 *     runs       one line a run: folder, mode, times, commit, changes, processor, program, command
 *     files      the files of a run by name: run.json, its rows, the answers to each sample
 *     contents   the bytes of these files by SHA-256, deflated: a table that did not change is stored once
 *
 * Whole files are kept, so a run can be exported again with the same bytes, and every reader of files reads the history
 * too. The schema has a version (user_version). An older one is migrated when the file is opened; a newer one, a damaged
 * file, and a file of another program are refused and stay as they are. Several programs may write at once, and may be
 * killed at any moment: a run is one transaction. */

enum { LEDGER_VERSION = 2 };

typedef struct ledger ledger_t;

/* Where the history is. "" when BBS_HISTORY is set to nothing: there is none. */
outcome_t ledger_path(text_t *path);
/* Does BBS_HISTORY name it? Else it is the default file, which nobody asked for. */
bool ledger_is_named(void);

/* Open it, and make it when `create` is true; else an absent file is FAULT_MISSING. Close with ledger_close(). */
outcome_t ledger_open(const char *path, bool create, ledger_t **ledger);
void ledger_close(ledger_t *ledger);

/* Add the run of a folder. `*id` is its number. A run that is in it already is not added again, and a run that was not
 * finished then is replaced. */
outcome_t ledger_append(ledger_t *ledger, const char *folder, int64_t *id, bool *added);

/* ===  Reading  === */

typedef struct {
    int64_t id;
    const char *folder, *mode, *started, *finished, *commit, *processor, *program; /* "" when not known */
    int dirty;     /* 1: with changes, 0: without, -1: not known */
    int64_t files; /* how many are kept */
    int64_t bytes; /* of these, before they are deflated */
} ledger_run_t;

/* Call `found` for each run, oldest first; its texts are valid during the call. */
outcome_t ledger_runs(const ledger_t *ledger, outcome_t (*found)(void *context, const ledger_run_t *run), void *context);

/* The run that a word names: its number, or 7 to 40 digits of a commit, of whose finished runs the newest is taken,
 * one without local changes before others. FAULT_MISSING when there is none. */
outcome_t ledger_find(const ledger_t *ledger, const char *word, int64_t *id);

/* A file of a run: "accuracy.csv". `*found` is false when the run has none of that name. */
outcome_t ledger_file(const ledger_t *ledger, int64_t run, const char *name, bytes_t *bytes, bool *found);
/* Call `found` with the name of each file of a run. */
outcome_t ledger_files(const ledger_t *ledger, int64_t run, outcome_t (*found)(void *context, const char *name),
                       void *context);

/* ===  Keeping it small  === */

/* Remove all but the newest `keep` runs of each mode, what no run uses any more, and the room that it took. */
outcome_t ledger_clean(ledger_t *ledger, int64_t keep, int64_t *removed);

#endif
