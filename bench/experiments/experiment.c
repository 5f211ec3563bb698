/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each page ID.md is an experiment; its rows come from a query ID.sql or from the measurement with that id. Compiled-in
 * files and the files of a user's folder are read in the same way; then all experiments are sorted by the `order` of their
 * pages. */
#include "experiments/experiment.h"

#include "base/file.h"
#include "base/home.h"
#include "experiments/builtin.h"
#include "experiments/claims.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char views_file[] = "views.sql";

/* ===  One  === */

static void free_experiment(experiment_t *experiment)
{
    free(experiment->id);
    free(experiment->file);
    free(experiment->sql);
    free(experiment->where);
    free(experiment->figure);
    free(experiment->folder);
    page_free(&experiment->page);
    *experiment = (experiment_t){0};
}

static outcome_t take_rows(const char *sql, experiment_t *experiment)
{
    experiment->measurement = measurement_find(experiment->id);
    if ((sql != NULL) == (experiment->measurement != NULL))
        return outcome_failed(experiment->where, NULL,
                              sql != NULL ? "a query with the name of a measurement" : "no such query",
                              "one source of rows for each page", "rename the query, or write it");
    experiment->sql = sql != NULL ? text_copy(sql) : NULL;
    return sql == NULL || experiment->sql != NULL ? outcome_ok() : outcome_out_of_memory(experiment->id);
}

/* `figure` may be missing. */
static outcome_t take_figure(const char *figure, experiment_t *experiment)
{
    if (!file_exists(figure))
        return outcome_ok();
    experiment->figure = text_copy(figure);
    return experiment->figure != NULL ? outcome_ok() : outcome_out_of_memory(figure);
}

/* Make one experiment. The id is the first `length` bytes of `id`; `page_where` and `sql_where` name the files in errors.
 */
static outcome_t make(const char *id, size_t length, const char *page, const char *page_where, const char *sql,
                      const char *sql_where, experiment_t *experiment)
{
    experiment->id = strndup(id, length);
    experiment->where = text_copy(sql_where);
    if (experiment->id == NULL || experiment->where == NULL || asprintf(&experiment->file, "%s.csv", experiment->id) < 0)
        return outcome_out_of_memory(page_where);
    if (strspn(experiment->id, "abcdefghijklmnopqrstuvwxyz0123456789_") != length || length == 0)
        return outcome_failed(page_where, "its name", experiment->id, "lower-case letters, digits and _",
                              "the id is also the name of a table");
    if (text_equal(experiment->id, claims_schema.name))
        return outcome_failed(page_where, "its name", experiment->id, "another name",
                              "a run folder holds the claims of the paper in a file of this name");
    outcome_t result = page_read(page, strlen(page), page_where, &experiment->page);
    return outcome_is_ok(&result) ? take_rows(sql, experiment) : result;
}

static outcome_t append(experiments_t *experiments, experiment_t **experiment)
{
    experiment_t *grown = realloc(experiments->items, (experiments->count + 1) * sizeof *grown);
    if (grown == NULL)
        return outcome_out_of_memory("experiments");
    experiments->items = grown;
    *experiment = &grown[experiments->count++];
    **experiment = (experiment_t){0};
    return outcome_ok();
}

/* ===  Compiled in  === */

static outcome_t add_builtin(const builtin_t *file, experiments_t *experiments)
{
    size_t length = strlen(file->name) - strlen(".md");
    text_t sql = text_of("%.*s.sql", (int)length, file->name), script;
    experiment_t *experiment;
    outcome_t result;
    if (outcome_bad(&result, append(experiments, &experiment)) ||
        outcome_bad(&result,
                    make(file->name, length, file->text, file->name, builtin_text(sql.chars), sql.chars, experiment)) ||
        outcome_bad(&result, home_path(text_of("plots/%s.gp", experiment->id).chars, &script)))
        return result;
    return take_figure(script.chars, experiment);
}

