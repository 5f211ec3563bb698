/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/run_list.h"

#include "base/cpu.h"
#include "base/file.h"
#include "base/number.h"
#include "experiments/accuracy_runs.h"
#include "run/manifest_files.h"
#include "run/run_folder.h"
#include "track/side.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    double seconds, memory, rows, jobs; /* seconds NaN: not measured here */
} past_t;

typedef struct {
    const run_request_t *request;
    const experiment_t **experiments; /* NULL-terminated */
    past_t *past;                     /* of each of these */
    text_t processor;
    double folder_bytes; /* of the newest run that had all of these experiments and no others, or NaN */
    text_t names;        /* the runs that the times are of */
} list_t;

/* ===  Earlier runs  === */

static double number_in(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(item) ? item->valuedouble : (double)NAN;
}

static bool is_comparable(const list_t *list, const manifest_t *manifest)
{
    run_mode_t mode;
    outcome_t known = manifest_mode(manifest, &mode);
    return outcome_is_ok(&known) && text_equal(mode.name, list->request->mode->name) && !run_mode_is_chosen(&mode) &&
           text_equal(manifest_text(manifest, "machine", "processor"), list->processor.chars);
}

/* Does the run have exactly these experiments, finished? */
static bool has_all(const list_t *list, const manifest_t *manifest)
{
    int count = 0;
    for (const experiment_t **at = list->experiments; *at != NULL; at++, count++)
        if (!manifest_has_rows(manifest, (*at)->id))
            return false;
    return manifest_is_finished(manifest) &&
           cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(manifest->json, "experiments")) == count;
}

/* Take what is not known yet from a run. */
static void take(list_t *list, const manifest_t *manifest, const char *name)
{
    bool used = false;
    if (!is_comparable(list, manifest))
        return;
    for (size_t i = 0; list->experiments[i] != NULL; i++) {
        const cJSON *entry = manifest_experiment(manifest, list->experiments[i]->id);
        const double seconds = number_in(entry, "wall_seconds");
        if (!isnan(list->past[i].seconds) || isnan(seconds) || !manifest_has_rows(manifest, list->experiments[i]->id))
            continue;
        used = true;
        list->past[i] = (past_t){.seconds = seconds,
                                 .memory = number_in(entry, "peak_memory_bytes"),
                                 .rows = number_in(entry, "row_count"),
                                 .jobs = manifest_number(manifest, NULL, "jobs")};
    }
    if (isnan(list->folder_bytes) && has_all(list, manifest))
        list->folder_bytes = number_in(manifest->json, "folder_bytes");
    if (used)
        list->names = text_of("%s%s%s", list->names.chars, list->names.chars[0] != '\0' ? "; " : "", name);
}

static void take_folder(list_t *list)
{
    run_request_t newest = *list->request;
    manifest_t manifest = {0};
    text_t folder;
    newest.resume = true;
    outcome_t found = run_folder_choose(&newest, &folder);
    if (!outcome_is_ok(&found) || outcome_bad(&found, manifest_open(folder.chars, &manifest)))
        return; /* there is none that may be believed */
    take(list, &manifest, folder.chars);
    manifest_free(&manifest);
}

typedef struct {
    int64_t *ids;
    size_t count;
} runs_t;

static outcome_t remember(void *context, const ledger_run_t *run)
{
    runs_t *runs = context;
    int64_t *grown = realloc(runs->ids, (runs->count + 1) * sizeof *grown);
    if (grown == NULL)
        return outcome_out_of_memory("history");
    runs->ids = grown;
    runs->ids[runs->count++] = run->id;
    return outcome_ok();
}

/* The newest run first. */
static outcome_t take_history(list_t *list)
{
    ledger_t *ledger = NULL;
    runs_t runs = {0};
    text_t path;
    outcome_t result = ledger_path(&path);
    if (!outcome_is_ok(&result) || path.chars[0] == '\0' || !file_exists(path.chars))
        return result;
    if (!outcome_bad(&result, ledger_open(path.chars, false, &ledger)))
        result = ledger_runs(ledger, remember, &runs);
    for (size_t i = runs.count; i > 0 && outcome_is_ok(&result); i--) {
        side_t side;
        const text_t id = text_of("%lld", (long long)runs.ids[i - 1]);
        result = side_open(id.chars, ledger, list->request->mode->name, &side);
        if (outcome_is_ok(&result))
            take(list, &side.manifest, text_of("run %s of the history", id.chars).chars);
        side_close(&side);
    }
    free(runs.ids);
    ledger_close(ledger);
    return result;
}

