/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every experiment that there is, as the committed rows have it: its query yields the very rows, its page can be printed
 * from rows of each mode and from none, and every claim has the value that it always had. */
#include "testing.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/text.h"
#include "experiments/claims.h"
#include "experiments/experiment_rows.h"
#include "experiments/page_document.h"
#include "report/markdown.h"

#include <ctype.h>
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char reference[] = "results/reference";
static char folder[] = "/tmp/bbs-experiments-XXXXXX";
static experiments_t experiments;

/* The modes that have committed rows: smoke and compact. */
enum { MODES = 2 };
static const run_mode_t *modes[MODES];
/* A run of each: what is measured is the committed rows; a measurement that has none is made. */
static text_t folders[MODES];
static rows_database_t *databases[MODES], *empty;

/* ===  Rows  === */

/* ID.MODE.csv or ID.csv of results/reference; "" when there is neither. */
static text_t committed(const experiment_t *experiment, const run_mode_t *mode)
{
    text_t path = text_of("%s/%s.%s.csv", reference, experiment->id, mode->name);
    if (!file_exists(path.chars))
        path = text_of("%s/%s", reference, experiment->file);
    return file_exists(path.chars) ? path : text_of("%s", "");
}

/* A query of the answers of a run, which are not committed: its rows are taken as they are (test_samples and test_ordering
 * hold such queries). */
static bool reads_answers(const experiment_t *experiment)
{
    return experiment->sql != NULL &&
           (strstr(experiment->sql, "JOIN samples AS ") != NULL || strstr(experiment->sql, "JOIN windows ON ") != NULL);
}

static void take_measured(const experiment_t *experiment, const measurement_context_t *context)
{
    text_t path = committed(experiment, context->mode), to = text_of("%s/%s", context->folder, experiment->file);
    if (path.chars[0] == '\0') {
        assert_ok(experiment->measurement->run(context, to.chars));
        return;
    }
    char *whole = realpath(path.chars, NULL);
    assert_non_null(whole);
    assert_int_equal(symlink(whole, to.chars), 0);
    free(whole);
}

/* As a run does it: what is measured is there, then each query in its turn, of what stands in the files before it. */
static void open_mode(int index)
{
    modes[index] = run_mode_registry[index];
    folders[index] = text_of("%s/%s", folder, modes[index]->name);
    const experiment_source_t source = {.folder = folders[index].chars, .mode = modes[index]};
    const measurement_context_t context = {.mode = modes[index], .jobs = 1, .folder = folders[index].chars};
    assert_ok(file_make_folder(folders[index].chars));
    for (size_t i = 0; i < experiments.count; i++)
        if (experiments.items[i].measurement != NULL || reads_answers(&experiments.items[i]))
            take_measured(&experiments.items[i], &context);
    assert_ok(experiment_rows_open(&experiments, &source, &databases[index]));
    for (size_t i = 0; i < experiments.count; i++) {
        const experiment_t *experiment = &experiments.items[i];
        if (experiment->sql == NULL || reads_answers(experiment))
            continue;
        assert_ok(experiment_run(experiment, &context, databases[index]));
        rows_table_t loaded;
        size_t count;
        assert_ok(experiment_rows_load(experiment, folders[index].chars, databases[index], &count));
        text_t sql = text_of("SELECT * FROM \"%s\"", experiment->id);
        assert_ok(rows_database_query(databases[index], sql.chars, "test", &loaded));
        assert_int_equal(count, loaded.count);
        rows_table_free(&loaded);
    }
    rows_database_lock(databases[index]);
}

/* The same text, or numbers that differ by one in the ninth digit: what a query makes of nine digits is rounded twice. */
static bool is_same_cell(const char *a, const char *b)
{
    double left, right;
    if (text_equal(a, b))
        return true;
    if (!text_to_real(a, &left) || !text_to_real(b, &right) || left == 0)
        return false;
    return fabs(left - right) <= 1.0001 * pow(10, floor(log10(fabs(left))) - 8);
}

