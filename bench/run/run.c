/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run: choose the folder, lock it, write or check run.json, then run one experiment after the other, measuring wall time
 * and peak memory. run.json is written before and after each experiment, so it always describes the files on disk. An
 * experiment is finished when its rows are renamed into place. */
#include "run/run.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/progress.h"
#include "base/stop.h"
#include "experiments/experiment_rows.h"
#include "run/baseline.h"
#include "run/environment.h"
#include "run/manifest_files.h"
#include "run/run_folder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
    const run_request_t *request;
    const char *folder;
    const experiment_t **experiments; /* NULL-terminated: the experiments to run */
    inputs_t inputs;
    manifest_t manifest;
    rows_database_t *database; /* the rows that are there so far */
} run_t;

/* ===  What to run  === */

/* Mark an experiment, and the experiments whose rows it reads, in chosen[all->count]. */
static outcome_t choose(const experiments_t *all, const char *id, bool *chosen)
{
    const experiment_t *experiment;
    outcome_t result = experiments_find(all, id, &experiment);
    if (!outcome_is_ok(&result))
        return result;
    chosen[experiment - all->items] = true;
    for (size_t i = 0; i < all->count && outcome_is_ok(&result); i++)
        if (!chosen[i] && experiment_reads(experiment, &all->items[i]))
            result = choose(all, all->items[i].id, chosen);
    return result;
}

/* An experiment that only another mode runs. */
static bool is_of_another_mode(const run_mode_t *mode, const char *id)
{
    for (const run_mode_t *const *other = run_mode_registry; *other != NULL; other++)
        if ((*other)->own != NULL && text_equal((*other)->own, id) && !text_equal((*other)->name, mode->name))
            return true;
    return false;
}

/* Those of --only; without --only those of the mode. */
outcome_t run_choose_experiments(const run_request_t *request, const experiment_t ***experiments)
{
    const experiments_t *all = request->experiments;
    registry_list_t wanted;
    size_t used = 0;
    const char *only = request->only != NULL ? request->only : request->mode->only;
    outcome_t result = experiments_list(all, only != NULL ? only : "all", &wanted);
    if (!outcome_is_ok(&result))
        return result;
    bool *chosen = calloc(all->count + 1, sizeof *chosen);
    *experiments = calloc(all->count + 1, sizeof **experiments);
    if (chosen == NULL || *experiments == NULL)
        result = outcome_out_of_memory("--only");
    for (size_t i = 0; i < wanted.count && outcome_is_ok(&result); i++) {
        const char *id = ((const experiment_t *)wanted.items[i])->id;
        if (only != NULL || !is_of_another_mode(request->mode, id))
            result = choose(all, id, chosen);
    }
    for (size_t i = 0; i < all->count && outcome_is_ok(&result); i++)
        if (chosen[i])
            (*experiments)[used++] = &all->items[i];
    free(chosen);
    registry_list_free(&wanted);
    return result;
}

/* The sources of an experiment must have rows; they have none when they failed. */
static outcome_t check_sources(const run_t *run, const experiment_t *experiment)
{
    for (const experiment_t **at = run->experiments; *at != experiment; at++)
        if (experiment_reads(experiment, *at) && !file_exists(text_of("%s/%s", run->folder, (*at)->file).chars))
            return outcome_missing(experiment->id, NULL, text_of("no rows of %s", (*at)->id).chars, (*at)->file,
                                   "see above why that experiment failed");
    return outcome_ok();
}

/* The rows of a user's experiment depend on its files, so these are inputs of the run. */
static outcome_t list_files(const experiment_t *experiment, inputs_t *inputs)
{
    outcome_t result;
    if (experiment->folder == NULL)
        return outcome_ok();
    if (outcome_bad(&result, inputs_add(inputs, experiment->where, "query")))
        return result;
    return inputs_add(inputs, experiment->page.where, "page");
}

static outcome_t identify_inputs(run_t *run)
{
    outcome_t result = outcome_ok();
    for (const experiment_t **at = run->experiments; *at != NULL && outcome_is_ok(&result); at++) {
        const measurement_t *measurement = (*at)->measurement;
        result = list_files(*at, &run->inputs);
        if (outcome_is_ok(&result) && measurement != NULL && measurement->list_inputs != NULL)
            result = measurement->list_inputs(run->request->mode, &run->inputs);
    }
    return outcome_is_ok(&result) ? inputs_identify(&run->inputs) : result;
}

