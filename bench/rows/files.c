/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A virtual table of SQLite (https://www.sqlite.org/vtab.html). A cursor holds the list of files as it was when the query
 * began, and one file at a time. Constraints only narrow what is read: SQLite checks every row again. */
#include "rows/files.h"

#include "base/text.h"
#include "rows/database_internal.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* What a table is made of; owned by the connection. */
typedef struct {
    const rows_files_t *files;
    char *folder; /* NULL: no rows */
} source_t;

typedef struct {
    sqlite3_vtab base; /* first: SQLite knows only this part */
    const source_t *source;
} table_t;

typedef struct {
    sqlite3_vtab_cursor base; /* first, as above */
    rows_file_list_t list;
    const char *wanted[ROWS_FILES_PLACES]; /* NULL: any; texts of `kept` */
    text_t kept[ROWS_FILES_PLACES];
    bool one_file; /* all places are wanted */
    bool one_row;  /* only the row whose first column is `first` */
    int64_t first, number;
    size_t file, row; /* list.count: at the end */
    size_t loaded;    /* the file in `rows`; list.count: none */
    rows_table_t rows;
} cursor_t;

enum {
    FIRST = ROWS_FILES_PLACES,
    ALL_PLACES = (1 << ROWS_FILES_PLACES) - 1
}; /* the file's first column, behind the places */

/* ===  The list  === */

static void free_file(rows_file_t *file)
{
    free(file->path);
    for (int i = 0; i < ROWS_FILES_PLACES; i++)
        free(file->places[i]);
}

outcome_t rows_file_list_add(rows_file_list_t *list, const char *path, const char *const *places)
{
    rows_file_t *grown = realloc(list->items, (list->count + 1) * sizeof *grown);
    if (grown == NULL)
        return outcome_out_of_memory(path);
    list->items = grown;
    rows_file_t *file = &grown[list->count];
    *file = (rows_file_t){.path = text_copy(path)};
    bool whole = file->path != NULL;
    for (int i = 0; i < ROWS_FILES_PLACES; i++) {
        file->places[i] = text_copy(places[i]);
        whole = whole && file->places[i] != NULL;
    }
    if (!whole)
        free_file(file);
    list->count += whole;
    return whole ? outcome_ok() : outcome_out_of_memory(path);
}

void rows_file_list_free(rows_file_list_t *list)
{
    for (size_t i = 0; i < list->count; i++)
        free_file(&list->items[i]);
    free(list->items);
    *list = (rows_file_list_t){0};
}

/* ===  The table  === */

static const char *sql_type(const rows_column_t *column)
{
    return column->kind == ROWS_TEXT ? "TEXT" : column->kind == ROWS_REAL ? "REAL" : "INTEGER";
}

static char *declaration(const rows_files_t *files)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    const rows_column_t *const parts[] = {files->places, files->file->columns};
    const char *before = "CREATE TABLE x(";
    for (int i = 0; i < 2; i++)
        for (const rows_column_t *column = parts[i]; column->name != NULL; column++, before = ", ")
            sqlite3_str_appendf(sql, "%s\"%w\" %s", before, column->name, sql_type(column));
    sqlite3_str_appendall(sql, ")");
    return sqlite3_str_finish(sql);
}

static int connect_table(sqlite3 *connection, void *source, int count, const char *const *words, sqlite3_vtab **made,
                         char **error)
{
    (void)count, (void)words, (void)error;
    char *sql = declaration(((const source_t *)source)->files);
    int code = sql != NULL ? sqlite3_declare_vtab(connection, sql) : SQLITE_NOMEM;
    table_t *table = code == SQLITE_OK ? sqlite3_malloc(sizeof *table) : NULL;
    sqlite3_free(sql);
    if (table == NULL)
        return code == SQLITE_OK ? SQLITE_NOMEM : code;
    *table = (table_t){.source = source};
    *made = &table->base;
    return SQLITE_OK;
}

