/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One query: prepare it, describe its columns, then read its rows into a table. Cells have the kinds that the descriptions
 * state. */
#include "rows/database.h"

#include "rows/database_internal.h"
#include "rows/description.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* ===  Preparing  === */

/* The line of the query at which SQLite found the error. */
static text_t place_of_error(const rows_database_t *database, const char *sql)
{
    int offset = sqlite3_error_offset(database->connection), line = 1;
    for (int i = 0; i < offset; i++)
        line += sql[i] == '\n';
    return offset < 0 ? text_of("query") : text_of("line %d of the query", line);
}

/* Nothing but blanks, semicolons and comments: SQLite makes no statement of it. */
static bool is_blank(const rows_database_t *database, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    for (const char *rest = sql; *rest != '\0'; sql = rest) {
        int code = sqlite3_prepare_v2(database->connection, sql, -1, &statement, &rest);
        sqlite3_finalize(statement);
        if (code != SQLITE_OK || statement != NULL)
            return false;
    }
    return true;
}

static outcome_t prepare(const rows_database_t *database, const char *sql, const char *where, sqlite3_stmt **statement)
{
    const char *rest = "";
    *statement = NULL;
    int code = sqlite3_prepare_v2(database->connection, sql, -1, statement, &rest);
    if (code != SQLITE_OK)
        return outcome_usage(where, place_of_error(database, sql).chars, sqlite3_errmsg(database->connection), NULL, NULL);
    bool alone = is_blank(database, rest);
    if (*statement != NULL && sqlite3_stmt_readonly(*statement) && sqlite3_column_count(*statement) > 0 && alone)
        return outcome_ok();
    outcome_t result = outcome_usage(where, "query", alone ? "no SELECT" : "a second statement", "one SELECT", NULL);
    sqlite3_finalize(*statement);
    *statement = NULL;
    return result;
}

/* ===  Describing  === */

/* The description of the table's column that a result column is, or NULL. */
static const rows_column_t *origin_of(const rows_database_t *database, sqlite3_stmt *statement, int column)
{
    const char *run = sqlite3_column_database_name(statement, column);
    const char *table = sqlite3_column_table_name(statement, column);
    const char *name = sqlite3_column_origin_name(statement, column);
    for (size_t i = 0; run != NULL && table != NULL && name != NULL && i < database->count; i++)
        if (text_equal(database->tables[i].run, run) && text_equal(database->tables[i].schema.name, table))
            return rows_find_column(&database->tables[i].schema, name);
    return NULL;
}

static const rows_column_t *described(const rows_description_t *description, const char *name)
{
    for (size_t i = 0; i < description->count; i++)
        if (text_equal(description->columns[i].name, name))
            return &description->columns[i];
    return NULL;
}

/* The heading, of any length, and unit of a column named `AS "Heading [unit]"`. */
static bool take_heading(rows_table_t *table, const char *name, rows_column_t *column)
{
    char *heading = text_copy(name);
    if (heading == NULL)
        return false;
    char *open = strrchr(heading, '[');
    size_t length = strlen(heading);
    if (open != NULL && open > heading && heading[length - 1] == ']') {
        heading[length - 1] = '\0';
        column->unit = open + 1;
        length = (size_t)(open - heading);
    }
    while (length > 0 && heading[length - 1] == ' ')
        length--;
    column->unit = rows_table_keep(table, column->unit != NULL ? column->unit : "");
    heading[length] = '\0';
    column->heading = rows_table_keep(table, heading);
    free(heading);
    return column->heading != NULL && column->unit != NULL;
}

/* `texts` owns the texts of the headings until they are copied into the result. */
static outcome_t describe_column(const rows_database_t *database, sqlite3_stmt *statement, int index,
                                 const rows_description_t *description, rows_table_t *texts, rows_column_t *column,
                                 bool *is_described)
{
    const char *name = sqlite3_column_name(statement, index);
    const rows_column_t *known = name != NULL ? described(description, name) : NULL, *origin = NULL;
    if (name == NULL)
        return outcome_out_of_memory("query");
    if (known == NULL)
        origin = origin_of(database, statement, index);
    *column = (rows_column_t){.kind = ROWS_TEXT, .decimals = ROWS_ANY_DECIMALS};
    *is_described = known != NULL || origin != NULL;
    if (*is_described)
        *column = known != NULL ? *known : *origin;
    column->name = name;
    bool renamed = known == NULL && (origin == NULL || !text_equal(origin->name, name));
    return renamed && !take_heading(texts, name, column) ? outcome_out_of_memory("query") : outcome_ok();
}