/* ===  The record  === */

static outcome_t open_manifest(run_t *run)
{
    manifest_t wanted = {0};
    manifest_facts_t facts = {.mode = run->request->mode,
                              .jobs = run->request->jobs,
                              .command = run->request->command,
                              .experiments = run->experiments,
                              .own_experiments = run->request->experiments->folder,
                              .inputs = &run->inputs};
    outcome_t result = manifest_create(run->folder, &facts, &wanted);
    if (!outcome_is_ok(&result))
        return result;
    if (!run->request->resume) {
        run->manifest = wanted;
        return manifest_write(&run->manifest);
    }
    result = manifest_read(run->folder, &run->manifest);
    if (outcome_is_ok(&result))
        result = manifest_same_configuration(&run->manifest, &wanted);
    manifest_free(&wanted);
    if (outcome_is_ok(&result))
        result = manifest_check(&run->manifest, run->folder, true);
    if (!outcome_is_ok(&result) || manifest_is_finished(&run->manifest))
        return result;
    json_set_number(run->manifest.json, "resumed", fmax(manifest_number(&run->manifest, NULL, "resumed"), 0) + 1);
    return manifest_write(&run->manifest);
}

/* The state of an experiment in run.json. */
static const char *state_of(const outcome_t *outcome)
{
    if (outcome_is_ok(outcome))
        return "finished";
    return outcome_is_skip(outcome) || outcome_fault(outcome) == FAULT_MISSING ? "blocked" : "failed";
}

static void record_end(cJSON *entry, const outcome_t *outcome, double seconds, size_t rows)
{
    json_set_text(entry, "state", state_of(outcome));
    json_set_text(entry, "reason", outcome_text(outcome));
    json_set_text(entry, "finished_utc", manifest_now_utc().chars);
    json_set_number(entry, "wall_seconds", seconds);
    json_set_number(entry, "peak_memory_bytes", (double)memory_peak_bytes());
    json_set_number(entry, "row_count", (double)rows);
}

/* ===  Running  === */

/* Why an experiment has no rows where the user chose networks or methods, and how to get them. */
static void log_no_rows(const run_t *run, const experiment_t *experiment)
{
    fprintf(run->request->log,
            "             NOT RUN: %s give it no row. It shows: %s. Choose these too, or choose nothing\n",
            run_mode_chosen(run->request->mode).chars, experiment->page.settings.chars);
}

/* Was it finished by an earlier session? run.json says so and the rows exist. */
static bool is_finished(const run_t *run, const experiment_t *experiment)
{
    return manifest_has_rows(&run->manifest, experiment->id) &&
           file_exists(text_of("%s/%s", run->folder, experiment->file).chars);
}

/* "3 of 28, about 4 min left": after the experiment at `at`; no time where that of any later one is not known. */
static text_t place_of(const run_t *run, const experiment_t **at)
{
    size_t count = 0;
    double left = 0;
    while (run->experiments[count] != NULL)
        count++;
    text_t place = text_of("%td of %zu", at - run->experiments + 1, count);
    for (const experiment_t **later = at + 1; *later != NULL; later++)
        if (!is_finished(run, *later))
            left += run->request->expected != NULL ? run->request->expected(run->request->expected_context, (*later)->id)
                                                   : (double)NAN;
    return !(left >= 1) || at[1] == NULL ? place : text_of("%s, about %s left", place.chars, number_duration(left).chars);
}

