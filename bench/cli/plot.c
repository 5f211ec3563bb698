/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/plot.h"

#include "base/child.h"
#include "base/cpu.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/home.h"
#include "base/text.h"
#include "base/threads.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h> /* flock */
#include <sys/stat.h>
#include <unistd.h>

/* The forms that plots/style.gp draws a figure in. */
static const struct {
    const char *name;
    const char *ending; /* of a whole file: the last tag; type and checksum of the last chunk; the last line */
    size_t length;
} formats[PLOT_FORMATS] = {
    [PLOT_SVG] = {"svg", "</svg>", 6}, [PLOT_PDF] = {"pdf", "%%EOF", 5}, [PLOT_PNG] = {"png", "IEND\xAE\x42\x60\x82", 8}};

outcome_t plot_read_formats(const char *list, bool *chosen)
{
    char *parts[PLOT_FORMATS + 1];
    text_t names = text_of("%s", list);
    const size_t count = text_split(names.chars, ',', parts, PLOT_FORMATS + 1);
    memset(chosen, 0, PLOT_FORMATS * sizeof *chosen);
    if (count == 0 || count > PLOT_FORMATS)
        return outcome_usage("report", "--format", list, "some of svg,pdf,png", NULL);
    for (size_t i = 0; i < count; i++) {
        int format = 0;
        while (format < PLOT_FORMATS && !text_equal(formats[format].name, parts[i]))
            format++;
        if (format == PLOT_FORMATS)
            return outcome_usage("report", "--format", parts[i], "svg, pdf or png", NULL);
        chosen[format] = true;
    }
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
    char *rest; /* figures are drawn side by side */
    for (char *at = strtok_r((char *)bytes.data, "\n", &rest); at != NULL; at = strtok_r(NULL, "\n", &rest))
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

static outcome_t check_drawn(const char *drawn, const bool *chosen)
{
    for (size_t i = 0; i < PLOT_FORMATS; i++) {
        const text_t path = text_of("%s.%s", drawn, formats[i].name);
        if (chosen[i] && !is_whole(path.chars, formats[i].ending, formats[i].length))
            return outcome_failed(NULL, NULL, text_of("half a %s", formats[i].name).chars, "a whole figure",
                                  "free some disk space");
    }
    return outcome_ok();
}

/* A PDF says when it was made, and the same rows must give the same bytes: the date becomes 1 January 1970. */
static outcome_t remove_date(const char *path)
{
    static const char key[] = "/CreationDate (D:", none[] = "19700101000000";
    bytes_t bytes;
    outcome_t result = file_read(path, NULL, &bytes);
    if (!outcome_is_ok(&result))
        return result;
    const uint8_t *at = memmem(bytes.data, bytes.size, key, sizeof key - 1);
    FILE *stream = at != NULL ? fopen(path, "r+b") : NULL;
    if (stream != NULL && (fseek(stream, (long)(at - bytes.data) + (long)sizeof key - 1, SEEK_SET) != 0 ||
                           fwrite(none, 1, sizeof none - 1, stream) != sizeof none - 1))
        result = outcome_failed(path, "writing", strerror(errno), "a PDF without its date", NULL);
    if (stream != NULL && fclose(stream) != 0 && outcome_is_ok(&result))
        result = outcome_failed(path, "writing", strerror(errno), "a PDF without its date", NULL);
    file_free_bytes(&bytes);
    return result;
}

/* Take away the figure, or put what was drawn into its place. */
static outcome_t replace(const char *picture, const char *drawn, const bool *chosen)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < PLOT_FORMATS; i++) {
        text_t to = text_of("%s.%s", picture, formats[i].name);
        if (!chosen[i])
            continue;
        if (drawn == NULL)
            unlink(to.chars);
        else if (rename(text_of("%s.%s", drawn, formats[i].name).chars, to.chars) != 0 && outcome_is_ok(&result))
            result = outcome_failed(to.chars, "renaming", strerror(errno), "what gnuplot has drawn", NULL);
    }
    return result;
}

/* gnuplot's commands that come before the script: which formats it draws. */
static text_t formats_command(const bool *chosen)
{
    text_t list = text_of("%s", "");
    for (size_t i = 0; i < PLOT_FORMATS; i++)
        if (chosen[i])
            list = text_of("%s%s%s", list.chars, list.chars[0] != '\0' ? " " : "", formats[i].name);
    return text_of("formats = \"%s\"", list.chars);
}

/* A figure is drawn under another name, so that a killed or failed gnuplot leaves neither a half figure nor an old one. */
static outcome_t draw(const plot_request_t *request, const experiment_t *experiment, const char *rows)
{
    const text_t place = file_plain(rows), script = file_plain(experiment->figure), figures = file_plain(request->figures);
    const text_t picture = text_of("%s/%s", figures.chars, experiment->id), part = text_of("%s.part", picture.chars);
    const text_t log = text_of("%s.log", picture.chars), command = formats_command(request->formats),
                 todo = text_of("apt-get install gnuplot-nox, then bbsbench report %s", request->rows);
    text_t style;
    outcome_t result;
    if (outcome_bad(&result, file_check_path(part.chars)) || outcome_bad(&result, home_path("plots/style.gp", &style)))
        return result;
    style = file_plain(style.chars);
    /* Removed first: gnuplot would write through a link that someone left under the name. */
    replace(picture.chars, NULL, request->formats);
    replace(part.chars, NULL, request->formats);
    unlink(log.chars);
    const char *const arguments[] = {"gnuplot",    "--default-settings", "-e",       command.chars, "-c",
                                     script.chars, place.chars,          part.chars, style.chars,   NULL};
    if (!outcome_bad(&result, run_gnuplot(arguments, todo.chars, log.chars)) &&
        !outcome_bad(&result, check_drawn(part.chars, request->formats)) && request->formats[PLOT_PDF])
        result = remove_date(text_of("%s.pdf", part.chars).chars);
    if (outcome_is_ok(&result))
        result = replace(picture.chars, part.chars, request->formats);
    else if (outcome_fault(&result) != FAULT_MISSING)
        result = outcome_failed(experiment->figure, NULL, outcome_text(&result), NULL,
                                "the report is written without this figure");
    replace(part.chars, NULL, request->formats);
    unlink(log.chars);
    return result;
}