static void assert_same_rows(const experiment_t *experiment, const char *wanted_path, const char *path)
{
    csv_table_t wanted, rows;
    assert_ok(csv_read(wanted_path, &wanted));
    assert_ok(csv_read(path, &rows));
    if (rows.columns != wanted.columns || rows.rows != wanted.rows)
        fail_msg("%s: %zu rows of %zu columns, in %s %zu of %zu", experiment->id, rows.rows, rows.columns, wanted_path,
                 wanted.rows, wanted.columns);
    for (size_t i = 0; i < (rows.rows + 1) * rows.columns; i++)
        if (!is_same_cell(rows.cells[i], wanted.cells[i]))
            fail_msg("%s, line %zu: %s, in %s %s", experiment->id, i / rows.columns + 1, rows.cells[i], wanted_path,
                     wanted.cells[i]);
    csv_free(&wanted);
    csv_free(&rows);
}

static void every_query_yields_the_committed_rows(void **state)
{
    (void)state;
    size_t compared = 0;
    for (int mode = 0; mode < MODES; mode++)
        for (size_t i = 0; i < experiments.count; i++) {
            const experiment_t *experiment = &experiments.items[i];
            text_t wanted = committed(experiment, modes[mode]);
            if (experiment->sql == NULL || reads_answers(experiment) || wanted.chars[0] == '\0')
                continue;
            assert_same_rows(experiment, wanted.chars, text_of("%s/%s", folders[mode].chars, experiment->file).chars);
            compared++;
        }
    assert_true(compared >= 20);
}

/* Opening has asked each query for its columns, and computed none. */
static void without_rows_there_are_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < experiments.count; i++) {
        const experiment_t *experiment = &experiments.items[i];
        rows_table_t table;
        text_t where = text_of("%s.sql", experiment->id);
        if (experiment->sql == NULL)
            continue;
        assert_ok(rows_database_query(empty, experiment->sql, where.chars, &table));
        assert_int_equal(table.count, 0);
        rows_table_free(&table);
    }
}

/* The keys name a row, in every mode. */
static void keys_name_a_row(void **state)
{
    (void)state;
    for (int mode = 0; mode < MODES; mode++)
        for (size_t i = 0; i < experiments.count; i++) {
            const rows_schema_t *schema = experiment_rows_schema(&experiments.items[i], databases[mode]);
            char keys[512] = "";
            rows_table_t table;
            for (const rows_column_t *column = schema->columns; column->name != NULL; column++)
                if (column->key)
                    snprintf(keys + strlen(keys), sizeof keys - strlen(keys), "%s\"%s\"", keys[0] ? ", " : "",
                             column->name);
            if (keys[0] == '\0')
                fail_msg("%s has no key", schema->name);
            text_t sql = text_of("SELECT %s FROM \"%s\" GROUP BY %s HAVING count(*) > 1", keys, schema->name, keys);
            assert_true(text_fits(&sql));
            assert_ok(rows_database_query(databases[mode], sql.chars, schema->name, &table));
            if (table.count > 0)
                fail_msg("%s of %s: %zu keys have more rows than one", schema->name, modes[mode]->name, table.count);
            rows_table_free(&table);
        }
}

/* Every column of every table says what it is, so that docs/rows.md and the report have no gaps. */
static void every_column_is_described(void **state)
{
    (void)state;
    assert_true(rows_database_count(empty) > experiments.count);
    for (size_t i = 0; i < rows_database_count(empty); i++) {
        const rows_schema_t *schema = rows_database_schema(empty, i);
        assert_true(schema->about[0] != '\0');
        for (const rows_column_t *column = schema->columns; column->name != NULL; column++)
            if (column->heading[0] == '\0' || column->meaning[0] == '\0')
                fail_msg("%s.%s has no heading or no meaning", schema->name, column->name);
    }
}

/* ===  Pages  === */

/* "nan" as a word of its own, in any case. */
static bool has_nan(const char *text)
{
    for (const char *at = strcasestr(text, "nan"); at != NULL; at = strcasestr(at + 1, "nan"))
        if ((at == text || !isalnum((unsigned char)at[-1])) && !isalnum((unsigned char)at[3]))
            return true;
    return false;
}

static void print_page(const page_t *page, rows_database_t *database)
{
    outcome_t (*const parts[])(const page_t *, rows_database_t *, document_t *) = {page_headline, page_body, page_again,
                                                                                   page_limits};
    text_t path = text_of("%s/page.md", folder);
    document_t document = {0};
    bytes_t bytes;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        assert_ok(parts[i](page, database, &document));
    assert_ok(markdown_write(&document, folder, path.chars));
    assert_ok(file_read(path.chars, NULL, &bytes));
    const char *text = (const char *)bytes.data;
    if (strstr(text, "{{") != NULL || strstr(text, "}}") != NULL || has_nan(text))
        fail_msg("%s: \"{{\" or \"nan\" in %s", page->where, text);
    file_free_bytes(&bytes);
    unlink(path.chars);
    document_free(&document);
}

