/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/plot.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/home.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* posix_spawn() reports a missing program either by its return value or by this exit code of the child. */
enum { EXIT_NOT_FOUND = 127 };

/* Run a program with its standard error written to the file `log`; `*code` is its exit code. */
static outcome_t spawn(char *const *arguments, const char *log, int *code)
{
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = 0;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    int error = posix_spawnp(&child, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    *code = EXIT_NOT_FOUND;
    if (error == ENOENT)
        return outcome_ok();
    if (error != 0)
        return outcome_failed(arguments[0], "starting", strerror(error), NULL, NULL);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return outcome_failed(arguments[0], "waiting", strerror(errno), NULL, NULL);
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : FAULT_FAILED;
    return outcome_ok();
}

/* The last line that is not empty, cut to what an error line holds. */
static text_t last_line(const char *path)
{
    bytes_t bytes;
    text_t line = text_of("no message");
    outcome_t result = file_read(path, NULL, &bytes);
    if (!outcome_is_ok(&result))
        return line;
    for (char *at = strtok((char *)bytes.data, "\n"); at != NULL; at = strtok(NULL, "\n"))
        line = text_of("%s", at);
    file_free_bytes(&bytes);
    return line;
}

static outcome_t draw(const char *folder, const experiment_t *experiment)
{
    text_t style, picture = text_of("%s/figures/%s", folder, experiment->id), log = text_of("%s.log", picture.chars);
    outcome_t result;
    int code;
    if (outcome_bad(&result, file_check_path(log.chars)) || outcome_bad(&result, home_path("plots/style.gp", &style)))
        return result;
    text_t rows = text_of("%s", folder);
    char *arguments[] = {"gnuplot", "-c", experiment->figure, rows.chars, picture.chars, style.chars, NULL};
    if (outcome_bad(&result, spawn(arguments, log.chars, &code)))
        return result;
    if (code == EXIT_NOT_FOUND)
        result = outcome_missing("gnuplot", NULL, "not installed", "gnuplot, which draws the figures",
                                 text_of("apt-get install gnuplot-nox, then bbsbench report %s", folder).chars);
    else if (code != 0)
        result = outcome_failed(experiment->figure, text_of("gnuplot ended with %d", code).chars,
                                last_line(log.chars).chars, NULL, NULL);
    unlink(log.chars);
    return result;
}

/* gnuplot refuses to draw a file without rows. */
static outcome_t has_rows(const char *path, bool *some)
{
    csv_table_t rows;
    *some = false;
    if (!file_exists(path))
        return outcome_ok();
    outcome_t result = csv_read(path, &rows);
    if (!outcome_is_ok(&result))
        return result;
    *some = rows.rows > 0;
    csv_free(&rows);
    return result;
}

outcome_t plot_figures(const experiments_t *experiments, const char *folder)
{
    outcome_t result = outcome_ok();
    if (!file_exists(text_of("%s/run.json", folder).chars))
        return outcome_failed(folder, NULL, "no run.json", "the folder of a run", "make one with bbsbench run");
    if (outcome_bad(&result, file_make_folder(text_of("%s/figures", folder).chars)))
        return result;
    for (size_t i = 0; i < experiments->count && outcome_is_ok(&result); i++) {
        const experiment_t *experiment = &experiments->items[i];
        bool some = false;
        if (experiment->figure != NULL)
            result = has_rows(text_of("%s/%s", folder, experiment->file).chars, &some);
        if (some)
            result = draw(folder, experiment);
    }
    return result;
}