/* ===  Printing  === */

static void print_reads(const list_t *list, const experiment_t *experiment)
{
    const char *between = "";
    fprintf(list->request->log, "              reads ");
    for (size_t i = 0; i < list->request->experiments->count; i++) {
        const experiment_t *other = &list->request->experiments->items[i];
        if (!experiment_reads(experiment, other))
            continue;
        fprintf(list->request->log, "%s%s", between, other->id);
        between = ", ";
    }
    fprintf(list->request->log, "%s; needs %s\n", between[0] == '\0' ? "no other rows" : "", experiment->page.needs.chars);
}

static void print_experiments(const list_t *list)
{
    FILE *to = list->request->log;
    fprintf(to, "%-13s %18s %8s %10s %7s  %s\n", "experiment", "time", "threads", "memory", "rows", "title");
    for (size_t i = 0; list->experiments[i] != NULL; i++) {
        const experiment_t *experiment = list->experiments[i];
        const past_t *past = &list->past[i];
        if (isnan(past->seconds))
            fprintf(to, "%-13s %18s %8s %10s %7s  %s\n", experiment->id, "not measured here", "-", "-", "-",
                    experiment->page.title.chars);
        else
            fprintf(to, "%-13s %18s %8.0f %10s %7.0f  %s\n", experiment->id, number_duration(past->seconds).chars,
                    past->jobs, number_bytes(past->memory).chars, past->rows, experiment->page.title.chars);
        print_reads(list, experiment);
    }
}

static void print_networks(const list_t *list)
{
    const run_mode_t *mode = list->request->mode;
    material_net_t *nets = calloc(MATERIAL_NETS, sizeof *nets);
    const size_t count = nets != NULL ? accuracy_runs_networks(mode, nets) : 0;
    for (size_t i = 0; i < count; i++) {
        const char *data = nets[i].dataset != NULL ? nets[i].dataset : nets[i].size != NULL ? nets[i].size->dataset : "";
        const int64_t images = run_mode_images(mode, data);
        fprintf(list->request->log, "network %s (%s) on %s, %s samples\n", nets[i].network->name, mode->size,
                nets[i].label != NULL ? nets[i].label : data,
                images > 0 ? text_of("at most %s", number_integer(images).chars).chars : "all");
    }
    free(nets);
    if (mode->choice.methods != NULL)
        fprintf(list->request->log, "methods: %s\n", mode->choice.methods);
    else
        fprintf(list->request->log, "methods: at most %zu a network\n", accuracy_runs_methods(mode));
}

/* Time and disk of all; a sum of some would be no time of all. */
static void print_sums(const list_t *list)
{
    FILE *to = list->request->log;
    double seconds = 0;
    size_t count = 0, unknown = 0;
    for (; list->experiments[count] != NULL; count++) {
        unknown += isnan(list->past[count].seconds) ? 1 : 0;
        seconds += isnan(list->past[count].seconds) ? 0 : list->past[count].seconds;
    }
    if (unknown > 0)
        fprintf(to, "time of all: not measured here for %zu of %zu experiments\n", unknown, count);
    else
        fprintf(to, "time of all: %s\n", number_duration(seconds).chars);
    if (list->names.chars[0] != '\0')
        fprintf(to, "times are those of %s, on this processor (%s), with what the mode has\n", list->names.chars,
                list->processor.chars);
    if (isnan(list->folder_bytes))
        fprintf(to, "disk: not measured here\n");
    else
        fprintf(to, "disk: %s, the folder of such a run\n", number_bytes(list->folder_bytes).chars);
}

outcome_t run_list_print(const run_request_t *request)
{
    list_t list = {.request = request, .processor = cpu_name(), .folder_bytes = NAN, .names = text_of("%s", "")};
    size_t count = 0;
    outcome_t result = run_choose_experiments(request, &list.experiments);
    while (outcome_is_ok(&result) && list.experiments[count] != NULL)
        count++;
    list.past = calloc(count + 1, sizeof *list.past);
    if (outcome_is_ok(&result) && list.past == NULL)
        result = outcome_out_of_memory("run --list");
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++)
        list.past[i].seconds = NAN;
    if (outcome_is_ok(&result)) {
        take_folder(&list);
        result = take_history(&list);
    }
    if (outcome_is_ok(&result)) {
        fprintf(request->log, "%s\n", run_mode_title(request->mode).chars);
        print_experiments(&list);
        print_networks(&list);
        print_sums(&list);
    }
    free(list.past);
    free(list.experiments);
    return result;
}
