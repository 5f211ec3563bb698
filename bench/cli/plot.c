/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/plot.h"

#include "base/child.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/home.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The forms that plots/style.gp draws each figure in. */
static const char *const formats[] = {"svg", "png"};
enum { FORMATS = sizeof formats / sizeof *formats };

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

/* Run gnuplot on a script, its messages into the file `log`. The figures follow from rows and scripts alone: gnuplot reads
 * no start-up files, and none of the variables that choose its terminal, fonts, library or language. */
static outcome_t run_gnuplot(const char *const *arguments, const char *todo, const char *log)
{
    static const char *const keeps[] = {"PATH", "LD_LIBRARY_PATH", "TMPDIR", NULL};
    const child_t child = {.arguments = arguments,
                           .keeps = keeps,
                           .errors = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666),
                           .todo = todo};
    int code = 0;
    if (child.errors < 0)
        return outcome_failed(log, "writing", strerror(errno), "a writable folder", NULL);
    outcome_t result = child_run(&child, &code);
    close(child.errors);
    return !outcome_is_ok(&result) || code == 0
               ? result
               : outcome_failed(NULL, text_of("gnuplot ended with %d", code).chars, last_line(log).chars, NULL, NULL);
}

/* Take away the figure, or put what was drawn into its place. */
static outcome_t replace(const char *picture, const char *drawn)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < FORMATS; i++) {
        text_t to = text_of("%s.%s", picture, formats[i]);
        if (drawn == NULL)
            unlink(to.chars);
        else if (rename(text_of("%s.%s", drawn, formats[i]).chars, to.chars) != 0 && outcome_is_ok(&result))
            result = outcome_failed(to.chars, "renaming", strerror(errno), "what gnuplot has drawn", NULL);
    }
    return result;
}

/* A figure is drawn under another name, so that a killed or failed gnuplot leaves neither a half figure nor an old one. */
static outcome_t draw(const char *folder, const experiment_t *experiment)
{
    const text_t picture = text_of("%s/figures/%s", folder, experiment->id), part = text_of("%s.part", picture.chars);
    const text_t log = text_of("%s.log", picture.chars),
                 todo = text_of("apt-get install gnuplot-nox, then bbsbench report %s", folder);
    text_t style;
    outcome_t result;
    if (outcome_bad(&result, file_check_path(part.chars)) || outcome_bad(&result, home_path("plots/style.gp", &style)))
        return result;
    replace(picture.chars, NULL);
    const char *const arguments[] = {"gnuplot", "--default-settings", "-c",        experiment->figure,
                                     folder,    part.chars,           style.chars, NULL};
    if (!outcome_bad(&result, run_gnuplot(arguments, todo.chars, log.chars)))
        result = replace(picture.chars, part.chars);
    else if (outcome_fault(&result) != FAULT_MISSING)
        result = outcome_failed(experiment->figure, NULL, outcome_text(&result), NULL,
                                "the report is written without this figure");
    replace(part.chars, NULL);
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
    outcome_t result, first = outcome_ok();
    if (!file_exists(text_of("%s/run.json", folder).chars))
        return outcome_failed(folder, NULL, "no run.json", "the folder of a run", "make one with bbsbench run");
    if (outcome_bad(&result, file_make_folder(text_of("%s/figures", folder).chars)))
        return result;
    for (size_t i = 0; i < experiments->count && outcome_fault(&result) != FAULT_MISSING; i++) {
        const experiment_t *experiment = &experiments->items[i];
        bool some = false;
        result = outcome_ok();
        if (experiment->figure != NULL)
            result = has_rows(text_of("%s/%s", folder, experiment->file).chars, &some);
        if (some)
            result = draw(folder, experiment);
        if (!outcome_is_ok(&result) && outcome_is_ok(&first))
            first = result;
    }
    return first;
}
