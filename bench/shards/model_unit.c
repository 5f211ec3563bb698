/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shards/model_unit.h"

#include "base/file.h"
#include "base/home.h"
#include "base/progress.h"
#include "base/sha256.h"
#include "rows/writer.h"
#include "shards/fields.h"
#include "shards/parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ===  Parts  === */

static size_t first_values(const model_plan_t *plan)
{
    return plan->sweep_count > 0 ? plan->sweeps[0].count : 1;
}

size_t model_unit_parts(const model_plan_t *plan)
{
    return plan->network_count * plan->accelerator_count * first_values(plan);
}

/* The plan of one part. `sweeps` is its memory. */
static model_plan_t part_of(const model_plan_t *plan, size_t part, model_sweep_t *sweeps)
{
    const size_t values = first_values(plan), accelerator = part / values % plan->accelerator_count;
    model_plan_t one = *plan;
    one.networks = plan->networks + part / values / plan->accelerator_count;
    one.network_count = 1;
    one.accelerators = plan->accelerators + accelerator;
    one.accelerator_count = 1;
    one.configs = plan->configs != NULL ? plan->configs + accelerator : NULL;
    if (plan->sweep_count > 0) {
        memcpy(sweeps, plan->sweeps, plan->sweep_count * sizeof *sweeps);
        sweeps[0] = (model_sweep_t){.settings = plan->sweeps[0].settings + part % values, .count = 1};
        one.sweeps = sweeps;
    }
    return one;
}

text_t model_unit_name(const model_plan_t *plan, size_t part, const char **network)
{
    const size_t values = first_values(plan), accelerator = part / values % plan->accelerator_count;
    *network = plan->networks[part / values / plan->accelerator_count]->name;
    return plan->sweep_count == 0
               ? text_of("%s", plan->accelerators[accelerator]->name)
               : text_of("%s %s", plan->accelerators[accelerator]->name, plan->sweeps[0].settings[part % values]);
}

size_t model_unit_cut(const model_plan_t *plan, size_t most, const char *command, unit_t *units, text_t *names)
{
    const size_t parts = model_unit_parts(plan), count = most > 0 && most < parts ? most : parts;
    for (size_t i = 0; i < count; i++) {
        const size_t first = parts * i / count, next = parts * (i + 1) / count;
        const char *network;
        names[i] = model_unit_name(plan, first, &network);
        if (next > first + 1)
            names[i] = text_of("%s ...", names[i].chars);
        units[i] = (unit_t){.wave = 2,
                            .rows = model_schema.name,
                            .net = network,
                            .size = plan->size,
                            .data = "",
                            .methods = names[i].chars,
                            .first = (int64_t)first,
                            .count = (int64_t)(next - first),
                            .samples = (int64_t)parts,
                            .command = command};
    }
    return count;
}

/* ===  The key  === */

/* Add a file to a chain of hashes; NULL adds nothing. */
static outcome_t chain_file(const char *path, sha256_t *chain)
{
    sha256_t pair[2] = {*chain};
    outcome_t result = outcome_ok();
    if (path == NULL || !file_exists(path))
        return result;
    if (!outcome_bad(&result, sha256_file(path, &pair[1])))
        sha256_bytes(pair, sizeof pair, chain);
    return result;
}

/* The weights that ship with the networks of the plan. */
static outcome_t chain_shipped(const model_plan_t *plan, sha256_t *chain)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < plan->network_count && outcome_is_ok(&result); i++) {
        const net_size_t *size;
        text_t path;
        outcome_t found = net_find_size(plan->networks[i], plan->size, &size);
        if (outcome_is_ok(&found) && size->weights != NULL && !outcome_bad(&result, home_path(size->weights, &path)))
            result = chain_file(path.chars, chain);
    }
    return result;
}

outcome_t model_unit_key(const model_plan_t *plan, const char *command, const char *stamp, text_t *key)
{
    sha256_t of_command, chain = {{0}};
    outcome_t result;
    sha256_bytes(command, strlen(command), &of_command);
    if (outcome_bad(&result, chain_file(plan->origin == MODEL_FILE ? plan->weights_path : NULL, &chain)) ||
        outcome_bad(&result, chain_file(plan->density_path, &chain)) ||
        outcome_bad(&result, chain_file(plan->masks_path, &chain)) || outcome_bad(&result, chain_shipped(plan, &chain)))
        return result;
    *key = text_of("command=%.16s inputs=%.16s %s", of_command.hex, chain.hex, stamp);
    return result;
}

