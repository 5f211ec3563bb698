/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The unit is an ordinary measurement of accuracy of a part of the samples, whose answers are kept in the worker's own
 * folder. What other units have left of the references lies there too, as second names of the same files, so it is found as
 * answers and logits of an earlier run are. */
#include "shards/work.h"

#include "base/file.h"
#include "base/progress.h"
#include "measure/accuracy_answers.h"
#include "shards/fields.h"
#include "shards/sizes.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const endings[] = {".csv", ".sizes.csv", ".logits"}; /* the answers, which make a unit done, come last */
enum { ENDINGS = sizeof endings / sizeof *endings };

/* ===  Done already?  === */

/* Is the key one of these samples? A plan that was made again may cut others at the same place. */
static bool is_of_range(const char *key, const unit_t *unit)
{
    const text_t range = text_of("%" PRId64 "+%" PRId64, unit->first, unit->count);
    const text_t samples = text_of("%" PRId64, unit->samples);
    return text_equal(field_value(key, "range").chars, range.chars) &&
           text_equal(field_value(key, "images").chars, samples.chars);
}

/* The file of a method is whole, of these samples, and of this program and instruction set. */
static bool is_ours(const work_t *work, const char *folder, const char *method)
{
    text_builder_t key = {0};
    bool whole = false;
    outcome_t read = predictions_check(parts_stem(folder, work->unit, method).chars, &key, &whole);
    const bool ours = outcome_is_ok(&read) && whole && is_of_range(key.chars, work->unit) &&
                      text_ends(key.chars, text_of(" %s", work->stamp).chars);
    free(key.chars);
    return ours;
}

static bool is_done(const work_t *work, const char *folder)
{
    const char *at = NULL;
    text_t method;
    if (work->again || !parts_are_there(work->plan, work->unit))
        return false;
    while (plan_next_method(work->unit, &at, &method))
        if (!is_ours(work, folder, method.chars))
            return false;
    return true;
}

/* ===  The worker's own folder  === */

static bool is_of_unit(const unit_t *unit, const char *wanted)
{
    const char *at = NULL;
    text_t method;
    while (plan_next_method(unit, &at, &method))
        if (text_equal(method.chars, wanted))
            return true;
    return false;
}

/* The methods to run: those of the unit, and the references among those of the evaluation. */
static size_t list_methods(const work_t *work, const char **methods)
{
    size_t count = 0;
    for (size_t i = 0; i < work->config->method_count; i++) {
        const char *method = work->config->methods[i];
        bool wanted = is_of_unit(work->unit, method);
        for (int k = 0; k < OUTPUTS_REFERENCES; k++)
            wanted = wanted || text_equal(method, outputs_references[k]);
        if (wanted)
            methods[count++] = method;
    }
    return count;
}

/* Second names for what there is of the references. What cannot be linked is computed again. */
static void borrow(const work_t *work, const char *folder, const char *own)
{
    for (int k = 0; k < OUTPUTS_REFERENCES; k++)
        for (int i = 0; i < ENDINGS && !is_of_unit(work->unit, outputs_references[k]); i++) {
            const text_t stem = parts_stem(folder, work->unit, outputs_references[k]);
            const text_t mine = parts_stem(own, work->unit, outputs_references[k]);
            const int linked =
                link(text_of("%s%s", stem.chars, endings[i]).chars, text_of("%s%s", mine.chars, endings[i]).chars);
            (void)linked;
        }
}

static void remove_folder(const char *path)
{
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.')
            unlink(text_of("%s/%s", path, entry->d_name).chars);
    if (folder != NULL)
        closedir(folder);
    rmdir(path);
}

/* Rename a file of the own folder to its place, if it is there. */
static outcome_t publish_file(const char *own, const char *place)
{
    if (rename(own, place) == 0 || errno == ENOENT)
        return outcome_ok();
    return outcome_failed(place, "renaming", strerror(errno), "a folder that may be written", NULL);
}

/* Answers come last, because they say that the rest is there. What was computed besides the unit is left only where nothing
 * is: files of another unit are its own. */
