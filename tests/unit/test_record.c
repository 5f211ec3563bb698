/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run.json: what it keeps, what it refuses to continue; and the baselines that a run is compared with. */
#include "testing.h"

#include "base/file.h"
#include "run/baseline.h"
#include "run/manifest.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/bbs-record-XXXXXX";
static experiments_t experiments;

static text_t in_folder(const char *name)
{
    return text_of("%s/%s", folder, name);
}

static void write_file(const char *name, const char *text)
{
    FILE *stream = fopen(in_folder(name).chars, "wb");
    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
}

/* A manifest of these experiments in the mode, with one input of that hash. */
static manifest_t manifest_of(const char *mode_name, const experiment_t *const *chosen, const char *hash)
{
    manifest_t manifest;
    const run_mode_t *mode;
    inputs_t inputs = {0};
    assert_ok(run_mode_find(mode_name, &mode));
    assert_ok(inputs_add(&inputs, "weights.bin", "weights"));
    snprintf(inputs.items[0].sha256.hex, sizeof inputs.items[0].sha256.hex, "%s", hash);
    manifest_facts_t facts = {.mode = mode, .jobs = 2, .command = "run", .experiments = chosen, .inputs = &inputs};
    assert_ok(manifest_create(folder, &facts, &manifest));
    inputs_free(&inputs);
    return manifest;
}

static void a_run_continues_only_under_its_configuration(void **state)
{
    (void)state;
    const experiment_t *const one[] = {&experiments.items[0], NULL};
    const experiment_t *const two[] = {&experiments.items[0], &experiments.items[1], NULL};
    manifest_t found = manifest_of("smoke", one, "aa"), same = manifest_of("smoke", one, "aa");
    manifest_t mode = manifest_of("compact", one, "aa"), more = manifest_of("smoke", two, "aa"),
               input = manifest_of("smoke", one, "bb");
    assert_ok(manifest_same_configuration(&found, &same));
    assert_error(manifest_same_configuration(&found, &mode), FAULT_FAILED, "mode: found smoke, expected compact");
    assert_error(manifest_same_configuration(&found, &more), FAULT_FAILED, "experiments");
    assert_error(manifest_same_configuration(&more, &found), FAULT_FAILED, "experiments");
    assert_error(manifest_same_configuration(&found, &input), FAULT_FAILED, "weights.bin: found aa, expected bb");
    manifest_free(&found);
    manifest_free(&same);
    manifest_free(&mode);
    manifest_free(&more);
    manifest_free(&input);
}

/* The list of experiments is longer than a text_t holds; the two lists differ only in the last id. */
static void a_long_list_of_experiments_is_kept_whole(void **state)
{
    (void)state;
    enum { MANY = 30, LENGTH = 200 };
    experiment_t made[MANY + 1];
    const experiment_t *one[MANY + 1] = {NULL}, *other[MANY + 1] = {NULL};
    char ids[MANY + 1][LENGTH + 1];
    for (int i = 0; i <= MANY; i++) {
        made[i] = experiments.items[0];
        snprintf(ids[i], sizeof ids[i], "%0*d", LENGTH, i);
        made[i].id = ids[i];
    }
    for (int i = 0; i < MANY; i++)
        one[i] = other[i] = &made[i];
    other[MANY - 1] = &made[MANY];
    manifest_t found = manifest_of("smoke", one, "aa"), wanted = manifest_of("smoke", other, "aa");
    assert_int_equal(strlen(manifest_text(&found, "configuration", "experiments")), MANY * (LENGTH + 1) - 1);
    assert_error(manifest_same_configuration(&found, &wanted), FAULT_FAILED, "run.json: experiments");
    manifest_free(&found);
    manifest_free(&wanted);
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    const experiment_t *const one[] = {&experiments.items[0], NULL};
    manifest_t written = manifest_of("smoke", one, "aa"), read;
    cJSON *entry = manifest_experiment(&written, experiments.items[0].id);
    assert_non_null(entry);
    assert_null(manifest_experiment(&written, experiments.items[1].id));
    json_set_text(entry, "state", "running");
    json_set_text(entry, "state", "finished");
    json_set_number(entry, "wall_seconds", 1.5);
    assert_ok(manifest_write(&written));
    assert_ok(manifest_read(folder, &read));
    assert_true(cJSON_Compare(written.json, read.json, true));
    assert_string_equal(manifest_state(&read, experiments.items[0].id), "finished");
    assert_string_equal(manifest_text(&read, "configuration", "mode"), "smoke");
    assert_string_equal(manifest_text(&read, "configuration", "nothing"), "");
    assert_true(manifest_number(&read, NULL, "jobs") == 2 && manifest_number(&read, NULL, "mode") == -1);
    assert_false(manifest_is_finished(&read));
    json_set_text(read.json, "finished_utc", manifest_now_utc().chars);
    assert_true(manifest_is_finished(&read));
    manifest_free(&written);
    manifest_free(&read);
    unlink(in_folder("run.json").chars);
}

