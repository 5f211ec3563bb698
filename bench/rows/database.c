/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables are created from schemas and filled with typed cells, so SQLite never converts a number. Descriptions of the
 * columns are stored with the tables. A result column of a query that is a table's column keeps its description: SQLite
 * tells the origin of a result column (database, table and column name). */
#include "rows/database.h"

#include "rows/database_internal.h"
#include "rows/functions.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* ===  Opening  === */

outcome_t rows_database_failed(const rows_database_t *database, const char *where)
{
    return outcome_failed(where, "SQLite", sqlite3_errmsg(database->connection), NULL, NULL);
}

outcome_t rows_database_create(rows_database_t **database)
{
    *database = calloc(1, sizeof **database);
    if (*database == NULL)
        return outcome_out_of_memory("database");
    /* One thread asks, so nothing need be locked. */
    int code = sqlite3_open_v2(":memory:", &(*database)->connection,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    (*database)->runs = 1;
    /* "name" is never a text: a misspelt column would be one, silently. */
    if (code == SQLITE_OK)
        code = sqlite3_db_config((*database)->connection, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    if (code == SQLITE_OK && rows_functions_register((*database)->connection))
        return outcome_ok();
    outcome_t result = rows_database_failed(*database, "database");
    rows_database_close(*database);
    *database = NULL;
    return result;
}

void rows_database_close(rows_database_t *database)
{
    if (database == NULL)
        return;
    sqlite3_close(database->connection);
    for (size_t i = 0; i < database->count; i++)
        rows_table_free(&database->tables[i].texts);
    free(database->tables);
    free(database);
}

static text_t run_name(size_t run)
{
    return run == 1 ? text_of("main") : text_of("run%zu", run);
}

text_t rows_database_run_name(const rows_database_t *database)
{
    return run_name(database->runs);
}

outcome_t rows_database_execute(rows_database_t *database, const char *sql, const char *where)
{
    int code = sqlite3_exec(database->connection, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? outcome_ok() : rows_database_failed(database, where);
}

outcome_t rows_database_next_run(rows_database_t *database)
{
    text_t name = run_name(database->runs + 1);
    outcome_t result = rows_database_execute(database, text_of("ATTACH ':memory:' AS %s", name.chars).chars, name.chars);
    if (outcome_is_ok(&result))
        database->runs++;
    return result;
}

/* ===  Tables  === */

static bool keep_schema(const rows_schema_t *schema, size_t run, stored_table_t *stored)
{
    rows_table_t *texts = &stored->texts;
    const char *name = rows_table_keep(texts, schema->name), *in = rows_table_keep(texts, run_name(run).chars);
    const char *about = rows_table_keep(texts, schema->about != NULL ? schema->about : "");
    const char *samples = schema->samples != NULL ? rows_table_keep(texts, schema->samples) : NULL;
    const char *answers = schema->answers != NULL ? rows_table_keep(texts, schema->answers) : NULL;
    stored->run = in;
    stored->schema = (rows_schema_t){.name = name,
                                     .about = about,
                                     .columns = texts->columns,
                                     .samples = samples,
                                     .flips_per_thousand = schema->flips_per_thousand,
                                     .answers = answers};
    return name != NULL && in != NULL && about != NULL && (samples != NULL || schema->samples == NULL) &&
           (answers != NULL || schema->answers == NULL);
}

outcome_t rows_database_store(rows_database_t *database, const rows_schema_t *schema)
{
    stored_table_t *grown = realloc(database->tables, (database->count + 1) * sizeof *grown);
    if (grown == NULL)
        return outcome_out_of_memory(schema->name);
    database->tables = grown;
    stored_table_t *stored = &grown[database->count];
    *stored = (stored_table_t){.run = NULL};
    outcome_t result = rows_table_create(schema->columns, rows_column_count(schema), &stored->texts);
    if (outcome_is_ok(&result) && !keep_schema(schema, database->runs, stored))
        result = outcome_out_of_memory(schema->name);
    if (outcome_is_ok(&result))
        database->count++;
    else
        rows_table_free(&stored->texts);
    return result;
}

static const char *sql_type(rows_kind_t kind)
{
    static const char *const types[] = {
        [ROWS_TEXT] = "TEXT", [ROWS_INTEGER] = "INTEGER", [ROWS_REAL] = "REAL", [ROWS_FLAG] = "INTEGER"};
    return types[kind];
}

outcome_t rows_database_add_table(rows_database_t *database, const rows_schema_t *schema)
{
    sqlite3_str *sql = sqlite3_str_new(database->connection);
    sqlite3_str_appendf(sql, "CREATE TABLE \"%w\".\"%w\"(", run_name(database->runs).chars, schema->name);
    for (const rows_column_t *column = schema->columns; column->name != NULL; column++)
        sqlite3_str_appendf(sql, "%s\"%w\" %s", column == schema->columns ? "" : ", ", column->name,
                            sql_type(column->kind));
    sqlite3_str_appendall(sql, ")");
    char *text = sqlite3_str_finish(sql);
    if (text == NULL)
        return outcome_out_of_memory(schema->name);
    outcome_t result = rows_database_execute(database, text, schema->name);
    sqlite3_free(text);
    return outcome_is_ok(&result) ? rows_database_store(database, schema) : result;
}

size_t rows_database_count(const rows_database_t *database)
{
    return database->count;
}

const rows_schema_t *rows_database_schema(const rows_database_t *database, size_t index)
{
    return &database->tables[index].schema;
}

/* ===  Filling  === */

static outcome_t prepare_insert(rows_database_t *database, const rows_schema_t *schema, sqlite3_stmt **statement)
{
    sqlite3_str *sql = sqlite3_str_new(database->connection);
    sqlite3_str_appendf(sql, "INSERT INTO \"%w\".\"%w\" VALUES(?", run_name(database->runs).chars, schema->name);
    for (size_t i = 1; i < rows_column_count(schema); i++)
        sqlite3_str_appendall(sql, ",?");
    sqlite3_str_appendall(sql, ")");
    char *text = sqlite3_str_finish(sql);
    if (text == NULL)
        return outcome_out_of_memory(schema->name);
    int code = sqlite3_prepare_v2(database->connection, text, -1, statement, NULL);
    sqlite3_free(text);
    return code == SQLITE_OK ? outcome_ok() : rows_database_failed(database, schema->name);
}

static int bind_cell(sqlite3_stmt *statement, int place, const rows_cell_t *cell)
{
    switch (cell->kind) {
    case ROWS_CELL_NULL:
        return sqlite3_bind_null(statement, place);
    case ROWS_CELL_INTEGER:
        return sqlite3_bind_int64(statement, place, cell->integer);
    case ROWS_CELL_REAL:
        return sqlite3_bind_double(statement, place, cell->real);
    case ROWS_CELL_TEXT:
        break;
    }
    return sqlite3_bind_text(statement, place, cell->text, -1, SQLITE_STATIC);
}

static outcome_t insert_row(rows_database_t *database, sqlite3_stmt *statement, const rows_cell_t *cells, size_t count,
                            const char *where)
{
    int code = SQLITE_OK;
    for (size_t i = 0; i < count && code == SQLITE_OK; i++)
        code = bind_cell(statement, (int)i + 1, &cells[i]);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code == SQLITE_DONE || code == SQLITE_OK ? outcome_ok() : rows_database_failed(database, where);
}

static outcome_t empty(rows_database_t *database, const char *table)
{
    char *sql = sqlite3_mprintf("DELETE FROM \"%w\".\"%w\"", run_name(database->runs).chars, table);
    if (sql == NULL)
        return outcome_out_of_memory(table);
    outcome_t result = rows_database_execute(database, sql, table);
    sqlite3_free(sql);
    return result;
}

/* All rows in one transaction: otherwise each row would be a transaction of its own. */
outcome_t rows_database_fill(rows_database_t *database, const rows_schema_t *schema, const rows_table_t *table)
{
    sqlite3_stmt *statement = NULL;
    outcome_t result = rows_database_execute(database, "BEGIN", schema->name);
    if (outcome_is_ok(&result) && !outcome_bad(&result, empty(database, schema->name)))
        result = prepare_insert(database, schema, &statement);
    for (size_t row = 0; row < table->count && outcome_is_ok(&result); row++)
        result = insert_row(database, statement, rows_cell(table, row, 0), table->column_count, schema->name);
    sqlite3_finalize(statement);
    outcome_t ended = rows_database_execute(database, outcome_is_ok(&result) ? "COMMIT" : "ROLLBACK", schema->name);
    return outcome_is_ok(&result) ? ended : result;
}

outcome_t rows_database_load(rows_database_t *database, const rows_schema_t *schema, const char *path)
{
    rows_table_t table;
    outcome_t result = rows_read(schema, path, &table);
    if (!outcome_is_ok(&result))
        return result;
    result = rows_database_fill(database, schema, &table);
    rows_table_free(&table);
    return result;
}

/* The cell of one member of a C struct. */
static rows_cell_t cell_of(const rows_column_t *column, const void *member)
{
    rows_cell_t cell = {.kind = ROWS_CELL_NULL};
    bool flag;
    switch (column->kind) {
    case ROWS_TEXT:
        cell.kind = ROWS_CELL_TEXT;
        memcpy(&cell.text, member, sizeof cell.text);
        break;
    case ROWS_INTEGER:
        memcpy(&cell.integer, member, sizeof cell.integer);
        cell.kind = cell.integer == ROWS_UNKNOWN ? ROWS_CELL_NULL : ROWS_CELL_INTEGER;
        break;
    case ROWS_REAL:
        memcpy(&cell.real, member, sizeof cell.real);
        cell.kind = cell.real != cell.real ? ROWS_CELL_NULL : ROWS_CELL_REAL;
        break;
    case ROWS_FLAG:
        memcpy(&flag, member, sizeof flag);
        cell.kind = ROWS_CELL_INTEGER;
        cell.integer = flag;
        break;
    }
    return cell;
}

outcome_t rows_database_insert(rows_database_t *database, const rows_schema_t *schema, const void *row)
{
    sqlite3_stmt *statement = NULL;
    size_t count = rows_column_count(schema);
    rows_cell_t *cells = calloc(count + 1, sizeof *cells);
    if (cells == NULL)
        return outcome_out_of_memory(schema->name);
    outcome_t result = prepare_insert(database, schema, &statement);
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++)
        cells[i] = cell_of(&schema->columns[i], (const char *)row + schema->columns[i].offset);
    if (outcome_is_ok(&result))
        result = insert_row(database, statement, cells, count, schema->name);
    sqlite3_finalize(statement);
    free(cells);
    return result;
}

/* ===  Reading only  === */

static int only_reading(void *unused, int action, const char *a, const char *b, const char *c, const char *d)
{
    (void)unused, (void)a, (void)b, (void)c, (void)d;
    bool reads =
        action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_FUNCTION || action == SQLITE_RECURSIVE;
    return reads ? SQLITE_OK : SQLITE_DENY;
}

void rows_database_lock(rows_database_t *database)
{
    sqlite3_set_authorizer(database->connection, only_reading, NULL);
}
