/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shards/parts.h"

#include "base/file.h"
#include "measure/predictions.h"
#include "rows/writer.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char model_rows[] = "model";
enum { PATIENCE = 4, PATIENCE_SECONDS = 600 }; /* of parts_state() */

/* ===  Places  === */

text_t parts_folder(const plan_t *plan, const unit_t *unit)
{
    return text_of("%s/%03" PRId64 ".%s/%06" PRId64, plan->folder.chars, unit->evaluation, unit->net, unit->first);
}

text_t parts_stem(const char *folder, const unit_t *unit, const char *method)
{
    return predictions_stem(folder, unit->net, unit->size, unit->data, method);
}

text_t parts_model(const plan_t *plan, const unit_t *unit)
{
    return text_of("%s/%03" PRId64 ".%s/%06" PRId64 ".csv", plan->folder.chars, unit->evaluation, model_rows, unit->first);
}

bool parts_are_there(const plan_t *plan, const unit_t *unit)
{
    const text_t folder = parts_folder(plan, unit);
    const char *at = NULL;
    text_t method;
    if (text_equal(unit->rows, model_rows))
        return file_exists(parts_model(plan, unit).chars);
    while (plan_next_method(unit, &at, &method))
        if (!file_exists(text_of("%s.csv", parts_stem(folder.chars, unit, method.chars).chars).chars))
            return false;
    return true;
}

/* ===  State  === */

text_t parts_host(void)
{
    char name[256] = "";
    if (gethostname(name, sizeof name - 1) != 0 || name[0] == '\0')
        return text_of("unknown");
    for (char *at = name; *at != '\0'; at++)
        if (*at == '/' || *at == '.') /* a name of a file, in fields with points between */
            *at = '-';
    return text_of("%s", name);
}

text_t parts_worker(void)
{
    return text_of("%s.%ld", parts_host().chars, (long)getpid());
}

static text_t state_file(const plan_t *plan, const unit_t *unit, const char *what)
{
    return text_of("%s/state/%06" PRId64 ".%s", plan->folder.chars, unit->unit, what);
}

static text_t running_file(const plan_t *plan, const unit_t *unit)
{
    return state_file(plan, unit, text_of("running.%s", parts_worker().chars).chars);
}

static outcome_t write_line(const char *path, const char *line)
{
    outfile_t file;
    outcome_t result = outfile_open(&file, path);
    if (!outcome_is_ok(&result))
        return result;
    fprintf(file.stream, "%s\n", line);
    return outfile_commit(&file);
}

outcome_t parts_begin(const plan_t *plan, const unit_t *unit)
{
    outcome_t result = file_make_folder(text_of("%s/state", plan->folder.chars).chars);
    return outcome_is_ok(&result) ? write_line(running_file(plan, unit).chars, parts_worker().chars) : result;
}

#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(parts_cost_t, member)
#define REAL(member) .name = #member, ROWS_PLACE_REAL(parts_cost_t, member)
static const rows_column_t cost_columns[] = {
    {INTEGER(unit), .key = true, .heading = "Unit", .meaning = "number of the unit"},
    {.name = "host", ROWS_PLACE_TEXT(parts_cost_t, host), .heading = "Machine", .meaning = "that computed it"},
    {INTEGER(threads), .heading = "Threads", .meaning = "that computed it"},
    {REAL(wall_seconds), .heading = "Wall", .unit = "s", .decimals = 2, .meaning = "time of the unit"},
    {REAL(cpu_seconds), .heading = "Processors", .unit = "s", .decimals = 2, .meaning = "processor time of the unit"},
    {REAL(answer_seconds), .heading = "Answers", .unit = "s", .decimals = 2,
     .meaning = "processor time of its samples alone; the rest loads and compresses"},
    {.name = NULL},
};
static const rows_schema_t cost_schema = {.name = "unit_cost", .about = "What a unit took.", .columns = cost_columns};

