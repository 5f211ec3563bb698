/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of a run in run.json: what is recorded, when it is recorded again, and what is FOREIGN. */
#include "testing.h"

#include "base/file.h"
#include "run/manifest_files.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/bbs-files-XXXXXX";
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

/* Set the time of a file's last change. */
static void set_time(const char *name, time_t when)
{
    const struct timespec times[] = {{.tv_sec = when}, {.tv_sec = when}};
    assert_int_equal(utimensat(AT_FDCWD, in_folder(name).chars, times, 0), 0);
}

static manifest_t new_manifest(void)
{
    manifest_t manifest;
    const run_mode_t *mode;
    static const experiment_t *chosen[2];
    chosen[0] = &experiments.items[0];
    const inputs_t none = {0};
    assert_ok(run_mode_find("smoke", &mode));
    const manifest_facts_t facts = {.mode = mode, .jobs = 1, .command = "run", .experiments = chosen, .inputs = &none};
    assert_ok(manifest_create(folder, &facts, &manifest));
    return manifest;
}

static void finish(manifest_t *manifest, time_t since)
{
    json_set_text(manifest_experiment(manifest, experiments.items[0].id), "state", "finished");
    assert_ok(manifest_record(manifest, folder, &experiments.items[0], since));
}

static void rows_lists_and_predictions_are_recorded(void **state)
{
    (void)state;
    manifest_t manifest = new_manifest();
    write_file(experiments.items[0].file, "a,b\n1,2\n3,4\n");
    write_file("samples.resnet34.csv", "sample,label,name\n0,1,x\n");
    write_file("predictions/resnet34.csv", "sample\n0\n");
    write_file("predictions/resnet34.csv.part", "sam");
    write_file("notes.csv", "mine\n");
    finish(&manifest, time(NULL));
    assert_int_equal(manifest_file_count(&manifest), 3);
    assert_ok(manifest_check(&manifest, folder, false));
    /* Files that are not the run's do not matter. */
    write_file("notes.csv", "changed\n");
    assert_ok(manifest_check(&manifest, folder, false));
    /* An answer that was changed is found, and one that was removed is no error. */
    write_file("predictions/resnet34.csv", "sample\n1\n");
    assert_error(manifest_check(&manifest, folder, true), FAULT_FAILED, "predictions/resnet34.csv: found FOREIGN: 1 rows");
    unlink(in_folder("predictions/resnet34.csv").chars);
    assert_ok(manifest_check(&manifest, folder, false));
    write_file("samples.resnet34.csv", "no table\n1,2\n");
    assert_error(manifest_check(&manifest, folder, true), FAULT_FAILED, "samples.resnet34.csv: found FOREIGN: no table");
    unlink(in_folder("samples.resnet34.csv").chars);
    manifest_free(&manifest);
}

/* A later experiment records only what it has written itself, so it makes no changed file its own. */
static void an_old_file_is_not_recorded_again(void **state)
{
    (void)state;
    manifest_t manifest = new_manifest();
    const time_t now = time(NULL);
    write_file(experiments.items[0].file, "a\n1\n");
    write_file("predictions/old.csv", "sample\n0\n");
    finish(&manifest, now);
    write_file("predictions/old.csv", "sample\n9\n");
    set_time("predictions/old.csv", now - 60);
    finish(&manifest, now);
    assert_error(manifest_check(&manifest, folder, true), FAULT_FAILED, "FOREIGN");
    set_time("predictions/old.csv", now);
    finish(&manifest, now);
    assert_ok(manifest_check(&manifest, folder, true));
    unlink(in_folder("predictions/old.csv").chars);
    manifest_free(&manifest);
}

static void rows_that_are_missing_are_computed_again(void **state)
{
    (void)state;
    manifest_t manifest = new_manifest();
    write_file(experiments.items[0].file, "a\n1\n");
    finish(&manifest, time(NULL));
    unlink(in_folder(experiments.items[0].file).chars);
    assert_ok(manifest_check(&manifest, folder, true));
    assert_error(manifest_check(&manifest, folder, false), FAULT_FAILED, "FOREIGN: no such file");
    manifest_free(&manifest);
}

static void a_record_names_only_files_of_its_folder(void **state)
{
    (void)state;
    static const char *const outside[] = {"/etc/passwd", "../x.csv", "predictions/../../x.csv", ""};
    manifest_t manifest = new_manifest();
    cJSON *entry = json_append_object(cJSON_GetObjectItemCaseSensitive(manifest.json, "files"));
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        json_set_text(entry, "path", outside[i]);
        assert_error(manifest_check(&manifest, folder, true), FAULT_FAILED, "run.json: files");
    }
    manifest_free(&manifest);
}

static int make_folder(void **state)
{
    (void)state;
    assert_ok(experiments_open(NULL, &experiments));
    return mkdtemp(folder) == NULL || mkdir(in_folder("predictions").chars, 0777) != 0;
}

static int remove_folder(void **state)
{
    (void)state;
    const text_t command = text_of("rm -r %s", folder);
    experiments_close(&experiments);
    return system(command.chars);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_lists_and_predictions_are_recorded),
        cmocka_unit_test(an_old_file_is_not_recorded_again),
        cmocka_unit_test(rows_that_are_missing_are_computed_again),
        cmocka_unit_test(a_record_names_only_files_of_its_folder),
    };
    return cmocka_run_group_tests_name("manifest_files", tests, make_folder, remove_folder);
}