static bool has_column(sqlite3_stmt *statement, const char *name)
{
    for (int i = 0; i < sqlite3_column_count(statement); i++)
        if (text_equal(sqlite3_column_name(statement, i), name))
            return true;
    return false;
}

/* Refuse a description of a column that the query lacks, and a column without description. */
static outcome_t check_complete(const rows_database_t *database, sqlite3_stmt *statement,
                                const rows_description_t *description, const char *where, bool complete)
{
    for (size_t i = 0; i < description->count; i++)
        if (!has_column(statement, description->columns[i].name))
            return outcome_failed(where, description->columns[i].name, "a description of a column that the query lacks",
                                  "the name of a result column", NULL);
    for (int i = 0; complete && i < sqlite3_column_count(statement); i++) {
        const char *name = sqlite3_column_name(statement, i);
        if (described(description, name) == NULL && origin_of(database, statement, i) == NULL)
            return outcome_failed(where, name, "a column without description", "--| HEADING | UNIT | TRAITS | MEANING",
                                  "describe it at the end of the line on which it ends");
    }
    return outcome_ok();
}

/* Describe all columns. `*as_described`, to free(), says which ones have a description: by a comment or from a table. */
static outcome_t describe(const rows_database_t *database, sqlite3_stmt *statement, const char *sql, const char *where,
                          bool complete, rows_table_t *table, bool **as_described)
{
    rows_description_t description = {0};
    rows_table_t texts = {0};
    size_t count = (size_t)sqlite3_column_count(statement);
    rows_column_t *columns = calloc(count + 1, sizeof *columns);
    *as_described = calloc(count + 1, sizeof **as_described);
    outcome_t result = columns != NULL && *as_described != NULL ? outcome_ok() : outcome_out_of_memory(where);
    if (outcome_is_ok(&result) && !outcome_bad(&result, rows_describe(sql, where, &description)))
        result = check_complete(database, statement, &description, where, complete);
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++)
        result = describe_column(database, statement, (int)i, &description, &texts, &columns[i], &(*as_described)[i]);
    if (outcome_is_ok(&result))
        result = rows_table_create(columns, count, table);
    free(columns);
    rows_table_free(&texts);
    rows_description_free(&description);
    return result;
}

/* ===  Rows  === */

static outcome_t take_text(sqlite3_stmt *statement, int index, rows_table_t *table, rows_cell_t *cell)
{
    const char *text = (const char *)sqlite3_column_text(statement, index);
    cell->kind = ROWS_CELL_TEXT;
    cell->text = rows_table_keep(table, text != NULL ? text : "");
    return text != NULL && cell->text != NULL ? outcome_ok() : outcome_out_of_memory("query");
}

/* Does the cell have the kind of its column? A whole real is accepted as an integer and converted. */
static bool fits(rows_kind_t kind, rows_cell_t *cell)
{
    bool whole = cell->kind == ROWS_CELL_REAL && cell->real == floor(cell->real) && fabs(cell->real) < 0x1p53;
    if ((kind == ROWS_INTEGER || kind == ROWS_FLAG) && whole) {
        cell->kind = ROWS_CELL_INTEGER;
        cell->integer = (int64_t)cell->real;
    }
    if (kind == ROWS_REAL && cell->kind == ROWS_CELL_INTEGER)
        cell->kind = ROWS_CELL_REAL;
    if (kind == ROWS_TEXT)
        return cell->kind == ROWS_CELL_TEXT;
    if (kind == ROWS_FLAG)
        return cell->kind == ROWS_CELL_INTEGER && (cell->integer == 0 || cell->integer == 1);
    return cell->kind == (kind == ROWS_REAL ? ROWS_CELL_REAL : ROWS_CELL_INTEGER);
}

