/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/checkout.h"

#include "base/child.h"
#include "base/csv.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h> /* memfd_create */
#include <unistd.h>

static const char git_todo[] = "apt-get install git";
enum { MOST_ARGUMENTS = 16 };

static text_t tree_of(const checkout_t *checkout)
{
    return text_of("%s/tree", checkout->work.chars);
}

/* ===  git  === */

static outcome_t run_git(const char *folder, const char *const *arguments, int output)
{
    const char *words[MOST_ARGUMENTS + 4] = {"git", "-C", folder};
    size_t count = 3;
    int code = 0;
    for (; *arguments != NULL && count < MOST_ARGUMENTS + 3; arguments++)
        words[count++] = *arguments;
    const child_t child = {.arguments = words, .errors = STDERR_FILENO, .output = output, .todo = git_todo};
    outcome_t result = child_run(&child, &code);
    if (outcome_is_ok(&result) && code != 0)
        result = outcome_failed("git", words[3], text_of("exit code %d", code).chars, "0", "see its message above");
    return result;
}

outcome_t checkout_git(const char *folder, const char *const *arguments)
{
    return run_git(folder, arguments, STDERR_FILENO);
}

outcome_t checkout_ask(const char *folder, const char *const *arguments, text_t *line)
{
    int memory = memfd_create("git", MFD_CLOEXEC);
    if (memory < 0)
        return outcome_out_of_memory("git");
    outcome_t result = run_git(folder, arguments, memory);
    ssize_t got = outcome_is_ok(&result) ? pread(memory, line->chars, TEXT_MOST, 0) : 0;
    line->chars[got > 0 ? got : 0] = '\0';
    line->chars[strcspn(line->chars, "\n")] = '\0';
    close(memory);
    return result;
}

outcome_t checkout_open(const checkout_t *checkout, const char *commit)
{
    const text_t tree = tree_of(checkout);
    outcome_t result = file_make_folder(text_of("%s/builds", checkout->work.chars).chars);
    if (!outcome_is_ok(&result))
        return result;
    if (file_exists(text_of("%s/.git", tree.chars).chars))
        return checkout_git(tree.chars, (const char *const[]){"checkout", "--quiet", "--force", "--detach", commit, NULL});
    return checkout_git(checkout->repository.chars, (const char *const[]){"worktree", "add", "--quiet", "--force",
                                                                          "--detach", tree.chars, commit, NULL});
}

outcome_t checkout_close(const checkout_t *checkout)
{
    return checkout_git(checkout->repository.chars,
                        (const char *const[]){"worktree", "remove", "--force", tree_of(checkout).chars, NULL});
}

/* ===  Building and measuring  === */

/* Run a program with both outputs appended to the log. */
static outcome_t run_logged(const char *const *arguments, const char *log, const char *todo, int *code)
{
    int stream = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (stream < 0)
        return outcome_failed(log, "writing", strerror(errno), "a writable folder", NULL);
    const child_t child = {.arguments = arguments, .errors = stream, .output = stream, .todo = todo};
    outcome_t result = child_run(&child, code);
    close(stream);
    return result;
}

/* The text data of the compact networks lie in the worktree, which keeps them; a network on pictures needs none, so only
 * the program has to be made. */
static outcome_t build(const checkout_t *checkout, const char *folder, const char *log)
{
    const text_t tree = tree_of(checkout), build = text_of("BUILD=%s", folder), jobs = text_of("-j%d", checkout->jobs);
    int code = 0, ignored = 0;
    outcome_t result = outcome_ok();
    if (!file_exists(text_of("%s/bbsbench", folder).chars))
        result = run_logged((const char *const[]){"make", "-C", tree.chars, build.chars, jobs.chars, "all", NULL}, log,
                            "apt-get install make", &code);
    if (outcome_is_ok(&result) && (code != 0 || !file_exists(text_of("%s/bbsbench", folder).chars)))
        result = outcome_failed("bisect", "build", text_of("make ended with %d", code).chars, "a program", log);
    if (outcome_is_ok(&result))
        result = run_logged((const char *const[]){"make", "-C", tree.chars, build.chars, "datasets", NULL}, log,
                            "apt-get install make", &ignored);
    return result;
}

static outcome_t read_value(const char *path, const char *metric, text_t *value)
{
    csv_table_t table;
    size_t column;
    outcome_t result = csv_read(path, &table);
    if (!outcome_is_ok(&result))
        return result;
    if (!outcome_bad(&result, csv_column(&table, metric, &column))) {
        if (table.rows == 1)
            *value = text_of("%s", csv_cell(&table, 0, column));
        else
            result = outcome_failed(path, NULL, text_of("%zu rows", table.rows).chars, "one row", NULL);
    }
    csv_free(&table);
    return result;
}

outcome_t checkout_measure(const checkout_t *checkout, const checkout_number_t *number, text_t *value)
{
    const text_t tree = tree_of(checkout);
    text_t commit;
    int code = 0;
    outcome_t result = checkout_ask(tree.chars, (const char *const[]){"rev-parse", "HEAD", NULL}, &commit);
    if (!outcome_is_ok(&result))
        return result;
    const text_t folder = text_of("%s/builds/%s", checkout->work.chars, commit.chars),
                 log = text_of("%s.log", folder.chars);
    const text_t rows = text_of("%s.csv", folder.chars), program = text_of("%s/bbsbench", folder.chars);
    const text_t images = text_of("%lld", (long long)number->images), home = text_of("BBS_ROOT=%s", tree.chars);
    if (outcome_bad(&result, build(checkout, folder.chars, log.chars)))
        return result;
    unlink(rows.chars);
    const char *const arguments[] = {"env",      home.chars,     program.chars, "accuracy",   "--net", number->net,
                                     "--method", number->method, "--images",    images.chars, "--out", rows.chars,
                                     NULL};
    if (outcome_bad(&result, run_logged(arguments, log.chars, NULL, &code)))
        return result;
    if (code != 0)
        return outcome_failed("bisect", commit.chars, text_of("accuracy ended with %d", code).chars, "a row", log.chars);
    return read_value(rows.chars, number->metric, value);
}
