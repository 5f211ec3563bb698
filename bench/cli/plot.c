/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/plot.h"

#include "base/child.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/home.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h> /* flock */
#include <unistd.h>

/* The forms that plots/style.gp draws each figure in. */
static const struct {
    const char *name;
    const char *ending; /* of a whole file: the last tag; type and checksum of the last chunk */
    size_t length;
} formats[] = {{"svg", "</svg>", 6}, {"png", "IEND\xAE\x42\x60\x82", 8}};
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
    enum { MOST_SECONDS = 300 }; /* a figure takes less than a second */
    static const char *const keeps[] = {"PATH", "LD_LIBRARY_PATH", "TMPDIR", NULL};
    const child_t child = {.arguments = arguments,
                           .keeps = keeps,
                           .errors = open(log, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666),
                           .todo = todo,
                           .most_seconds = MOST_SECONDS};
    int code = 0;
    if (child.errors < 0)
        return outcome_failed(log, "writing", strerror(errno), "a writable folder", NULL);
    outcome_t result = child_run(&child, &code);
    close(child.errors);
    return !outcome_is_ok(&result) || code == 0
               ? result
               : outcome_failed(NULL, text_of("gnuplot ended with %d", code).chars, last_line(log).chars, NULL, NULL);
}

/* Does the file end as it must? gnuplot ends with 0 on a full disk and leaves half a figure or nothing. */
static bool is_whole(const char *path, const char *ending, size_t length)
{
    enum { TAIL = 64 };
    char tail[TAIL];
    FILE *stream = fopen(path, "rb");
    if (stream == NULL)
        return false;
    size_t got = fseek(stream, -TAIL, SEEK_END) == 0 ? fread(tail, 1, TAIL, stream) : 0;
    fclose(stream);
    while (got > 0 && isspace((unsigned char)tail[got - 1]))
        got--;
    return got >= length && memcmp(tail + got - length, ending, length) == 0;
}

static outcome_t check_drawn(const char *drawn)
{
    for (size_t i = 0; i < FORMATS; i++) {
        const text_t path = text_of("%s.%s", drawn, formats[i].name);
        if (!is_whole(path.chars, formats[i].ending, formats[i].length))
            return outcome_failed(NULL, NULL, text_of("half a %s", formats[i].name).chars, "a whole figure",
                                  "free some disk space");
    }
    return outcome_ok();
}

/* Take away the figure, or put what was drawn into its place. */
static outcome_t replace(const char *picture, const char *drawn)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < FORMATS; i++) {
        text_t to = text_of("%s.%s", picture, formats[i].name);
        if (drawn == NULL)
            unlink(to.chars);
        else if (rename(text_of("%s.%s", drawn, formats[i].name).chars, to.chars) != 0 && outcome_is_ok(&result))
            result = outcome_failed(to.chars, "renaming", strerror(errno), "what gnuplot has drawn", NULL);
    }
    return result;
}

/* A figure is drawn under another name, so that a killed or failed gnuplot leaves neither a half figure nor an old one. */
static outcome_t draw(const char *folder, const experiment_t *experiment)
{
    const text_t place = file_plain(folder), script = file_plain(experiment->figure);
    const text_t picture = text_of("%s/figures/%s", place.chars, experiment->id), part = text_of("%s.part", picture.chars);
    const text_t log = text_of("%s.log", picture.chars),
                 todo = text_of("apt-get install gnuplot-nox, then bbsbench report %s", folder);
    text_t style;
    outcome_t result;
    if (outcome_bad(&result, file_check_path(part.chars)) || outcome_bad(&result, home_path("plots/style.gp", &style)))
        return result;
    style = file_plain(style.chars);
    /* Removed first: gnuplot would write through a link that someone left under the name. */
    replace(picture.chars, NULL);
    replace(part.chars, NULL);
    unlink(log.chars);
    const char *const arguments[] = {"gnuplot",   "--default-settings", "-c",        script.chars,
                                     place.chars, part.chars,           style.chars, NULL};
    if (!outcome_bad(&result, run_gnuplot(arguments, todo.chars, log.chars)) &&
        !outcome_bad(&result, check_drawn(part.chars)))
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

static outcome_t draw_each(const experiments_t *experiments, const char *folder)
{
    outcome_t result = outcome_ok(), first = outcome_ok();
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

outcome_t plot_figures(const experiments_t *experiments, const char *folder)
{
    const text_t figures = text_of("%s/figures", folder);
    outcome_t result;
    if (outcome_bad(&result, file_refuse_link(figures.chars)) || outcome_bad(&result, file_make_folder(figures.chars)))
        return result;
    /* Two reports of one folder would draw into the same files: the second waits. */
    int lock = open(figures.chars, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (lock >= 0 && flock(lock, LOCK_EX) != 0 && errno == EINTR)
        ;
    result = draw_each(experiments, folder);
    if (lock >= 0)
        close(lock);
    return result;
}