/* ===  The file  === */

/* Of a file in memory: the line with the key, and the rows. False when the file is damaged. */
static bool take_file(const bytes_t *bytes, text_t *key, const char **rows)
{
    const char *text = (const char *)bytes->data, *newline = strchr(text, '\n'), *field = strstr(text, " rows=");
    sha256_t hash;
    if (newline == NULL || field == NULL || field > newline || strlen(text) != bytes->size)
        return false;
    *key = text_of("%.*s", (int)(field - text), text);
    *rows = newline + 1;
    sha256_bytes(*rows, bytes->size - (size_t)(*rows - text), &hash);
    return text_equal(text_of("%.*s", (int)(newline - field), field).chars, text_of(" rows=%s", hash.hex).chars);
}

static bool is_done(const plan_t *plan, const unit_t *unit, const char *wanted)
{
    const text_t path = parts_model(plan, unit);
    bytes_t bytes = {.data = NULL};
    const char *rows;
    text_t key;
    outcome_t read = file_exists(path.chars) ? file_read(path.chars, NULL, &bytes) : outcome_skip("");
    const bool done = outcome_is_ok(&read) && take_file(&bytes, &key, &rows) && text_equal(key.chars, wanted);
    file_free_bytes(&bytes);
    return done;
}

/* What follows the first line. */
static const char *behind_header(const char *text)
{
    const char *newline = text + strcspn(text, "\n");
    return *newline != '\0' ? newline + 1 : newline;
}

/* The rows of one part after those before it; the header stands before the first. A design that is skipped has no rows. */
static outcome_t compute_part(const model_plan_t *of, size_t part, const char *path, text_builder_t *rows)
{
    model_sweep_t *sweeps = calloc(of->sweep_count + 1, sizeof *sweeps);
    if (sweeps == NULL)
        return outcome_out_of_memory("model");
    const model_plan_t one = part_of(of, part, sweeps);
    model_total_t *totals = calloc(model_points(&one), sizeof *totals);
    bytes_t bytes = {.data = NULL};
    outcome_t result = totals != NULL ? model_run(&one, path, totals) : outcome_out_of_memory("model");
    if (outcome_is_ok(&result) && !outcome_bad(&result, file_read(path, NULL, &bytes))) {
        const char *text = (const char *)bytes.data;
        text_append(rows, "%s", rows->chars != NULL ? behind_header(text) : text);
    } else if (outcome_is_skip(&result))
        result = outcome_ok();
    file_free_bytes(&bytes);
    free(totals);
    free(sweeps);
    return result;
}

static outcome_t write_file(const char *path, const char *key, const text_builder_t *rows)
{
    outfile_t file;
    sha256_t hash;
    const char *text = rows->chars != NULL ? rows->chars : "";
    outcome_t result = rows->failed ? outcome_out_of_memory("model") : outfile_open(&file, path);
    if (!outcome_is_ok(&result))
        return result;
    sha256_bytes(text, strlen(text), &hash);
    fprintf(file.stream, "%s rows=%s\n%s", key, hash.hex, text);
    return outfile_commit(&file);
}

static outcome_t compute(const plan_t *plan, const unit_t *unit, const model_plan_t *of, const char *key)
{
    const text_t place = parts_model(plan, unit),
                 own = text_of("%s/private/%s.%" PRId64, plan->folder.chars, parts_worker().chars, unit->unit);
    text_builder_t rows = {0};
    outcome_t result = file_make_folder(text_of("%s/private", plan->folder.chars).chars);
    for (int64_t i = unit->first; i < unit->first + unit->count && outcome_is_ok(&result); i++)
        result = compute_part(of, (size_t)i, own.chars, &rows);
    if (outcome_is_ok(&result) && !outcome_bad(&result, write_file(own.chars, key, &rows)) &&
        !outcome_bad(&result, file_make_folder(file_beside(place.chars, ".").chars)) && rename(own.chars, place.chars) != 0)
        result = outcome_failed(place.chars, "renaming", strerror(errno), "a folder that may be written", NULL);
    unlink(own.chars);
    free(rows.chars);
    return result;
}