static void every_page_is_printed_with_rows_and_without(void **state)
{
    (void)state;
    assert_true(has_nan("is nan") && has_nan("-NaN %") && !has_nan("nanometre finances"));
    for (size_t i = 0; i < experiments.count; i++) {
        for (int mode = 0; mode < MODES; mode++)
            print_page(&experiments.items[i].page, databases[mode]);
        print_page(&experiments.items[i].page, empty);
    }
}

/* With rows, the text of every page that has one says something; a headline, too. */
static void pages_say_something(void **state)
{
    (void)state;
    size_t facts = 0;
    for (size_t i = 0; i < experiments.count; i++) {
        const page_t *page = &experiments.items[i].page;
        document_t document = {0}, headline = {0};
        assert_ok(page_body(page, databases[1], &document));
        assert_ok(page_headline(page, databases[1], &headline));
        if (page->block_count > 0 && document.count == 0)
            fail_msg("%s says nothing of the committed rows", page->where);
        facts += headline.count;
        document_free(&document);
        document_free(&headline);
    }
    assert_true(facts >= 5);
}

/* ===  Claims  === */

static void read_claims(rows_database_t *database, claims_t *claims)
{
    assert_ok(claims_read("results/claims.csv", claims));
    assert_ok(claims_measure(claims, database));
}

static void every_claim_names_an_experiment_that_there_is(void **state)
{
    (void)state;
    claims_t claims;
    assert_ok(claims_read("results/claims.csv", &claims));
    for (size_t i = 0; i < claims.count; i++) {
        const experiment_t *experiment;
        if (claims.items[i].query[0] != '\0')
            assert_ok(experiments_find(&experiments, claims.items[i].experiment, &experiment));
    }
    claims_free(&claims);
}

static void without_rows_no_claim_has_a_value(void **state)
{
    (void)state;
    claims_t claims;
    read_claims(empty, &claims);
    for (size_t i = 0; i < claims.count; i++)
        if (claims.items[i].measured)
            fail_msg("%s has the value %g", claims.items[i].id, claims.items[i].value);
    claims_free(&claims);
}

/* What has a value in the default mode and does not rest on the rivals' methods has one in the smoke mode, too. */
static void every_claim_can_be_asked_in_the_smoke_mode(void **state)
{
    (void)state;
    claims_t claims;
    size_t values = 0;
    read_claims(databases[0], &claims);
    for (size_t i = 0; i < claims.count; i++)
        values += claims.items[i].measured && isfinite(claims.items[i].value);
    assert_true(values > claims.count / 2);
    claims_free(&claims);
}

/* tests/data/claims.csv: id, value with nine digits, basis, verdict, of the committed rows of the default mode. */
static void every_claim_has_the_value_that_it_had(void **state)
{
    (void)state;
    claims_t claims;
    csv_table_t golden;
    read_claims(databases[1], &claims);
    assert_ok(csv_read("tests/data/claims.csv", &golden));
    assert_int_equal(golden.rows, claims.count);
    for (size_t i = 0; i < claims.count; i++) {
        const claim_t *claim = &claims.items[i];
        text_t value = claim->measured ? text_of("%.9g", claim->value) : text_of("%s", "");
        const char *basis = claim->measured ? claim_basis_name(claim->basis) : "",
                   *verdict = verdict_name(claim_verdict(claim));
        assert_string_equal(csv_cell(&golden, i, 0), claim->id);
        if (!text_equal(csv_cell(&golden, i, 1), value.chars) || !text_equal(csv_cell(&golden, i, 2), basis) ||
            !text_equal(csv_cell(&golden, i, 3), verdict))
            fail_msg("%s: %s, %s, %s; expected %s, %s, %s", claim->id, value.chars, basis, verdict, csv_cell(&golden, i, 1),
                     csv_cell(&golden, i, 2), csv_cell(&golden, i, 3));
        if (claim->measured && claim->n == ROWS_UNKNOWN)
            fail_msg("%s has no N", claim->id);
    }
    csv_free(&golden);
    claims_free(&claims);
}