static int disconnect_table(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

/* Bit i of the plan: column i, a place or the first column of the file, must equal the next argument. */
static int plan(sqlite3_vtab *table, sqlite3_index_info *info)
{
    static const double files = 1000, rows = 10000; /* rough numbers: more constraints are cheaper */
    double cost = files * rows;
    (void)table;
    for (int column = 0, argument = 0; column <= FIRST; column++)
        for (int i = 0; i < info->nConstraint; i++) {
            const struct sqlite3_index_constraint *constraint = &info->aConstraint[i];
            if (!constraint->usable || constraint->iColumn != column || constraint->op != SQLITE_INDEX_CONSTRAINT_EQ)
                continue;
            info->aConstraintUsage[i].argvIndex = ++argument;
            info->idxNum |= 1 << column;
            cost /= column == FIRST ? rows : 5;
            break;
        }
    info->estimatedCost = cost;
    info->estimatedRows = (sqlite3_int64)cost + 1;
    return SQLITE_OK;
}

/* ===  Rows  === */

static int failed(cursor_t *cursor, const outcome_t *result)
{
    sqlite3_free(cursor->base.pVtab->zErrMsg);
    cursor->base.pVtab->zErrMsg = sqlite3_mprintf("%s", outcome_text(result));
    return SQLITE_ERROR;
}

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **made)
{
    const source_t *source = ((table_t *)table)->source;
    cursor_t *cursor = calloc(1, sizeof *cursor);
    if (cursor == NULL)
        return SQLITE_NOMEM;
    cursor->base.pVtab = table;
    outcome_t result = source->folder != NULL ? source->files->list(source->folder, &cursor->list) : outcome_ok();
    cursor->loaded = cursor->file = cursor->list.count;
    *made = &cursor->base;
    if (outcome_is_ok(&result))
        return SQLITE_OK;
    int code = failed(cursor, &result);
    rows_file_list_free(&cursor->list);
    free(cursor); /* a cursor that was not opened is not closed */
    return code;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
    cursor_t *cursor = (cursor_t *)base;
    rows_table_free(&cursor->rows);
    rows_file_list_free(&cursor->list);
    free(cursor);
    return SQLITE_OK;
}

static bool is_wanted(const cursor_t *cursor, const rows_file_t *file)
{
    for (int i = 0; i < ROWS_FILES_PLACES; i++)
        if (cursor->wanted[i] != NULL && !text_equal(cursor->wanted[i], file->places[i]))
            return false;
    return true;
}

static outcome_t load(cursor_t *cursor)
{
    if (cursor->loaded == cursor->file)
        return outcome_ok();
    rows_table_free(&cursor->rows);
    cursor->loaded = cursor->list.count;
    const source_t *source = ((table_t *)cursor->base.pVtab)->source;
    outcome_t result = rows_read(source->files->file, cursor->list.items[cursor->file].path, &cursor->rows);
    if (outcome_is_ok(&result))
        cursor->loaded = cursor->file;
    return result;
}

/* The row with the first column that is wanted; the number of rows when there is none. Rows are sorted by it. */
static size_t find_row(const cursor_t *cursor)
{
    size_t low = 0, high = cursor->rows.count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (rows_cell(&cursor->rows, middle, 0)->integer < cursor->first)
            low = middle + 1;
        else
            high = middle;
    }
    return low < cursor->rows.count && rows_cell(&cursor->rows, low, 0)->integer == cursor->first ? low
                                                                                                  : cursor->rows.count;
}

/* Go to the first wanted row of the file at hand or of a later one. */
static outcome_t settle(cursor_t *cursor)
{
    outcome_t result = outcome_ok();
    for (; cursor->file < cursor->list.count; cursor->file++) {
        if (!is_wanted(cursor, &cursor->list.items[cursor->file]))
            continue;
        if (outcome_bad(&result, load(cursor)))
            return result;
        cursor->row = cursor->one_row ? find_row(cursor) : 0;
        if (cursor->row < cursor->rows.count)
            return result;
        if (cursor->one_file)
            break;
    }
    if (cursor->one_file)
        cursor->file = cursor->list.count; /* no other file has these places */
    return result;
}

static int filter(sqlite3_vtab_cursor *base, int bits, const char *text, int count, sqlite3_value **arguments)
{
    cursor_t *cursor = (cursor_t *)base;
    int argument = 0;
    bool nothing = false; /* equal to NULL is no row */
    (void)text, (void)count;
    for (int i = 0; i < ROWS_FILES_PLACES; i++) {
        cursor->wanted[i] = NULL;
        if ((bits >> i & 1) == 0)
            continue;
        const char *value = (const char *)sqlite3_value_text(arguments[argument++]);
        nothing |= value == NULL;
        if (value == NULL || !text_equal(cursor->kept[i].chars, value)) /* a join asks for the same file row by row */
            cursor->kept[i] = text_of("%s", value != NULL ? value : "");
        cursor->wanted[i] = cursor->kept[i].chars;
    }
    cursor->one_file = (bits & ALL_PLACES) == ALL_PLACES;
    cursor->one_row = (bits >> FIRST & 1) != 0 && sqlite3_value_numeric_type(arguments[argument]) == SQLITE_INTEGER;
    cursor->first = cursor->one_row ? sqlite3_value_int64(arguments[argument]) : 0;
    cursor->number = 1;
    const bool at_hand =
        cursor->one_file && cursor->loaded < cursor->list.count && is_wanted(cursor, &cursor->list.items[cursor->loaded]);
    cursor->file = nothing ? cursor->list.count : at_hand ? cursor->loaded : 0;
    outcome_t result = settle(cursor);
    return outcome_is_ok(&result) ? SQLITE_OK : failed(cursor, &result);
}