/* A part is found by its number, so the plan must have as many as its command. */
static outcome_t check_parts(const plan_t *plan, const unit_t *unit, const model_plan_t *of)
{
    const size_t parts = model_unit_parts(of);
    if (unit->samples == (int64_t)parts)
        return outcome_ok();
    return outcome_failed(plan->path.chars, text_of("unit %" PRId64, unit->unit).chars,
                          text_of("%" PRId64 " parts", unit->samples).chars,
                          text_of("%zu, as its command has", parts).chars, "make the plan again: bbsbench plan");
}

outcome_t model_unit_run(const plan_t *plan, const unit_t *unit, const model_plan_t *of, const char *key, bool again,
                         bool *done)
{
    const text_t host = parts_host();
    parts_cost_t cost = {.unit = unit->unit, .host = host.chars, .threads = of->threads};
    const double started = progress_clock(), used = progress_cpu_clock();
    outcome_t result = check_parts(plan, unit, of);
    *done = outcome_is_ok(&result) && !again && is_done(plan, unit, key);
    if (*done || !outcome_is_ok(&result) || outcome_bad(&result, parts_begin(plan, unit)))
        return result;
    result = compute(plan, unit, of, key);
    cost.wall_seconds = progress_clock() - started;
    cost.cpu_seconds = cost.answer_seconds = progress_cpu_clock() - used;
    return parts_end(plan, unit, &cost, result);
}

/* ===  Merging  === */

static outcome_t check_key(const plan_t *plan, const unit_t *unit, const char *path, const char *expected,
                           const char *found)
{
    static const char *const none[] = {NULL};
    const text_t todo = text_of("bbsbench work %s %" PRId64 " --again", plan->path.chars, unit->unit);
    field_t is, was;
    text_t differ = text_of("%s", "");
    if (!field_differs(expected, found, none, &differ, &is, &was))
        return outcome_ok();
    return outcome_failed(path, text_of("unit %" PRId64, unit->unit).chars,
                          text_of("%s %s", is.name.chars, is.value.chars).chars,
                          text_of("%s %s", was.name.chars, was.value.chars).chars, todo.chars);
}

outcome_t model_unit_covers(const plan_t *plan, size_t evaluation, const model_plan_t *of)
{
    int64_t next = 0;
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < plan->count && outcome_is_ok(&result); i++) {
        const unit_t *unit = &plan->units[i];
        if (unit->evaluation != (int64_t)evaluation)
            continue;
        if (unit->first != next)
            break;
        result = check_parts(plan, unit, of);
        next += unit->count;
    }
    if (!outcome_is_ok(&result) || next == (int64_t)model_unit_parts(of))
        return result;
    return outcome_failed(plan->path.chars, text_of("evaluation %zu", evaluation).chars,
                          text_of("units of %" PRId64 " parts in order", next).chars,
                          text_of("%zu", model_unit_parts(of)).chars, "make the plan again: bbsbench plan");
}

outcome_t model_unit_append(const plan_t *plan, const unit_t *unit, const char *key, FILE *stream, size_t *rows)
{
    const text_t path = parts_model(plan, unit);
    bytes_t bytes = {.data = NULL};
    const char *text = NULL;
    text_t found;
    outcome_t result = file_read(path.chars, NULL, &bytes);
    if (outcome_is_ok(&result) && !take_file(&bytes, &found, &text))
        result = outcome_failed(path.chars, text_of("unit %" PRId64, unit->unit).chars, "a damaged file",
                                "the rows that the unit has written",
                                text_of("bbsbench work %s %" PRId64 " --again", plan->path.chars, unit->unit).chars);
    if (outcome_is_ok(&result) && !outcome_bad(&result, check_key(plan, unit, path.chars, key, found.chars)) &&
        text[0] != '\0') {
        const char *first = behind_header(text);
        fputs(*rows == 0 ? text : first, stream);
        for (const char *at = first; (at = strchr(at, '\n')) != NULL; at++)
            ++*rows;
    }
    file_free_bytes(&bytes);
    return result;
}
