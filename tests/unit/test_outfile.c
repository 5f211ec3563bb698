/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where output goes when its name is more than a plain new file: links, pipes, devices, a second writer, no room. */
#include "base/file.h"
#include "base/outfile.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "testing.h"

static char folder[] = "/tmp/bbs-test-outfile-XXXXXX";

static text_t inside(const char *name)
{
    return text_of("%s/%s", folder, name);
}

static outcome_t write_to(const char *path, const char *text)
{
    outfile_t file;
    outcome_t result = outfile_open(&file, path);
    if (!outcome_is_ok(&result))
        return result;
    fputs(text, file.stream);
    return outfile_commit(&file);
}

static void assert_holds(const char *path, const char *text)
{
    bytes_t bytes;
    assert_ok(file_read(path, NULL, &bytes));
    assert_string_equal((char *)bytes.data, text);
    file_free_bytes(&bytes);
}

static bool is_link(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
}

static void a_link_stays_and_its_target_is_written(void **state)
{
    (void)state;
    assert_ok(file_make_folder(inside("far").chars));
    assert_ok(write_to(inside("far/old").chars, "old"));
    assert_int_equal(symlink("far/old", inside("link").chars), 0);
    assert_ok(write_to(inside("link").chars, "new"));
    assert_true(is_link(inside("link").chars));
    assert_holds(inside("far/old").chars, "new");
    /* A link to a link, whose target does not exist yet, is relative to the folder of the second link. */
    assert_int_equal(symlink("absent", inside("far/second").chars), 0);
    assert_int_equal(symlink(inside("far/second").chars, inside("first").chars), 0);
    assert_ok(write_to(inside("first").chars, "made"));
    assert_true(is_link(inside("first").chars) && is_link(inside("far/second").chars));
    assert_holds(inside("far/absent").chars, "made");
    assert_int_equal(symlink("round", inside("round").chars), 0);
    assert_error(write_to(inside("round").chars, "x"), FAULT_FAILED, strerror(ELOOP));
}

static void a_second_writer_is_refused_and_harms_nothing(void **state)
{
    (void)state;
    const text_t path = inside("shared");
    outfile_t first, second;
    assert_ok(outfile_open(&first, path.chars));
    fputs("first", first.stream);
    assert_error(outfile_open(&second, path.chars), FAULT_FAILED, "another program that writes this file");
    assert_ok(outfile_commit(&first));
    assert_holds(path.chars, "first");
    assert_ok(write_to(path.chars, "later"));
    assert_holds(path.chars, "later");
}

/* What a killed program left is not in the way, and none of it gets into the new file. */
static void an_old_part_is_overwritten(void **state)
{
    (void)state;
    FILE *stream = fopen(inside("killed.part").chars, "wb");
    assert_non_null(stream);
    fputs("a long text of a program that was killed", stream);
    fclose(stream);
    assert_ok(write_to(inside("killed").chars, "short"));
    assert_holds(inside("killed").chars, "short");
    assert_false(file_exists(inside("killed.part").chars));
}

/* NAME.part may be a link that somebody laid, or a pipe: neither is followed or filled. */
static void a_part_that_is_no_file_is_refused(void **state)
{
    (void)state;
    assert_ok(write_to(inside("precious").chars, "precious"));
    assert_int_equal(symlink("precious", inside("trap.part").chars), 0);
    assert_error(write_to(inside("trap").chars, "x"), FAULT_FAILED, "writing");
    assert_holds(inside("precious").chars, "precious");
    assert_int_equal(mkfifo(inside("fifo.part").chars, 0600), 0);
    assert_error(write_to(inside("fifo").chars, "x"), FAULT_FAILED, "writing");
}