static int next_row(sqlite3_vtab_cursor *base)
{
    cursor_t *cursor = (cursor_t *)base;
    outcome_t result = outcome_ok();
    cursor->number++;
    cursor->row++;
    if (cursor->one_row || cursor->row >= cursor->rows.count) {
        cursor->file = cursor->one_file ? cursor->list.count : cursor->file + 1;
        result = settle(cursor);
    }
    return outcome_is_ok(&result) ? SQLITE_OK : failed(cursor, &result);
}

static int at_end(sqlite3_vtab_cursor *base)
{
    const cursor_t *cursor = (const cursor_t *)base;
    return cursor->file >= cursor->list.count;
}

static int give_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    const cursor_t *cursor = (const cursor_t *)base;
    if (column < ROWS_FILES_PLACES) {
        sqlite3_result_text(context, cursor->list.items[cursor->file].places[column], -1, SQLITE_TRANSIENT);
        return SQLITE_OK;
    }
    const rows_cell_t *cell = rows_cell(&cursor->rows, cursor->row, (size_t)(column - ROWS_FILES_PLACES));
    switch (cell->kind) {
    case ROWS_CELL_NULL:
        sqlite3_result_null(context);
        break;
    case ROWS_CELL_INTEGER:
        sqlite3_result_int64(context, cell->integer);
        break;
    case ROWS_CELL_REAL:
        sqlite3_result_double(context, cell->real);
        break;
    case ROWS_CELL_TEXT:
        sqlite3_result_text(context, cell->text, -1, SQLITE_TRANSIENT);
        break;
    }
    return SQLITE_OK;
}

static int give_number(sqlite3_vtab_cursor *base, sqlite3_int64 *number)
{
    *number = ((const cursor_t *)base)->number;
    return SQLITE_OK;
}

/* ===  In the database  === */

static const sqlite3_module module = {.xCreate = connect_table,
                                      .xConnect = connect_table,
                                      .xBestIndex = plan,
                                      .xDisconnect = disconnect_table,
                                      .xDestroy = disconnect_table,
                                      .xOpen = open_cursor,
                                      .xClose = close_cursor,
                                      .xFilter = filter,
                                      .xNext = next_row,
                                      .xEof = at_end,
                                      .xColumn = give_column,
                                      .xRowid = give_number};

static void free_source(void *source)
{
    if (source != NULL)
        free(((source_t *)source)->folder);
    free(source);
}

static source_t *make_source(const rows_files_t *files, const char *folder)
{
    source_t *source = calloc(1, sizeof *source);
    if (source == NULL)
        return NULL;
    *source = (source_t){.files = files, .folder = folder != NULL ? text_copy(folder) : NULL};
    if (folder == NULL || source->folder != NULL)
        return source;
    free(source);
    return NULL;
}

/* Places and columns of a file in one schema. */
static outcome_t describe_table(rows_database_t *database, const rows_files_t *files)
{
    const size_t own = rows_column_count(files->file);
    rows_column_t *columns = calloc(ROWS_FILES_PLACES + own + 1, sizeof *columns);
    if (columns == NULL)
        return outcome_out_of_memory(files->name);
    memcpy(columns, files->places, ROWS_FILES_PLACES * sizeof *columns);
    memcpy(columns + ROWS_FILES_PLACES, files->file->columns, own * sizeof *columns);
    const rows_schema_t schema = {.name = files->name, .about = files->about, .columns = columns};
    outcome_t result = rows_database_store(database, &schema);
    free(columns);
    return result;
}

outcome_t rows_database_add_files(rows_database_t *database, const rows_files_t *files, const char *folder)
{
    const text_t run = rows_database_run_name(database);
    const text_t name = text_of("%s_of_%s", files->name, run.chars);
    source_t *source = make_source(files, folder);
    if (source == NULL)
        return outcome_out_of_memory(files->name);
    /* The connection owns the source from here, also when this fails. */
    if (sqlite3_create_module_v2(database->connection, name.chars, &module, source, free_source) != SQLITE_OK)
        return rows_database_failed(database, files->name);
    const text_t sql = text_of("CREATE VIRTUAL TABLE \"%s\".\"%s\" USING \"%s\"", run.chars, files->name, name.chars);
    outcome_t result = rows_database_execute(database, sql.chars, files->name);
    return outcome_is_ok(&result) ? describe_table(database, files) : result;
}