static void a_record_that_is_none_is_refused(void **state)
{
    (void)state;
    manifest_t manifest;
    assert_error(manifest_read(folder, &manifest), FAULT_MISSING, "run.json");
    const text_t bad[] = {text_of("%s", ""), text_of("[1,2]"), text_of("{\"schema\": %d", MANIFEST_SCHEMA),
                          text_of("{\"schema\": %d}", MANIFEST_SCHEMA + 1),
                          text_of("{\"schema\": \"%d\"}", MANIFEST_SCHEMA)};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_file("run.json", bad[i].chars);
        assert_error(manifest_read(folder, &manifest), FAULT_FAILED, "run.json");
    }
    unlink(in_folder("run.json").chars);
}

static void a_baseline_of_the_mode_comes_first(void **state)
{
    (void)state;
    static const rows_column_t columns[] = {{.name = "x", .key = true}, {.name = "y"}, {.name = NULL}};
    static const rows_schema_t schema = {.name = "rows", .columns = columns};
    const baseline_request_t request = {.reference = folder, .mode = "smoke", .folder = folder};
    diff_t diff;
    size_t left_out;
    assert_string_equal(baseline_path(folder, "rows", "smoke").chars, "");
    outcome_t none = baseline_compare(&request, &schema, &diff, &left_out);
    assert_true(outcome_is_skip(&none));
    write_file("rows.csv", "x,y\na,1\n");
    assert_string_equal(baseline_path(folder, "rows", "smoke").chars, in_folder("rows.csv").chars);
    assert_ok(baseline_compare(&request, &schema, &diff, &left_out));
    assert_true(diff_is_clean(&diff));
    diff_free(&diff);
    write_file("rows.smoke.csv", "x,y\na,2\n");
    assert_string_equal(baseline_path(folder, "rows", "smoke").chars, in_folder("rows.smoke.csv").chars);
    assert_string_equal(baseline_path(folder, "rows", "compact").chars, in_folder("rows.csv").chars);
    assert_ok(baseline_compare(&request, &schema, &diff, &left_out));
    assert_int_equal(diff.rows[DIFF_CHANGED], 1);
    diff_free(&diff);
    unlink(in_folder("rows.csv").chars);
    unlink(in_folder("rows.smoke.csv").chars);
}

static int make_folder(void **state)
{
    (void)state;
    assert_ok(experiments_open(NULL, &experiments));
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    experiments_close(&experiments);
    return rmdir(folder);
}