/* A script reads FOLDER/NAME.csv. The rows of baselines may have another name: the script gets a folder with a link. */
static outcome_t draw_linked(const plot_request_t *request, const experiment_t *experiment, const char *rows)
{
    const text_t folder = text_of("%s/%s.rows", request->figures, experiment->id),
                 link = text_of("%s/%s", folder.chars, experiment->file);
    text_t whole;
    outcome_t result;
    if (outcome_bad(&result, file_absolute(rows, &whole)) || outcome_bad(&result, file_refuse_link(folder.chars)))
        return result;
    /* A killed run may have left both. */
    unlink(link.chars);
    rmdir(folder.chars);
    if (mkdir(folder.chars, 0777) != 0 || symlink(whole.chars, link.chars) != 0)
        result = outcome_failed(link.chars, "writing", strerror(errno), "a folder that is not there yet", NULL);
    else
        result = draw(request, experiment, folder.chars);
    unlink(link.chars);
    rmdir(folder.chars);
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

/* What became of one figure. */
typedef struct {
    bool drawn;
    outcome_t outcome;
} figure_t;

typedef struct {
    const plot_request_t *request;
    figure_t *figures; /* one an experiment */
    size_t first;      /* of those that are drawn side by side */
} drawing_t;

/* Draw the figure of an experiment when it has one, and rows for it. */
static void draw_one(const drawing_t *drawing, size_t index)
{
    const plot_request_t *request = drawing->request;
    const experiment_t *experiment = &request->experiments->items[index];
    figure_t *figure = &drawing->figures[index];
    const text_t usual = text_of("%s/%s", request->rows, experiment->file),
                 of_mode = text_of("%s/%s.%s.csv", request->rows, experiment->id, request->mode);
    const bool baseline = file_exists(of_mode.chars);
    bool some = false;
    figure->outcome = outcome_ok();
    if (experiment->figure == NULL ||
        outcome_bad(&figure->outcome, has_rows(baseline ? of_mode.chars : usual.chars, &some)) || !some)
        return;
    figure->outcome = baseline ? draw_linked(request, experiment, of_mode.chars) : draw(request, experiment, request->rows);
    figure->drawn = outcome_is_ok(&figure->outcome);
}

static void draw_beside(void *context, int64_t index, int worker)
{
    const drawing_t *drawing = context;
    (void)worker;
    draw_one(drawing, drawing->first + (size_t)index);
}

/* Draw them all, one a processor at a time. Alone up to the first that is drawn: where there is no gnuplot, the files of
 * the others stay. */
static outcome_t draw_all(drawing_t *drawing, size_t count)
{
    enum { MOST_AT_ONCE = 8 };
    const int processors = cpu_count();
    bool drawn = false, missing = false;
    for (; drawing->first < count && !drawn && !missing; drawing->first++) {
        const figure_t *figure = &drawing->figures[drawing->first];
        draw_one(drawing, drawing->first);
        drawn = figure->drawn;
        missing = outcome_fault(&figure->outcome) == FAULT_MISSING;
    }
    return missing ? outcome_ok()
                   : threads_for(processors < MOST_AT_ONCE ? processors : MOST_AT_ONCE, (int64_t)(count - drawing->first),
                                 draw_beside, drawing);
}

/* The first error, in the order of the experiments. */
static outcome_t draw_each(const plot_request_t *request, size_t *drawn)
{
    const size_t count = request->experiments->count;
    drawing_t drawing = {.request = request, .figures = calloc(count + 1, sizeof *drawing.figures)};
    if (drawing.figures == NULL)
        return outcome_out_of_memory("figures");
    outcome_t result = draw_all(&drawing, count);
    for (size_t i = 0; i < count; i++) {
        *drawn += drawing.figures[i].drawn;
        if (outcome_is_ok(&result) && outcome_is_error(&drawing.figures[i].outcome))
            result = drawing.figures[i].outcome;
    }
    free(drawing.figures);
    return result;
}

outcome_t plot_figures(const plot_request_t *request, size_t *drawn)
{
    outcome_t result;
    *drawn = 0;
    if (outcome_bad(&result, file_refuse_link(request->figures)) ||
        outcome_bad(&result, file_make_folder(request->figures)))
        return result;
    /* Two reports of one folder would draw into the same files: the second waits. */
    int lock = open(request->figures, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (lock >= 0 && flock(lock, LOCK_EX) != 0 && errno == EINTR)
        ;
    result = draw_each(request, drawn);
    if (lock >= 0)
        close(lock);
    return result;
}