/* ===  The registry  === */

static void experiments_come_after_what_they_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < experiments.count; i++) {
        const experiment_t *experiment = &experiments.items[i];
        assert_true((experiment->sql != NULL) != (experiment->measurement != NULL));
        assert_true(i == 0 || experiments.items[i - 1].page.order < experiment->page.order);
        for (size_t other = i; other < experiments.count; other++)
            assert_false(experiment_reads(experiment, &experiments.items[other]));
        const experiment_t *found;
        assert_ok(experiments_find(&experiments, experiment->id, &found));
        assert_ptr_equal(found, experiment);
        if (experiment->figure != NULL)
            assert_true(file_exists(experiment->figure));
    }
    const experiment_t *found;
    assert_error(experiments_find(&experiments, "fig99", &found), FAULT_USAGE, "fig12");
}

/* Experiments that this one reads, and what they read: what `run --only ID` computes. */
static void take_sources(const experiment_t *experiment, const char *into)
{
    for (size_t i = 0; i < experiments.count; i++) {
        const experiment_t *other = &experiments.items[i];
        text_t to = text_of("%s/%s", into, other->file);
        if (!experiment_reads(experiment, other) || file_exists(to.chars))
            continue;
        assert_int_equal(symlink(text_of("%s/%s", folders[1].chars, other->file).chars, to.chars), 0);
        take_sources(other, into);
    }
}

static void a_page_names_all_that_its_query_reads(void **state)
{
    (void)state;
    for (size_t i = 0; i < experiments.count; i++) {
        const experiment_t *experiment = &experiments.items[i];
        text_t alone = text_of("%s/alone", folder), path = text_of("%s/%s", alone.chars, experiment->file);
        const experiment_source_t source = {.folder = alone.chars, .mode = modes[1]};
        const measurement_context_t context = {.mode = modes[1], .jobs = 1, .folder = alone.chars};
        rows_database_t *database;
        if (experiment->sql == NULL || reads_answers(experiment))
            continue;
        assert_ok(file_make_folder(alone.chars));
        take_sources(experiment, alone.chars);
        assert_ok(experiment_rows_open(&experiments, &source, &database));
        assert_ok(experiment_run(experiment, &context, database));
        assert_same_rows(experiment, text_of("%s/%s", folders[1].chars, experiment->file).chars, path.chars);
        rows_database_close(database);
        for (size_t other = 0; other < experiments.count; other++)
            unlink(text_of("%s/%s", alone.chars, experiments.items[other].file).chars);
        assert_int_equal(rmdir(alone.chars), 0);
    }
}

/* ===  Set-up  === */

static int open_all(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return 1;
    assert_ok(experiments_open(NULL, &experiments));
    for (int mode = 0; mode < MODES; mode++)
        open_mode(mode);
    const experiment_source_t nothing = {.folder = NULL, .mode = modes[1], .compute = true};
    assert_ok(experiment_rows_open(&experiments, &nothing, &empty));
    rows_database_lock(empty);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    for (int mode = 0; mode < MODES; mode++) {
        rows_database_close(databases[mode]);
        for (size_t i = 0; i < experiments.count; i++)
            unlink(text_of("%s/%s", folders[mode].chars, experiments.items[i].file).chars);
        rmdir(folders[mode].chars);
    }
    rows_database_close(empty);
    experiments_close(&experiments);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_query_yields_the_committed_rows),
        cmocka_unit_test(without_rows_there_are_none),
        cmocka_unit_test(keys_name_a_row),
        cmocka_unit_test(every_column_is_described),
        cmocka_unit_test(every_page_is_printed_with_rows_and_without),
        cmocka_unit_test(pages_say_something),
        cmocka_unit_test(every_claim_names_an_experiment_that_there_is),
        cmocka_unit_test(without_rows_no_claim_has_a_value),
        cmocka_unit_test(every_claim_can_be_asked_in_the_smoke_mode),
        cmocka_unit_test(every_claim_has_the_value_that_it_had),
        cmocka_unit_test(experiments_come_after_what_they_read),
        cmocka_unit_test(a_page_names_all_that_its_query_reads),
    };
    return cmocka_run_group_tests_name("experiments", tests, open_all, close_all);
}
