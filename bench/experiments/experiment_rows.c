/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables are created in the order of the experiments, so that a query finds the tables that it reads, and its columns can
 * be described before it has rows. */
#include "experiments/experiment_rows.h"

#include "base/file.h"
#include "base/home.h"
#include "experiments/claims.h"
#include "experiments/registries.h"
#include "measure/samples.h"
#include "measure/window_rows.h"

#include <stdlib.h>
#include <string.h>

/* ===  Tables and their rows  === */

/* The experiment whose sources are looked at, and the first one that its page does not name. */
typedef struct {
    const experiments_t *experiments;
    const experiment_t *experiment, *unnamed;
} sources_t;

static void look_at_source(void *context, const char *table)
{
    sources_t *sources = context;
    for (size_t i = 0; i < sources->experiments->count && sources->unnamed == NULL; i++) {
        const experiment_t *other = &sources->experiments->items[i];
        if (text_equal(other->id, table) && !experiment_reads(sources->experiment, other))
            sources->unnamed = other;
    }
}

/* The page names the experiments that the query reads, because a run of only this one makes no others. */
static outcome_t check_from(const experiments_t *experiments, const experiment_t *experiment, rows_database_t *database)
{
    sources_t sources = {.experiments = experiments, .experiment = experiment};
    outcome_t result = rows_database_sources(database, experiment->sql, experiment->where, look_at_source, &sources);
    if (outcome_is_ok(&result) && sources.unnamed != NULL)
        return outcome_failed(experiment->page.where, "from", experiment->page.from.chars, sources.unnamed->id,
                              "name every experiment whose rows the query reads");
    return result;
}

/* The schema of a query: the columns that it describes. */
static outcome_t add_query_table(const experiments_t *experiments, const experiment_t *experiment,
                                 rows_database_t *database)
{
    rows_table_t columns;
    outcome_t result = check_from(experiments, experiment, database);
    if (!outcome_is_ok(&result))
        return result;
    result = rows_database_describe(database, experiment->sql, experiment->where, true, &columns);
    if (!outcome_is_ok(&result))
        return result;
    rows_schema_t schema = {.name = experiment->id, .about = experiment->page.title.chars, .columns = columns.columns};
    result = rows_database_add_table(database, &schema);
    rows_table_free(&columns);
    return result;
}

static outcome_t add_table(const experiments_t *experiments, const experiment_t *experiment, rows_database_t *database)
{
    if (experiment->measurement != NULL)
        return rows_database_add_table(database, experiment->measurement->schema);
    return add_query_table(experiments, experiment, database);
}

/* The path of NAME.MODE.csv or NAME.csv; "" where there is neither, or the file does not count. */
static text_t find_rows(const experiment_source_t *source, const experiment_t *experiment)
{
    if (source->holds != NULL && !source->holds(source->context, experiment->id))
        return text_of("%s", "");
    text_t path = text_of("%s/%s.%s.csv", source->folder, experiment->id, source->mode->name);
    if (!file_exists(path.chars))
        path = text_of("%s/%s", source->folder, experiment->file);
    return file_exists(path.chars) ? path : text_of("%s", "");
}

static outcome_t compute(const experiment_t *experiment, rows_database_t *database)
{
    rows_table_t rows;
    outcome_t result = rows_database_query(database, experiment->sql, experiment->where, &rows);
    if (!outcome_is_ok(&result))
        return result;
    rows_table_as_file(&rows);
    result = rows_database_fill(database, experiment_rows_schema(experiment, database), &rows);
    rows_table_free(&rows);
    return result;
}

static outcome_t fill_table(const experiment_source_t *source, const experiment_t *experiment, rows_database_t *database)
{
    if (source->folder == NULL)
        return outcome_ok();
    text_t path = find_rows(source, experiment);
    if (path.chars[0] != '\0')
        return rows_database_load(database, experiment_rows_schema(experiment, database), path.chars);
    return source->compute && experiment->sql != NULL ? compute(experiment, database) : outcome_ok();
}

/* ===  Views  === */

/* The SQL of the views for another run: "CREATE VIEW run2.losses". */
static char *views_of(const char *views, const char *run)
{
    static const char create[] = "CREATE VIEW ";
    size_t size = strlen(views) + 1, step = strlen(run) + 1;
    for (const char *at = strstr(views, create); at != NULL; at = strstr(at + 1, create))
        size += step;
    char *text = malloc(size), *to = text;
    for (const char *from = views; text != NULL; from = strstr(from, create)) {
        const char *next = strstr(from + 1, create);
        if (text_starts(from, create)) {
            to = stpcpy(stpcpy(stpcpy(to, create), run), ".");
            from += sizeof create - 1;
        }
        size_t length = next != NULL ? (size_t)(next - from) : strlen(from);
        memcpy(to, from, length);
        to += length;
        *to = '\0';
        if (next == NULL)
            break;
        from = next - 1;
    }
    return text;
}