/* A database with the table of this schema alone, and what a check of one experiment logs. */
static outcome_t check_rows_of(bool partial, const char *baseline, const char *measured, char *log, size_t size)
{
    static const rows_column_t columns[] = {{.name = "net", .key = true},
                                            {.name = "method", .key = true},
                                            {.name = "samples"},
                                            {.name = "right", .sense = ROWS_HIGHER, .counts_samples = true},
                                            {.name = NULL}};
    static const rows_schema_t schema = {.name = "answers", .columns = columns, .samples = "samples"};
    char id[] = "answers", file[] = "answers.csv";
    const experiment_t experiment = {.id = id, .file = file};
    const experiment_t *const experiments_of_run[] = {&experiment, NULL};
    rows_database_t *database;
    FILE *stream = fmemopen(log, size, "w");
    assert_non_null(stream);
    assert_ok(rows_database_create(&database));
    assert_ok(rows_database_add_table(database, &schema));
    write_file("answers.csv", measured);
    write_file("answers.smoke.csv", baseline);
    const baseline_request_t request = {
        .reference = folder, .mode = "smoke", .folder = folder, .partial = partial, .log = stream};
    outcome_t result = baseline_check(&request, experiments_of_run, database);
    fclose(stream);
    rows_database_close(database);
    unlink(in_folder("answers.csv").chars);
    unlink(in_folder("answers.smoke.csv").chars);
    return result;
}

static outcome_t check_rows(const char *baseline, const char *measured, char *log, size_t size)
{
    return check_rows_of(false, baseline, measured, log, size);
}

/* A user who names networks or methods has fewer rows than the baseline, or others: only rows that both have can move. */
static void rows_that_nobody_asked_for_do_not_move(void **state)
{
    (void)state;
    char log[2048];
    const char *before = "net,method,samples,right\na,x,2000,1912\na,y,2000,1900\na,z,2000,1800\n";
    assert_ok(check_rows_of(true, before, "net,method,samples,right\na,x,2000,1912\nb,x,2000,7\n", log, sizeof log));
    assert_null(strstr(log, "missing a/y"));
    assert_non_null(strstr(log, "only rows of the same networks, methods and samples:\n"));
    assert_non_null(strstr(log, "1 same of 1 rows; 1 not among them\n"));
    /* Fewer samples have fewer right answers: another row, not a worse one. */
    assert_ok(check_rows_of(true, before, "net,method,samples,right\na,x,20,19\n", log, sizeof log));
    assert_error(check_rows_of(true, before, "net,method,samples,right\na,y,2000,1897\n", log, sizeof log), FAULT_FAILED,
                 "rows that moved: found 1 regressed in answers");
}

/* As many answers gained as lost: both rows are named, losses first, and the check fails. */
static void rows_that_moved_fail_a_run_by_name(void **state)
{
    (void)state;
    char log[2048];
    const char *before = "net,method,samples,right\na,x,2000,1912\na,y,2000,1900\na,z,2000,1800\n";
    assert_ok(check_rows(before, before, log, sizeof log));
    assert_non_null(strstr(log, "3 same of 3 rows"));
    assert_error(
        check_rows(before, "net,method,samples,right\na,x,2000,1915\na,y,2000,1897\na,z,2000,1800\n", log, sizeof log),
        FAULT_FAILED, "rows that moved: found 1 regressed, 1 improved in answers");
    const char *lost = strstr(log, "regressed a/y right: 1,900 of 2,000 → 1,897 of 2,000\n");
    const char *gained = strstr(log, "improved a/x right: 1,912 of 2,000 → 1,915 of 2,000\n");
    assert_true(lost != NULL && gained > lost);
    assert_null(strstr(log, "a/z"));
    assert_error(check_rows(before, "net,method,samples,right\na,x,2000,1912\na,y,2000,1900\n", log, sizeof log),
                 FAULT_FAILED, "found 1 missing in answers");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_continues_only_under_its_configuration),
        cmocka_unit_test(a_long_list_of_experiments_is_kept_whole),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(a_record_that_is_none_is_refused),
        cmocka_unit_test(a_baseline_of_the_mode_comes_first),
        cmocka_unit_test(rows_that_moved_fail_a_run_by_name),
        cmocka_unit_test(rows_that_nobody_asked_for_do_not_move),
    };
    return cmocka_run_group_tests_name("record", tests, make_folder, remove_folder);
}