static outcome_t take_cell(sqlite3_stmt *statement, int index, bool as_described, const char *where, rows_table_t *table,
                           rows_cell_t *cell)
{
    const rows_column_t *column = &table->columns[index];
    outcome_t result = outcome_ok();
    switch (sqlite3_column_type(statement, index)) {
    case SQLITE_NULL:
        return result;
    case SQLITE_INTEGER:
        cell->kind = ROWS_CELL_INTEGER;
        cell->integer = sqlite3_column_int64(statement, index);
        cell->real = (double)cell->integer;
        break;
    case SQLITE_FLOAT:
        cell->kind = ROWS_CELL_REAL;
        cell->real = sqlite3_column_double(statement, index);
        break;
    default:
        result = take_text(statement, index, table, cell);
    }
    if (outcome_is_ok(&result) && as_described && !fits(column->kind, cell))
        return outcome_failed(where, text_of("column %.200s", column->name).chars, "a value of another kind",
                              rows_kind_name(column->kind),
                              "name the right kind in the column's description, or CAST the value");
    return result;
}

/* A column without description gets the kind of its values. */
static void guess_kinds(rows_table_t *table, const bool *as_described)
{
    for (size_t i = 0; i < table->column_count; i++) {
        rows_kind_t kind = ROWS_INTEGER;
        for (size_t row = 0; row < table->count && !as_described[i]; row++) {
            const rows_cell_t *cell = rows_cell(table, row, i);
            if (cell->kind == ROWS_CELL_TEXT)
                kind = ROWS_TEXT;
            else if (cell->kind == ROWS_CELL_REAL && kind == ROWS_INTEGER)
                kind = ROWS_REAL;
        }
        if (!as_described[i])
            table->columns[i].kind = kind;
    }
}

static outcome_t read_rows(rows_database_t *database, sqlite3_stmt *statement, const char *where, const bool *as_described,
                           rows_table_t *table)
{
    outcome_t result = outcome_ok();
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        rows_cell_t *cells = rows_table_append(table);
        if (cells == NULL)
            return outcome_out_of_memory(where);
        for (size_t i = 0; i < table->column_count; i++)
            if (outcome_bad(&result, take_cell(statement, (int)i, as_described[i], where, table, &cells[i])))
                return result;
    }
    if (code != SQLITE_DONE)
        return outcome_usage(where, "query", sqlite3_errmsg(database->connection), NULL, NULL);
    guess_kinds(table, as_described);
    return result;
}

/* ===  Both  === */

outcome_t rows_database_describe(rows_database_t *database, const char *sql, const char *where, bool complete,
                                 rows_table_t *table)
{
    sqlite3_stmt *statement;
    bool *as_described = NULL;
    *table = (rows_table_t){0};
    outcome_t result = prepare(database, sql, where, &statement);
    if (outcome_is_ok(&result))
        result = describe(database, statement, sql, where, complete, table, &as_described);
    sqlite3_finalize(statement);
    free(as_described);
    return result;
}

typedef struct {
    void (*found)(void *context, const char *table);
    void *context;
} watcher_t;

static int tell_source(void *context, int action, const char *table, const char *b, const char *c, const char *d)
{
    const watcher_t *watcher = context;
    (void)b, (void)c, (void)d;
    if (action == SQLITE_READ && table != NULL)
        watcher->found(watcher->context, table);
    return SQLITE_OK;
}

outcome_t rows_database_sources(rows_database_t *database, const char *sql, const char *where,
                                void (*found)(void *context, const char *table), void *context)
{
    sqlite3_stmt *statement;
    watcher_t watcher = {found, context};
    sqlite3_set_authorizer(database->connection, tell_source, &watcher);
    outcome_t result = prepare(database, sql, where, &statement);
    sqlite3_set_authorizer(database->connection, NULL, NULL);
    sqlite3_finalize(statement);
    return result;
}

outcome_t rows_database_query(rows_database_t *database, const char *sql, const char *where, rows_table_t *table)
{
    sqlite3_stmt *statement;
    bool *as_described = NULL;
    *table = (rows_table_t){0};
    outcome_t result = prepare(database, sql, where, &statement);
    if (outcome_is_ok(&result) &&
        !outcome_bad(&result, describe(database, statement, sql, where, false, table, &as_described)))
        result = read_rows(database, statement, where, as_described, table);
    sqlite3_finalize(statement);
    free(as_described);
    if (!outcome_is_ok(&result))
        rows_table_free(table);
    return result;
}
