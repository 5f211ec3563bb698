/* SPDX-License-Identifier: GPL-3.0-or-later */
/* speedup.csv from model.csv, and run.json: what it keeps, what it refuses to continue. */
#include "testing.h"

#include "base/file.h"
#include "run/baseline.h"
#include "run/manifest.h"
#include "experiments/rows.h"
#include "experiments/speedup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/bbs-record-XXXXXX";

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

#define MODEL_HEADER "net,size,accelerator,layer,cycles,energy_on_chip_pj,energy_dram_pj,energy_total_pj,selection\n"

static outcome_t speedups_of(const char *rows, csv_table_t *speedups)
{
    csv_table_t model;
    write_file("model.csv", text_of(MODEL_HEADER "%s", rows).chars);
    assert_ok(csv_read(in_folder("model.csv").chars, &model));
    outcome_t result = speedup_write(&model, speedup_reference, in_folder("speedup.csv").chars);
    csv_free(&model);
    if (outcome_is_ok(&result))
        result = csv_read(in_folder("speedup.csv").chars, speedups);
    unlink(in_folder("model.csv").chars);
    unlink(in_folder("speedup.csv").chars);
    return result;
}

static void ratios_are_against_stripes_on_the_same_network(void **state)
{
    (void)state;
    csv_table_t table;
    assert_ok(speedups_of("a,full,stripes,conv,7,7,7,7,none\n" /* layers are not read */
                          "a,full,stripes,total,1000,20,80,100,none\na,full,fast,total,250,10,40,50,some\n"
                          "b,full,stripes,total,800,50,150,200,none\nb,full,fast,total,800,100,300,400,some\n",
                          &table));
    rows_t rows = rows_of(&table);
    assert_int_equal(table.rows, 6); /* four totals, two means */
    assert_true(rows_real(&rows, 1, "speedup") == 4 && rows_real(&rows, 1, "energy_ratio") == 0.5);
    assert_true(rows_real(&rows, 1, "energy_on_chip_ratio") == 0.1 && rows_real(&rows, 1, "energy_dram_ratio") == 0.4);
    assert_true(rows_real(&rows, 3, "speedup") == 1 && rows_real(&rows, 3, "energy_ratio") == 2);
    assert_string_equal(rows_text(&rows, 5, "net"), "geomean");
    assert_string_equal(rows_text(&rows, 5, "accelerator"), "fast");
    assert_string_equal(rows_text(&rows, 5, "mean_over_networks"), "geometric");
    assert_string_equal(rows_text(&rows, 1, "mean_over_networks"), "");
    assert_true(rows_real(&rows, 5, "speedup") == 2); /* sqrt(4 * 1), not 2.5 */
    assert_true(rows_real(&rows, 5, "energy_ratio") == 1);
    assert_true(isnan(rows_real(&rows, 5, "cycles")));
    assert_true(rows_real(&rows, 4, "speedup") == 1 && rows_real(&rows, 4, "energy_ratio") == 1);
    assert_ok(rows.outcome);
    csv_free(&table);
}

static void one_network_has_no_mean_and_no_stripes_no_ratio(void **state)
{
    (void)state;
    csv_table_t table;
    assert_ok(speedups_of("a,full,stripes,total,1000,20,80,100,none\na,full,fast,total,250,10,40,50,some\n", &table));
    assert_int_equal(table.rows, 2);
    csv_free(&table);
    assert_error(speedups_of("a,full,fast,total,250,10,40,50,some\n", &table), FAULT_FAILED, "stripes");
    assert_error(speedups_of("a,full,stripes,total,1,1,1,1,none\na,compact,fast,total,1,1,1,1,none\n", &table),
                 FAULT_FAILED, "stripes");
    assert_error(speedups_of("a,full,stripes,total,0,1,1,1,none\n", &table), FAULT_FAILED, "not positive");
}