/* Run one experiment. `*result` is its outcome; the return value is that of writing run.json. */
static outcome_t run_one(run_t *run, const experiment_t **at, outcome_t *result)
{
    const experiment_t *experiment = *at;
    cJSON *entry = manifest_experiment(&run->manifest, experiment->id);
    measurement_context_t context = {.mode = run->request->mode, .jobs = run->request->jobs, .folder = run->folder};
    size_t rows = 0;
    json_set_text(entry, "state", "running");
    json_set_text(entry, "started_utc", manifest_now_utc().chars);
    outcome_t kept = manifest_write(&run->manifest);
    if (!outcome_is_ok(&kept))
        return kept;
    memory_reset_peak();
    const time_t since = time(NULL);
    double started = progress_clock();
    *result = check_sources(run, experiment);
    if (outcome_is_ok(result))
        *result = experiment_run(experiment, &context, run->database);
    if (outcome_is_ok(result))
        *result = experiment_rows_load(experiment, run->folder, run->database, &rows);
    if (outcome_is_ok(result))
        *result = manifest_record(&run->manifest, run->folder, experiment, since);
    double seconds = progress_clock() - started;
    record_end(entry, result, seconds, rows);
    FILE *log = run->request->log;
    if (outcome_is_ok(result)) {
        fprintf(log, "  %-10s finished  %6zu rows %8.1f s %8.0f MiB   %s\n", experiment->id, rows, seconds,
                (double)memory_peak_bytes() / (1 << 20), place_of(run, at).chars);
        if (rows == 0 && run_mode_is_chosen(run->request->mode))
            log_no_rows(run, experiment);
    } else
        fprintf(log, "  %-10s %s   %s\n", experiment->id, state_of(result), place_of(run, at).chars);
    fflush(log);
    return manifest_write(&run->manifest);
}

static outcome_t run_each(run_t *run)
{
    outcome_t first = outcome_ok(), result, kept;
    bool complete = manifest_is_finished(&run->manifest);
    for (const experiment_t **at = run->experiments; *at != NULL; at++) {
        if (is_finished(run, *at)) {
            fprintf(run->request->log, "  %-10s finished earlier, kept\n", (*at)->id);
            continue;
        }
        complete = false;
        if (outcome_bad(&kept, run_one(run, at, &result)))
            return outcome_is_ok(&first) ? kept : first;
        if (!outcome_is_ok(&result) && outcome_is_ok(&first))
            first = result;
    }
    if (!outcome_is_ok(&first) || complete)
        return first;
    json_set_number(run->manifest.json, "folder_bytes", (double)run_folder_bytes(run->folder));
    json_set_text(run->manifest.json, "finished_utc", manifest_now_utc().chars);
    return manifest_write(&run->manifest);
}

static outcome_t execute(run_t *run)
{
    FILE *log = run->request->log;
    outcome_t result;
    if (outcome_bad(&result, identify_inputs(run)) || outcome_bad(&result, open_manifest(run)))
        return result;
    experiment_source_t source = {
        .folder = run->folder, .mode = run->request->mode, .holds = manifest_has_rows, .context = &run->manifest};
    if (outcome_bad(&result, experiment_rows_open(run->request->experiments, &source, &run->database)))
        return result;
    const run_mode_t *mode = run->request->mode;
    fprintf(log, "%s, %d thread%s, into %s\n", run_mode_title(mode).chars, run->request->jobs,
            run->request->jobs == 1 ? "" : "s", run->folder);
    fflush(log);
    if (outcome_bad(&result, run_each(run)))
        return result;
    const baseline_request_t baselines = {.reference = run->request->reference,
                                          .mode = run->request->mode->name,
                                          .folder = run->folder,
                                          .partial = run->request->mode->brings || run_mode_is_chosen(run->request->mode),
                                          .log = log};
    return run->request->compare ? baseline_check(&baselines, run->experiments, run->database) : result;
}

outcome_t run_execute(const run_request_t *request, text_t *folder)
{
    run_t run = {.request = request};
    stop_t stop;
    int lock = -1;
    *folder = text_of("%s", "");
    outcome_t result = run_choose_experiments(request, &run.experiments);
    if (!outcome_is_ok(&result) || outcome_bad(&result, experiment_rows_check(request->experiments, request->mode)) ||
        outcome_bad(&result, run_folder_choose(request, folder))) {
        *folder = text_of("%s", "");
        free(run.experiments);
        return result;
    }
    run.folder = folder->chars;
    const text_t advice =
        text_of("finished experiments are kept; go on with %s%s", request->command, request->resume ? "" : " --resume");
    stop_watch(&stop, advice.chars);
    if (!outcome_bad(&result, run_folder_lock(run.folder, &lock)))
        result = execute(&run);
    else
        *folder = text_of("%s", "");
    stop_end(&stop);
    run_folder_unlock(lock);
    rows_database_close(run.database);
    manifest_free(&run.manifest);
    inputs_free(&run.inputs);
    free(run.experiments);
    return result;
}