static outcome_t add_builtins(experiments_t *experiments)
{
    outcome_t result = outcome_ok();
    for (const builtin_t *file = builtin_files; file->name != NULL && outcome_is_ok(&result); file++)
        if (text_ends(file->name, ".md"))
            result = add_builtin(file, experiments);
    return result;
}

/* ===  A user's folder  === */

static outcome_t read_text(const char *path, char **text)
{
    bytes_t bytes;
    outcome_t result = file_read(path, NULL, &bytes);
    if (!outcome_is_ok(&result))
        return result;
    *text = (char *)bytes.data;
    if (strlen(*text) == bytes.size)
        return result;
    file_free_bytes(&bytes);
    *text = NULL;
    return outcome_failed(path, NULL, "a NUL byte", "text", NULL);
}

static outcome_t add_file(const char *folder, const char *name, experiments_t *experiments)
{
    size_t length = strlen(name) - strlen(".md");
    text_t page_path = text_of("%s/%s", folder, name), sql_path = text_of("%s/%.*s.sql", folder, (int)length, name);
    char *page = NULL, *sql = NULL;
    experiment_t *experiment;
    outcome_t result;
    if (outcome_bad(&result, append(experiments, &experiment)) || outcome_bad(&result, read_text(page_path.chars, &page)) ||
        outcome_bad(&result, read_text(sql_path.chars, &sql)) ||
        outcome_bad(&result, make(name, length, page, page_path.chars, sql, sql_path.chars, experiment)))
        goto out;
    experiment->folder = text_copy(folder);
    if (experiment->folder == NULL)
        result = outcome_out_of_memory(folder);
    else
        result = take_figure(text_of("%s/%s.gp", folder, experiment->id).chars, experiment);

out:
    free(page);
    free(sql);
    return result;
}

static int is_page_or_query(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && (text_ends(entry->d_name, ".md") || text_ends(entry->d_name, ".sql"));
}

/* A query has a page beside it. */
static outcome_t check_query(const char *folder, const char *name)
{
    text_t page = text_of("%s/%.*s.md", folder, (int)(strlen(name) - strlen(".sql")), name);
    if (file_exists(page.chars))
        return outcome_ok();
    return outcome_failed(text_of("%s/%s", folder, name).chars, NULL, "a query without a page", page.chars, NULL);
}

static outcome_t add_folder(const char *folder, experiments_t *experiments)
{
    struct dirent **names = NULL;
    size_t before = experiments->count;
    int count = scandir(folder, &names, is_page_or_query, alphasort);
    const char *problem = count < 0 ? strerror(errno) : "no ID.md";
    outcome_t result = outcome_ok();
    for (int i = 0; i < count; i++) {
        if (outcome_is_ok(&result) && text_ends(names[i]->d_name, ".md"))
            result = add_file(folder, names[i]->d_name, experiments);
        else if (outcome_is_ok(&result))
            result = check_query(folder, names[i]->d_name);
        free(names[i]);
    }
    if (outcome_is_ok(&result) && experiments->count == before)
        result = outcome_failed(folder, "--experiments", problem, "a folder of experiments: ID.md with ID.sql",
                                "docs/experiments.md shows one");
    free(names);
    return result;
}

/* ===  All  === */

/* The list `from` ("model, accuracy") contains the id. */
bool experiment_reads(const experiment_t *experiment, const experiment_t *other)
{
    size_t length = strlen(other->id);
    for (const char *at = experiment->page.from.chars; *at != '\0'; at += strcspn(at, ", ")) {
        at += strspn(at, ", ");
        if (strcspn(at, ", ") == length && strncmp(at, other->id, length) == 0)
            return true;
    }
    return false;
}

static int by_order(const void *a, const void *b)
{
    const experiment_t *left = a, *right = b;
    if (left->page.order != right->page.order)
        return left->page.order < right->page.order ? -1 : 1;
    return strcmp(left->id, right->id);
}

