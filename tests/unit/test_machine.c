/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine that the program finds itself on: processors it may use, and the folder of its own files. */
#include "base/cpu.h"
#include "base/file.h"
#include "base/home.h"
#include "base/large.h"
#include "base/text.h"

#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testing.h"
#include "folder.h"

/* Write a file, with the folders above it. */
static text_t write_file(const char *name, const char *text)
{
    text_t path = inside(name), above = path;
    *strrchr(above.chars, '/') = '\0';
    assert_ok(file_make_folder(above.chars));
    FILE *stream = fopen(path.chars, "w");
    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
    return path;
}

static int limit(const text_t *membership, const char *mount)
{
    return cpu_limit(membership->chars, inside(mount).chars);
}

/* cgroups(7) version 2: "quota period" in microseconds. 150 ms of processor time each 100 ms keep two processors busy. */
static void the_limit_of_a_group_is_rounded_up(void **state)
{
    (void)state;
    const text_t member = write_file("v2", "0::/job/step\n");
    write_file("m/cpu.max", "max 100000\n");
    write_file("m/job/cpu.max", "400000 100000\n");
    write_file("m/job/step/cpu.max", "150000 100000\n");
    assert_int_equal(limit(&member, "m"), 2);
    write_file("m/job/step/cpu.max", "max 100000\n"); /* the group above holds too */
    assert_int_equal(limit(&member, "m"), 4);
    write_file("m/job/cpu.max", "20000 100000\n"); /* less than one processor is one thread */
    assert_int_equal(limit(&member, "m"), 1);
    write_file("m/job/cpu.max", "max 100000\n");
    assert_int_equal(limit(&member, "m"), INT_MAX);
    write_file("m/job/cpu.max", "nonsense\n");
    assert_int_equal(limit(&member, "m"), INT_MAX);
}

/* In a container the path of /proc/self/cgroup may be that of the host, and the mount shows the container's group only. */
static void a_container_sees_the_limit_at_its_mount(void **state)
{
    (void)state;
    const text_t member = write_file("docker", "0::/docker/0123456789ab\n");
    write_file("c/cpu.max", "300000 100000\n");
    assert_int_equal(limit(&member, "c"), 3);
}

static void version_1_has_two_files_and_minus_one_for_no_limit(void **state)
{
    (void)state;
    const text_t member = write_file("v1", "12:pids:/p\n4:cpu,cpuacct:/slurm/job\n3:cpuset:/slurm\n");
    write_file("n/cpu,cpuacct/slurm/job/cpu.cfs_quota_us", "250000\n");
    write_file("n/cpu,cpuacct/slurm/job/cpu.cfs_period_us", "50000\n");
    write_file("n/cpuset/slurm/cpu.cfs_quota_us", "1\n"); /* not a file of this controller */
    write_file("n/cpuset/slurm/cpu.cfs_period_us", "50000\n");
    assert_int_equal(limit(&member, "n"), 5);
    write_file("n/cpu,cpuacct/slurm/job/cpu.cfs_quota_us", "-1\n");
    assert_int_equal(limit(&member, "n"), INT_MAX);
    const text_t absent = inside("absent");
    assert_int_equal(limit(&absent, "n"), INT_MAX);
}

static void the_affinity_mask_is_respected(void **state)
{
    (void)state;
    cpu_set_t all, one;
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    size_t first = 0;
    while (!CPU_ISSET(first, &all))
        first++;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    int count = cpu_count();
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
    assert_int_equal(count, 1);
    assert_in_range(cpu_count(), 1, CPU_COUNT(&all));
}

/* ===  Paths  === */

static void files_of_the_project_are_recorded_relative_to_it(void **state)
{
    (void)state;
    text_t path;
    assert_int_equal(setenv("BBS_ROOT", folder, 1), 0);
    assert_ok(home_path("models/x", &path));
    assert_string_equal(path.chars, inside("models/x").chars);
    assert_string_equal(home_record(path.chars).chars, "models/x");
    assert_ok(home_path("/data/x", &path));
    assert_string_equal(path.chars, "/data/x");
    assert_string_equal(home_record("/data/x").chars, "/data/x");
    assert_string_equal(home_record(text_of("%s-other/x", folder).chars).chars, text_of("%s-other/x", folder).chars);

    /* Through a link to the project the same. */
    assert_int_equal(symlink(folder, text_of("%s.link", folder).chars), 0);
    assert_int_equal(setenv("BBS_ROOT", text_of("%s.link", folder).chars, 1), 0);
    assert_string_equal(home_record(inside("models/x").chars).chars, "models/x");
    assert_int_equal(unlink(text_of("%s.link", folder).chars), 0);
    assert_int_equal(unsetenv("BBS_ROOT"), 0);
}

static void a_path_of_the_users_is_relative_to_the_current_folder(void **state)
{
    (void)state;
    char *here = getcwd(NULL, 0);
    text_t path;
    assert_ok(file_make_folder(inside("work").chars));
    assert_int_equal(chdir(inside("work").chars), 0);
    assert_int_equal(setenv("BBS_ROOT", folder, 1), 0);
    assert_string_equal(home_record("./a").chars, "work/a");
    assert_ok(file_absolute("a", &path));
    assert_string_equal(path.chars, inside("work/a").chars);
    assert_int_equal(setenv("BBS_ROOT", "/usr", 1), 0);
    assert_string_equal(home_record("a").chars, inside("work/a").chars);
    assert_int_equal(unsetenv("BBS_ROOT"), 0);
    assert_int_equal(chdir(here), 0);
    free(here);
}

/* Results go into a checkout, which has a Makefile, and not into an installed copy, which has none. */
static void an_installed_copy_is_not_written(void **state)
{
    (void)state;
    text_t path;
    assert_int_equal(setenv("BBS_ROOT", folder, 1), 0);
    assert_ok(home_output("results", &path));
    assert_string_equal(path.chars, "results");
    write_file("Makefile", "");
    assert_ok(home_output("results", &path));
    assert_string_equal(path.chars, inside("results").chars);
    assert_int_equal(unsetenv("BBS_ROOT"), 0);
}

/* From 2 MiB on an array begins where a large page may; its size need be no multiple of that (under a sanitizer C11's
 * function refuses such a size). */
static void large_arrays_have_any_size(void **state)
{
    (void)state;
    enum { PAGE = 1 << 21 };
    static const size_t sizes[] = {1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE / 2};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char *memory = large_alloc(sizes[i]);
        assert_non_null(memory);
        memset(memory, 1, sizes[i]);
        if (sizes[i] >= PAGE)
            assert_int_equal((uintptr_t)memory % PAGE, 0);
        free(memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_limit_of_a_group_is_rounded_up),
        cmocka_unit_test(a_container_sees_the_limit_at_its_mount),
        cmocka_unit_test(version_1_has_two_files_and_minus_one_for_no_limit),
        cmocka_unit_test(the_affinity_mask_is_respected),
        cmocka_unit_test(files_of_the_project_are_recorded_relative_to_it),
        cmocka_unit_test(a_path_of_the_users_is_relative_to_the_current_folder),
        cmocka_unit_test(an_installed_copy_is_not_written),
        cmocka_unit_test(large_arrays_have_any_size),
    };
    return cmocka_run_group_tests_name("machine", tests, make_folder, remove_folder);
}