/* ===  Databases  === */

/* `answers` is the folder of the table `samples`, which is read where it lies. */
static outcome_t add_tables(const experiments_t *experiments, const experiment_source_t *source, const char *answers,
                            rows_database_t *database)
{
    text_t claims;
    outcome_t result = registries_add(source->mode, database);
    if (outcome_is_ok(&result) && !outcome_bad(&result, home_path("results/claims.csv", &claims)))
        result = claims_add_table(claims.chars, database);
    if (outcome_is_ok(&result))
        result = rows_database_add_files(database, &samples_files, answers);
    if (outcome_is_ok(&result))
        result = rows_database_add_files(database, &window_rows_files, answers);
    for (size_t i = 0; i < experiments->count && outcome_is_ok(&result); i++)
        if (!outcome_bad(&result, add_table(experiments, &experiments->items[i], database)))
            result = fill_table(source, &experiments->items[i], database);
    return result;
}

outcome_t experiment_rows_open(const experiments_t *experiments, const experiment_source_t *source,
                               rows_database_t **database)
{
    outcome_t result = rows_database_create(database);
    if (!outcome_is_ok(&result))
        return result;
    if (outcome_bad(&result, rows_database_execute(*database, experiments->views, "views.sql")) ||
        outcome_bad(&result, add_tables(experiments, source, source->folder, *database))) {
        rows_database_close(*database);
        *database = NULL;
    }
    return result;
}

outcome_t experiment_rows_check(const experiments_t *experiments, const run_mode_t *mode)
{
    const experiment_source_t nothing = {.mode = mode};
    rows_database_t *database;
    outcome_t result = experiment_rows_open(experiments, &nothing, &database);
    if (outcome_is_ok(&result))
        rows_database_close(database);
    return result;
}

static outcome_t add_views(const experiments_t *experiments, rows_database_t *database)
{
    char *views = views_of(experiments->views, rows_database_run_name(database).chars);
    if (views == NULL)
        return outcome_out_of_memory("views.sql");
    outcome_t result = rows_database_execute(database, views, "views.sql");
    free(views);
    return result;
}

static outcome_t copy_rows(const experiment_t *experiment, rows_database_t *from, rows_database_t *to)
{
    rows_table_t rows;
    text_t sql = text_of("SELECT * FROM \"%s\" ORDER BY rowid", experiment->id);
    outcome_t result = rows_database_query(from, sql.chars, experiment->id, &rows);
    if (!outcome_is_ok(&result))
        return result;
    result = rows_database_fill(to, experiment_rows_schema(experiment, to), &rows);
    rows_table_free(&rows);
    return result;
}

/* A table that a query does not qualify is the one of the first run. So the rows of another run are opened, and computed,
 * in a database of their own, and copied. */
outcome_t experiment_rows_add(const experiments_t *experiments, const experiment_source_t *source,
                              rows_database_t *database)
{
    const experiment_source_t nothing = {.mode = source->mode};
    rows_database_t *alone;
    outcome_t result = experiment_rows_open(experiments, source, &alone);
    if (!outcome_is_ok(&result))
        return result;
    if (!outcome_bad(&result, rows_database_next_run(database)) && !outcome_bad(&result, add_views(experiments, database)))
        result = add_tables(experiments, &nothing, source->folder, database);
    for (size_t i = 0; i < experiments->count && outcome_is_ok(&result); i++)
        result = copy_rows(&experiments->items[i], alone, database);
    rows_database_close(alone);
    return result;
}

outcome_t experiment_rows_load(const experiment_t *experiment, const char *folder, rows_database_t *database, size_t *count)
{
    const rows_schema_t *schema = experiment_rows_schema(experiment, database);
    rows_table_t rows;
    outcome_t result = rows_read(schema, text_of("%s/%s", folder, experiment->file).chars, &rows);
    if (!outcome_is_ok(&result))
        return result;
    *count = rows.count;
    result = rows_database_fill(database, schema, &rows);
    rows_table_free(&rows);
    return result;
}

const rows_schema_t *experiment_rows_schema(const experiment_t *experiment, const rows_database_t *database)
{
    const rows_schema_t *last = NULL; /* last schema of the run that is being filled */
    for (size_t i = 0; i < rows_database_count(database); i++)
        if (text_equal(rows_database_schema(database, i)->name, experiment->id))
            last = rows_database_schema(database, i);
    return last;
}

/* ===  Running  === */

outcome_t experiment_run(const experiment_t *experiment, const measurement_context_t *context, rows_database_t *database)
{
    text_t path = text_of("%s/%s", context->folder, experiment->file);
    rows_table_t rows;
    if (experiment->measurement != NULL)
        return experiment->measurement->run(context, path.chars);
    outcome_t result = rows_database_query(database, experiment->sql, experiment->where, &rows);
    if (!outcome_is_ok(&result))
        return result;
    result = rows_write_csv(&rows, path.chars);
    rows_table_free(&rows);
    return result;
}