/* Two workers that end the same unit at once write through names of their own. */
static outcome_t write_cost(const plan_t *plan, const unit_t *unit, const parts_cost_t *cost)
{
    const text_t own = state_file(plan, unit, text_of("ending.%s", parts_worker().chars).chars);
    rows_writer_t writer;
    outcome_t result = rows_create(&writer, &cost_schema, own.chars);
    if (!outcome_is_ok(&result))
        return result;
    rows_write(&writer, cost);
    if (outcome_bad(&result, rows_commit(&writer)))
        return result;
    if (rename(own.chars, state_file(plan, unit, "done.csv").chars) == 0)
        return result;
    return outcome_failed(own.chars, "renaming", strerror(errno), "a folder that may be written", NULL);
}

outcome_t parts_end(const plan_t *plan, const unit_t *unit, const parts_cost_t *cost, outcome_t result)
{
    outcome_t kept;
    if (outcome_is_ok(&result)) {
        kept = write_cost(plan, unit, cost);
        unlink(state_file(plan, unit, "failed").chars);
    } else
        kept = write_line(state_file(plan, unit, "failed").chars, outcome_text(&result));
    unlink(running_file(plan, unit).chars);
    return outcome_is_ok(&result) ? kept : result;
}

/* Is the worker that a file names still there? `name` is "000012.running.HOST.PID", `host` what follows "running.". */
static bool is_alive(const plan_t *plan, const unit_t *unit, const char *name, const char *host)
{
    const text_t path = text_of("%s/state/%s", plan->folder.chars, name);
    const char *pid = strrchr(name, '.');
    struct stat status;
    int64_t number;
    if (pid <= host || !text_to_integer(pid + 1, 1, INT32_MAX, &number) || stat(path.chars, &status) != 0)
        return false;
    if (text_equal(text_of("%.*s", (int)(pid - host), host).chars, parts_host().chars))
        return kill((pid_t)number, 0) == 0 || errno == EPERM;
    return difftime(time(NULL), status.st_mtime) <
           PATIENCE * (unit->answer_seconds + unit->fixed_seconds) + PATIENCE_SECONDS;
}

static bool is_running(const plan_t *plan, const unit_t *unit)
{
    const text_t begin = text_of("%06" PRId64 ".running.", unit->unit);
    DIR *folder = opendir(text_of("%s/state", plan->folder.chars).chars);
    bool running = false;
    for (struct dirent *entry; folder != NULL && !running && (entry = readdir(folder)) != NULL;)
        running = text_starts(entry->d_name, begin.chars) && !text_ends(entry->d_name, ".part") &&
                  is_alive(plan, unit, entry->d_name, entry->d_name + strlen(begin.chars));
    if (folder != NULL)
        closedir(folder);
    return running;
}

static double cost_of(const plan_t *plan, const unit_t *unit)
{
    rows_table_t table;
    outcome_t read = rows_read(&cost_schema, state_file(plan, unit, "done.csv").chars, &table);
    const double cost =
        outcome_is_ok(&read) && table.count > 0 ? rows_real_at(&table, 0, cost_columns[4].name) : (double)NAN;
    rows_table_free(&table);
    return cost;
}

static text_t first_line(const char *path)
{
    text_t line = {{0}};
    FILE *stream = fopen(path, "r");
    if (stream != NULL && fgets(line.chars, sizeof line.chars, stream) != NULL)
        line.chars[strcspn(line.chars, "\n")] = '\0';
    if (stream != NULL)
        fclose(stream);
    return line;
}

parts_state_t parts_state(const plan_t *plan, const unit_t *unit)
{
    const text_t failed = state_file(plan, unit, "failed");
    parts_state_t state = {.state = PARTS_WAITING, .cost_seconds = NAN};
    if (parts_are_there(plan, unit)) {
        state.state = PARTS_DONE;
        state.cost_seconds = cost_of(plan, unit);
    } else if (is_running(plan, unit))
        state.state = PARTS_RUNNING;
    else if (file_exists(failed.chars)) {
        state.state = PARTS_FAILED;
        state.reason = first_line(failed.chars);
    }
    return state;
}