static const experiment_t *find(const experiments_t *experiments, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(experiments->items[i].id, id))
            return &experiments->items[i];
    return NULL;
}

/* Each name in `from` ("model, accuracy", or "none") must be an earlier experiment. */
static outcome_t check_sources(const experiments_t *experiments, size_t index)
{
    const experiment_t *experiment = &experiments->items[index];
    char *list = text_copy(experiment->page.from.chars), *rest = NULL;
    if (list == NULL)
        return outcome_out_of_memory(experiment->id);
    outcome_t result = outcome_ok();
    for (char *name = strtok_r(list, ", ", &rest); name != NULL && outcome_is_ok(&result);
         name = strtok_r(NULL, ", ", &rest))
        if (!text_equal(name, "none") && find(experiments, index, name) == NULL)
            result = outcome_failed(experiment->page.where, "from", name, "an experiment that comes earlier",
                                    "raise the page's order, or correct the name");
    free(list);
    return result;
}

static outcome_t check_all(const experiments_t *experiments)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < experiments->count && outcome_is_ok(&result); i++) {
        const experiment_t *experiment = &experiments->items[i];
        if (find(experiments, i, experiment->id) != NULL)
            return outcome_failed(experiment->page.where, NULL, "a second experiment with this id", "another id", NULL);
        if (i > 0 && experiments->items[i - 1].page.order == experiment->page.order)
            return outcome_failed(experiment->page.where, "order",
                                  text_of("the order of %s", experiments->items[i - 1].id).chars, "another number", NULL);
        result = check_sources(experiments, i);
    }
    return result;
}

outcome_t experiments_open(const char *folder, experiments_t *experiments)
{
    *experiments = (experiments_t){.items = NULL};
    outcome_t result = add_builtins(experiments);
    if (outcome_is_ok(&result) && folder != NULL && !outcome_bad(&result, add_folder(folder, experiments))) {
        experiments->folder = realpath(folder, NULL);
        if (experiments->folder == NULL)
            result = outcome_failed(folder, "--experiments", strerror(errno), "a folder", NULL);
    }
    if (outcome_is_ok(&result)) {
        qsort(experiments->items, experiments->count, sizeof *experiments->items, by_order);
        result = check_all(experiments);
    }
    const char *views = builtin_text(views_file);
    experiments->views = text_copy(views != NULL ? views : "");
    if (outcome_is_ok(&result) && experiments->views == NULL)
        result = outcome_out_of_memory(views_file);
    if (!outcome_is_ok(&result))
        experiments_close(experiments);
    return result;
}

void experiments_close(experiments_t *experiments)
{
    for (size_t i = 0; i < experiments->count; i++)
        free_experiment(&experiments->items[i]);
    free(experiments->items);
    free(experiments->views);
    free(experiments->folder);
    *experiments = (experiments_t){.items = NULL};
}

/* Pointers to all experiments, NULL-terminated, to free(); NULL when memory is out. */
static const experiment_t **table_of(const experiments_t *experiments)
{
    const experiment_t **table = calloc(experiments->count + 1, sizeof *table);
    for (size_t i = 0; table != NULL && i < experiments->count; i++)
        table[i] = &experiments->items[i];
    return table;
}

outcome_t experiments_find(const experiments_t *experiments, const char *id, const experiment_t **experiment)
{
    const experiment_t **table = table_of(experiments);
    const registry_t names = {.where = "experiment", .what = "experiment", .tables = {table}};
    outcome_t result = table != NULL ? registry_find(&names, id, experiment) : outcome_out_of_memory("experiments");
    free(table);
    return result;
}

outcome_t experiments_list(const experiments_t *experiments, const char *text, registry_list_t *list)
{
    const experiment_t **table = table_of(experiments);
    const registry_t names = {.where = "experiment", .what = "experiment", .tables = {table}};
    outcome_t result = table != NULL ? registry_list(&names, text, list) : outcome_out_of_memory("experiments");
    free(table);
    return result;
}