/* A manifest of these experiments in the mode, with one input of that hash. */
static manifest_t manifest_of(const char *mode_name, const experiment_t *const *experiments, const char *hash)
{
    manifest_t manifest;
    const run_mode_t *mode;
    inputs_t inputs = {0};
    assert_ok(run_mode_find(mode_name, &mode));
    assert_ok(inputs_add(&inputs, "weights.bin", "weights"));
    snprintf(inputs.items[0].sha256.hex, sizeof inputs.items[0].sha256.hex, "%s", hash);
    manifest_facts_t facts = {.mode = mode, .jobs = 2, .command = "run", .experiments = experiments, .inputs = &inputs};
    assert_ok(manifest_create(folder, &facts, &manifest));
    inputs_free(&inputs);
    return manifest;
}

static void a_run_continues_only_under_its_configuration(void **state)
{
    (void)state;
    const experiment_t *const one[] = {experiment_registry[0], NULL}, *const two[] = {experiment_registry[0],
                                                                                      experiment_registry[1], NULL};
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

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    const experiment_t *const one[] = {experiment_registry[0], NULL};
    manifest_t written = manifest_of("smoke", one, "aa"), read;
    cJSON *entry = manifest_experiment(&written, experiment_registry[0]->id);
    assert_non_null(entry);
    assert_null(manifest_experiment(&written, experiment_registry[1]->id));
    manifest_set_text(entry, "state", "running");
    manifest_set_text(entry, "state", "finished");
    manifest_set_number(entry, "wall_seconds", 1.5);
    assert_ok(manifest_write(&written));
    assert_ok(manifest_read(folder, &read));
    assert_true(cJSON_Compare(written.json, read.json, true));
    assert_string_equal(manifest_state(&read, experiment_registry[0]->id), "finished");
    assert_string_equal(manifest_text(&read, "configuration", "mode"), "smoke");
    assert_string_equal(manifest_text(&read, "configuration", "nothing"), "");
    assert_true(manifest_number(&read, NULL, "jobs") == 2 && manifest_number(&read, NULL, "mode") == -1);
    assert_false(manifest_is_finished(&read));
    manifest_set_text(read.json, "finished_utc", manifest_now_utc().chars);
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
    static const char *const bad[] = {"", "[1,2]", "{\"schema\": 1", "{\"schema\": 2}", "{\"schema\": \"1\"}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_file("run.json", bad[i]);
        assert_error(manifest_read(folder, &manifest), FAULT_FAILED, "run.json");
    }
    unlink(in_folder("run.json").chars);
}

static void a_baseline_of_the_mode_comes_first(void **state)
{
    (void)state;
    const experiment_t *experiment = experiment_registry[0];
    diff_t diff;
    assert_string_equal(baseline_path(folder, experiment, "smoke").chars, "");
    outcome_t none = baseline_compare(folder, experiment, "smoke", folder, &diff);
    assert_true(outcome_is_skip(&none));
    text_t general = in_folder(text_of("%s.csv", experiment->id).chars);
    text_t special = in_folder(text_of("%s.smoke.csv", experiment->id).chars);
    write_file(strrchr(general.chars, '/') + 1, "x\n");
    assert_string_equal(baseline_path(folder, experiment, "smoke").chars, general.chars);
    write_file(strrchr(special.chars, '/') + 1, "x\n");
    assert_string_equal(baseline_path(folder, experiment, "smoke").chars, special.chars);
    assert_string_equal(baseline_path(folder, experiment, "compact").chars, general.chars);
    unlink(general.chars);
    unlink(special.chars);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ratios_are_against_stripes_on_the_same_network),
        cmocka_unit_test(one_network_has_no_mean_and_no_stripes_no_ratio),
        cmocka_unit_test(a_run_continues_only_under_its_configuration),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(a_record_that_is_none_is_refused),
        cmocka_unit_test(a_baseline_of_the_mode_comes_first),
    };
    return cmocka_run_group_tests_name("record", tests, make_folder, remove_folder);
}