static outcome_t publish(const work_t *work, const char *own, const char *folder, const char *const *methods, size_t count)
{
    outcome_t result = file_make_folder(folder);
    for (size_t i = 0; i < count; i++)
        for (int k = ENDINGS - 1; k >= 0 && outcome_is_ok(&result); k--) {
            const text_t place = text_of("%s%s", parts_stem(folder, work->unit, methods[i]).chars, endings[k]);
            if (is_of_unit(work->unit, methods[i]) || !file_exists(place.chars))
                result = publish_file(text_of("%s%s", parts_stem(own, work->unit, methods[i]).chars, endings[k]).chars,
                                      place.chars);
        }
    return result;
}

/* ===  Work  === */

/* Keep the bits that were counted. */
static outcome_t keep_sizes(const work_t *work, const accuracy_session_t *session, const accuracy_row_t *rows)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < session->method_count && outcome_is_ok(&result); i++) {
        const char *method = session->methods[i];
        if (rows[i].bits.layers > 0)
            result = sizes_write(parts_stem(session->config->predictions, work->unit, method).chars,
                                 accuracy_session_variant_key(session, method, work->stamp).chars, &rows[i].bits);
    }
    return result;
}

static outcome_t answer(const work_t *work, const accuracy_config_t *config, double *answer_seconds)
{
    accuracy_session_t *session = calloc(1, sizeof *session);
    accuracy_row_t *rows = calloc(config->method_count + 1, sizeof *rows);
    outcome_t result = session != NULL && rows != NULL ? outcome_ok() : outcome_out_of_memory("unit");
    if (outcome_is_ok(&result) && !outcome_bad(&result, accuracy_session_open(config, session)) &&
        !outcome_bad(&result, accuracy_answers(session, rows)))
        result = keep_sizes(work, session, rows);
    for (size_t i = 0; outcome_is_ok(&result) && i < session->method_count; i++)
        *answer_seconds += rows[i].cpu_seconds;
    if (session != NULL)
        accuracy_session_close(session);
    free(session);
    free(rows);
    return result;
}

static outcome_t compute(const work_t *work, const char *folder, parts_cost_t *cost)
{
    const text_t own =
        text_of("%s/private/%s.%lld", work->plan->folder.chars, parts_worker().chars, (long long)work->unit->unit);
    const char **methods = calloc(work->config->method_count + 1, sizeof *methods);
    accuracy_config_t config = *work->config;
    outcome_t result = methods != NULL ? file_make_folder(own.chars) : outcome_out_of_memory("unit");
    if (!outcome_is_ok(&result))
        goto out;
    borrow(work, folder, own.chars);
    config.method_count = list_methods(work, methods);
    config.methods = methods;
    config.predictions = own.chars;
    config.part = (accuracy_part_t){
        .first = work->unit->first, .count = work->unit->count, .stamp = work->stamp, .keeps_logits = true};
    if (!outcome_bad(&result, answer(work, &config, &cost->answer_seconds)))
        result = publish(work, own.chars, folder, methods, config.method_count);

out:
    remove_folder(own.chars);
    free(methods);
    return result;
}

/* Files have the names that the command gives; a unit that was made of another one would else be done and leave none. */
static outcome_t check_left(const work_t *work)
{
    const unit_t *unit = work->unit;
    if (parts_are_there(work->plan, unit))
        return outcome_ok();
    return outcome_failed(work->plan->path.chars, text_of("unit %" PRId64, unit->unit).chars,
                          text_of("no answers of %s, %s, %s, %s", unit->net, unit->size, unit->data, unit->methods).chars,
                          "those of its command", "make the plan again: bbsbench plan");
}

outcome_t work_run(const work_t *work, bool *done)
{
    const text_t folder = parts_folder(work->plan, work->unit), host = parts_host();
    parts_cost_t cost = {.unit = work->unit->unit, .host = host.chars, .threads = work->config->threads};
    const double started = progress_clock(), used = progress_cpu_clock();
    outcome_t result = outcome_ok();
    *done = is_done(work, folder.chars);
    if (*done || outcome_bad(&result, parts_begin(work->plan, work->unit)))
        return result;
    if (!outcome_bad(&result, compute(work, folder.chars, &cost)))
        result = check_left(work);
    cost.wall_seconds = progress_clock() - started;
    cost.cpu_seconds = progress_cpu_clock() - used;
    return parts_end(work->plan, work->unit, &cost, result);
}