/* The two halves of a text, with time between them for another writer. */
static void write_slowly(const char *path, const char *text, size_t length)
{
    outfile_t file;
    outcome_t result = outfile_open(&file, path);
    if (!outcome_is_ok(&result))
        return;
    fwrite(text, 1, length / 2, file.stream);
    fflush(file.stream);
    usleep(2000);
    fwrite(text + length / 2, 1, length - length / 2, file.stream);
    result = outfile_commit(&file);
    (void)result;
}

/* The text of one writer, whole. */
static bool is_whole(const char *path, size_t length)
{
    bytes_t bytes;
    outcome_t result = file_read(path, NULL, &bytes);
    bool whole = outcome_is_ok(&result) && bytes.size == length;
    for (size_t i = 1; whole && i < length; i++)
        whole = bytes.data[i] == bytes.data[0];
    if (outcome_is_ok(&result))
        file_free_bytes(&bytes);
    return whole;
}

/* At any time, also between two of them. */
static void many_writers_leave_the_whole_text_of_one(void **state)
{
    (void)state;
    enum { WRITERS = 8, TURNS = 10, LENGTH = 5000 };
    const text_t path = inside("contended");
    pid_t writers[WRITERS];
    assert_ok(write_to(path.chars, ""));
    for (int w = 0; w < WRITERS; w++) {
        writers[w] = fork();
        if (writers[w] > 0)
            continue;
        char text[LENGTH];
        bool whole = true;
        memset(text, 'a' + w, LENGTH);
        for (int turn = 0; turn < TURNS; turn++) {
            write_slowly(path.chars, text, LENGTH);
            whole = whole && is_whole(path.chars, LENGTH);
        }
        _exit(!whole);
    }
    for (int w = 0; w < WRITERS; w++) {
        int status;
        assert_int_equal(waitpid(writers[w], &status, 0), writers[w]);
        assert_int_equal(status, 0);
    }
    assert_true(is_whole(path.chars, LENGTH));
}

static void devices_and_pipes_are_written_and_stay(void **state)
{
    (void)state;
    struct stat before, after;
    char got[8] = "";
    int ends[2];
    assert_int_equal(stat("/dev/null", &before), 0);
    assert_ok(write_to("/dev/null", "x"));
    assert_int_equal(stat("/dev/null", &after), 0);
    assert_true(S_ISCHR(after.st_mode) && before.st_ino == after.st_ino);
    assert_int_equal(pipe(ends), 0);
    assert_ok(write_to(text_of("/dev/fd/%d", ends[1]).chars, "piped"));
    assert_int_equal(read(ends[0], got, sizeof got), 5);
    assert_string_equal(got, "piped");
    close(ends[0]);
    close(ends[1]);
    assert_int_equal(mkfifo(inside("named").chars, 0600), 0);
    int reader = open(inside("named").chars, O_RDONLY | O_NONBLOCK);
    assert_ok(write_to(inside("named").chars, "fifo!"));
    assert_int_equal(read(reader, got, sizeof got), 5);
    assert_string_equal(got, "fifo!");
    close(reader);
    assert_error(write_to(folder, "x"), FAULT_FAILED, "a folder");
    assert_error(write_to("/dev/fd/999", "x"), FAULT_FAILED, strerror(EBADF));
}

/* Data that go to standard output are not mixed with what is printed later. */
static void data_take_standard_output_from_messages(void **state)
{
    (void)state;
    static const char *const names[] = {"-", "/dev/stdout", "/proc/self/fd/1"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        pid_t child = fork();
        if (child == 0) {
            bool good =
                freopen(inside("out").chars, "w", stdout) != NULL && freopen(inside("err").chars, "w", stderr) != NULL;
            outfile_t file;
            outcome_t result = outfile_open(&file, names[i]);
            printf("message\n");
            fflush(stdout);
            if (good && outcome_is_ok(&result)) {
                fputs("data", file.stream);
                result = outfile_commit(&file);
            }
            _exit(good && outcome_is_ok(&result) ? 0 : 1);
        }
        int status = -1;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
        assert_holds(inside("out").chars, "data");
        assert_holds(inside("err").chars, "message\n");
    }
}

