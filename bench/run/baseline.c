/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/baseline.h"

#include "base/file.h"
#include "experiments/experiment_rows.h"
#include "rows/shared.h"

text_t baseline_path(const char *reference, const char *name, const char *mode)
{
    text_t path = text_of("%s/%s/%s.csv", reference, mode, name);
    if (!file_exists(path.chars))
        path = text_of("%s/%s.%s.csv", reference, name, mode);
    if (!file_exists(path.chars))
        path = text_of("%s/%s.csv", reference, name);
    return file_exists(path.chars) ? path : text_of("%s", "");
}

outcome_t baseline_compare(const baseline_request_t *request, const rows_schema_t *schema, diff_t *diff, size_t *left_out)
{
    csv_table_t before = {0}, after = {0};
    *diff = (diff_t){0};
    *left_out = 0;
    text_t path = baseline_path(request->reference, schema->name, request->mode);
    if (path.chars[0] == '\0')
        return outcome_skip(text_of("no baseline of %s in %s", schema->name, request->reference).chars);
    outcome_t result = csv_read(path.chars, &before);
    if (outcome_is_ok(&result))
        result = csv_read(text_of("%s/%s.csv", request->folder, schema->name).chars, &after);
    if (outcome_is_ok(&result) && request->partial)
        result = rows_keep_shared(&before, &after, schema, left_out);
    if (outcome_is_ok(&result))
        result = diff_tables(&before, &after, schema, diff);
    csv_free(&before);
    csv_free(&after);
    return result;
}

/* ===  A whole run  === */

/* A table whose every row moved would fill the screen: the command after the list names all. */
enum { MOST_ENTRIES_LOGGED = 100 };

/* The worst states first; rows that are the same have no entry. */
static const diff_status_t order[] = {DIFF_REGRESSED, DIFF_MISSING, DIFF_CHANGED, DIFF_NEW, DIFF_IMPROVED};
enum { ORDER = sizeof order / sizeof *order };

typedef struct {
    size_t rows[DIFF_STATUS_COUNT], tables;
    text_t names; /* "accuracy, fig11" */
} moved_t;

static void log_entries(const baseline_request_t *request, const char *id, const diff_t *diff)
{
    size_t logged = 0, of = 0;
    for (size_t i = 0; i < diff->entry_count; i++)
        of += diff->entries[i].status != DIFF_SAME;
    for (size_t s = 0; s < ORDER; s++)
        for (size_t i = 0; i < diff->entry_count; i++)
            if (diff->entries[i].status == order[s] && logged < MOST_ENTRIES_LOGGED && ++logged)
                fprintf(request->log, "    %s %s\n", diff_status_name(order[s]), diff_entry_text(&diff->entries[i]).chars);
    if (logged < of)
        fprintf(request->log, "    and %zu more; all: bbsbench diff %s %s/%s.csv\n", of - logged,
                baseline_path(request->reference, id, request->mode).chars, request->folder, id);
}

static outcome_t check_one(const baseline_request_t *request, const experiment_t *experiment,
                           const rows_database_t *database, moved_t *moved)
{
    diff_t diff;
    char summary[256];
    size_t here = 0, left_out;
    outcome_t result = baseline_compare(request, experiment_rows_schema(experiment, database), &diff, &left_out);
    if (outcome_is_skip(&result)) {
        fprintf(request->log, "  %-10s %s\n", experiment->id, outcome_text(&result));
        return outcome_ok();
    }
    if (!outcome_is_ok(&result))
        return result;
    diff_summary(&diff, summary, sizeof summary);
    const text_t others = left_out > 0 ? text_of("; %zu not among them", left_out) : text_of("%s", "");
    fprintf(request->log, "  %-10s %s%s\n", experiment->id, summary, others.chars);
    log_entries(request, experiment->id, &diff);
    for (int i = 0; i < DIFF_STATUS_COUNT; i++) {
        moved->rows[i] += i != DIFF_SAME ? diff.rows[i] : 0;
        here += i != DIFF_SAME ? diff.rows[i] : 0;
    }
    if (here > 0)
        moved->names = text_of("%s%s%s", moved->names.chars, moved->tables++ > 0 ? ", " : "", experiment->id);
    diff_free(&diff);
    return result;
}

static outcome_t rows_moved(const baseline_request_t *request, const moved_t *moved)
{
    text_t found = text_of("%s", "");
    for (size_t s = 0; s < ORDER; s++)
        if (moved->rows[order[s]] > 0)
            found = text_of("%s%s%zu %s", found.chars, found.chars[0] != '\0' ? ", " : "", moved->rows[order[s]],
                            diff_status_name(order[s]));
    return outcome_failed(
        request->folder, "rows that moved", text_of("%s in %s", found.chars, moved->names.chars).chars,
        text_of("the rows of %s", request->reference).chars,
        "they are named above; if they are meant to move: make reference; to run all the same: --no-compare");
}

outcome_t baseline_check(const baseline_request_t *request, const experiment_t *const *experiments,
                         const rows_database_t *database)
{
    moved_t moved = {.names = text_of("%s", "")};
    outcome_t result = outcome_ok();
    fprintf(request->log, "compared with %s%s:\n", request->reference,
            request->partial ? ", only rows of the same networks, methods and samples" : "");
    for (; *experiments != NULL && outcome_is_ok(&result); experiments++)
        result = check_one(request, *experiments, database, &moved);
    if (outcome_is_ok(&result) && moved.tables > 0)
        result = rows_moved(request, &moved);
    return result;
}
