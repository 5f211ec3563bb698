/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TESTS_DERIVED_H
#define BBS_TESTS_DERIVED_H

/* A database with empty tables and full registries for each test of derived rows, and what asks it. */
#include "testing.h"

#include "base/text.h"
#include "experiments/builtin.h"
#include "experiments/experiment_rows.h"

#include <math.h>

static experiments_t experiments;
static rows_database_t *database; /* of the test that runs: empty tables, full registries */

/* ===  Asking  === */

static inline void make_rows(const char *sql)
{
    assert_ok(rows_database_execute(database, sql, "made rows"));
}

static inline rows_table_t ask(const char *sql)
{
    rows_table_t table;
    assert_ok(rows_database_query(database, sql, "test", &table));
    return table;
}

/* The rows of a query that is compiled in: "speedup.sql". */
static inline rows_table_t derive(const char *id)
{
    const char *sql = builtin_text(text_of("%s.sql", id).chars);
    assert_non_null(sql);
    return ask(sql);
}

/* The same, into its table, for those that read it. */
static inline void keep(const char *id)
{
    const experiment_t *experiment;
    rows_table_t table = derive(id);
    assert_ok(experiments_find(&experiments, id, &experiment));
    assert_ok(rows_database_fill(database, experiment_rows_schema(experiment, database), &table));
    rows_table_free(&table);
}

/* The row in which all these columns have these texts; one and only one: row_of(&table, "net", "a", ..., NULL). */
static inline size_t row_of(const rows_table_t *table, const char *column, const char *text, const char *other,
                            const char *other_text)
{
    size_t found = table->count;
    for (size_t row = 0; row < table->count; row++)
        if (text_equal(rows_text_at(table, row, column), text) &&
            (other == NULL || text_equal(rows_text_at(table, row, other), other_text))) {
            assert_true(found == table->count);
            found = row;
        }
    if (found == table->count)
        fail_msg("no row with %s = %s, %s = %s", column, text, other != NULL ? other : "", other != NULL ? other_text : "");
    return found;
}

static inline void near(double value, double wanted)
{
    if (!(fabs(value - wanted) <= 1e-12 * fmax(fabs(wanted), 1)))
        fail_msg("%.17g, wanted %.17g", value, wanted);
}

static inline double text_value(const char *sql)
{
    rows_table_t table = ask(sql);
    assert_int_equal(table.count, 1);
    double value = rows_cell(&table, 0, 0)->real;
    rows_table_free(&table);
    return value;
}

/* ===  Set-up  === */

static inline int open_database(void **state)
{
    (void)state;
    const run_mode_t *mode;
    assert_ok(run_mode_find("compact", &mode));
    const experiment_source_t nothing = {.folder = NULL, .mode = mode};
    assert_ok(experiment_rows_open(&experiments, &nothing, &database));
    return 0;
}

static inline int close_database(void **state)
{
    (void)state;
    rows_database_close(database);
    return 0;
}

static inline int open_experiments(void **state)
{
    (void)state;
    assert_ok(experiments_open(NULL, &experiments));
    return 0;
}

static inline int close_experiments(void **state)
{
    (void)state;
    experiments_close(&experiments);
    return 0;
}

#endif