/* The errno of the write that failed, however much was printed after it. */
static void the_reason_is_that_of_the_first_failure(void **state)
{
    (void)state;
    outfile_t file;
    assert_ok(outfile_open(&file, "/dev/full"));
    for (int i = 0; i < 100000; i++)
        fputs("more than a buffer", file.stream);
    errno = ENOENT;
    assert_error(outfile_commit(&file), FAULT_FAILED, "No space left on device");
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_error(write_to(text_of("/dev/fd/%d", ends[1]).chars, "x"), FAULT_FAILED, "Broken pipe");
    close(ends[1]);
    const struct rlimit small = {.rlim_cur = 100, .rlim_max = RLIM_INFINITY};
    struct rlimit old;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    char text[201];
    memset(text, 'x', 200);
    text[200] = '\0';
    outcome_t result = write_to(inside("limited").chars, text);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_error(result, FAULT_FAILED, "File too large");
    assert_false(file_exists(inside("limited").chars) || file_exists(inside("limited.part").chars));
}

static void permissions_stay_as_they_were(void **state)
{
    (void)state;
    struct stat status;
    assert_ok(write_to(inside("secret").chars, "old"));
    assert_int_equal(chmod(inside("secret").chars, 0600), 0);
    assert_ok(write_to(inside("secret").chars, "new"));
    assert_int_equal(stat(inside("secret").chars, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

/* In a child, because root must become somebody else to be refused anything. */
static void what_may_not_be_written_is_refused_with_the_reason(void **state)
{
    (void)state;
    assert_ok(write_to(inside("fixed").chars, "fixed"));
    assert_int_equal(chmod(inside("fixed").chars, 0444), 0);
    assert_ok(file_make_folder(inside("locked").chars));
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(chmod(inside("locked").chars, 0555), 0);
    pid_t child = fork();
    if (child == 0) {
        if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(2);
        outcome_t made = file_make_folder(inside("locked/a/b").chars), written = write_to(inside("fixed").chars, "x");
        bool good = strstr(outcome_text(&made), "Permission denied") != NULL &&
                    strstr(outcome_text(&written), "Permission denied") != NULL;
        _exit(good ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_holds(inside("fixed").chars, "fixed");
}

static void a_name_that_is_too_long_says_so(void **state)
{
    (void)state;
    char name[252];
    memset(name, 'n', 251); /* a name may have 255 bytes, and ".part" needs 5 of them */
    name[251] = '\0';
    assert_error(write_to(inside(name).chars, "x"), FAULT_FAILED, "give a shorter name");
    name[250] = '\0';
    assert_ok(write_to(inside(name).chars, "x"));
}

static int make_folder(void **state)
{
    (void)state;
    signal(SIGXFSZ, SIG_IGN); /* as the program does */
    signal(SIGPIPE, SIG_IGN);
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    return system(text_of("chmod -R u+w %s && rm -rf %s", folder, folder).chars);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_stays_and_its_target_is_written),
        cmocka_unit_test(a_second_writer_is_refused_and_harms_nothing),
        cmocka_unit_test(an_old_part_is_overwritten),
        cmocka_unit_test(a_part_that_is_no_file_is_refused),
        cmocka_unit_test(many_writers_leave_the_whole_text_of_one),
        cmocka_unit_test(devices_and_pipes_are_written_and_stay),
        cmocka_unit_test(data_take_standard_output_from_messages),
        cmocka_unit_test(the_reason_is_that_of_the_first_failure),
        cmocka_unit_test(permissions_stay_as_they_were),
        cmocka_unit_test(what_may_not_be_written_is_refused_with_the_reason),
        cmocka_unit_test(a_name_that_is_too_long_says_so),
    };
    return cmocka_run_group_tests_name("outfile", tests, make_folder, remove_folder);
}
