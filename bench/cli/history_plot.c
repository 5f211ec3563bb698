/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/history_plot.h"

#include "base/child.h"
#include "base/file.h"
#include "base/home.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A folder whose name begins with a sign that gnuplot takes for a command is one with "./" before it. */
static text_t safe(const char *folder)
{
    return folder[0] == '/' ? text_of("%s", folder) : text_of("./%s", folder);
}

static outcome_t draw(const char *folder)
{
    static const char *const keeps[] = {"PATH", "LD_LIBRARY_PATH", "TMPDIR", NULL};
    static const char *const endings[] = {"svg", "png"};
    const text_t part = text_of("%s/series.part", folder);
    text_t script, style;
    int code = 0;
    outcome_t result;
    if (outcome_bad(&result, home_path("plots/series.gp", &script)) ||
        outcome_bad(&result, home_path("plots/style.gp", &style)))
        return result;
    const char *const arguments[] = {"gnuplot", "--default-settings", "-c",        script.chars,
                                     folder,    part.chars,           style.chars, NULL};
    const child_t child = {
        .arguments = arguments, .keeps = keeps, .errors = STDERR_FILENO, .todo = "apt-get install gnuplot-nox"};
    result = child_run(&child, &code);
    if (outcome_is_ok(&result) && code != 0)
        result = outcome_failed(script.chars, NULL, text_of("gnuplot ended with %d", code).chars, "0", NULL);
    for (size_t i = 0; i < 2; i++) {
        const text_t drawn = text_of("%s.%s", part.chars, endings[i]),
                     picture = text_of("%s/series.%s", folder, endings[i]);
        if (outcome_is_ok(&result) && rename(drawn.chars, picture.chars) != 0)
            result = outcome_failed(picture.chars, "renaming", strerror(errno), "what gnuplot has drawn", NULL);
        unlink(drawn.chars);
    }
    return result;
}

outcome_t history_plot(const rows_table_t *series, const char *folder)
{
    const text_t place = safe(folder);
    outcome_t result;
    if (outcome_bad(&result, file_make_folder(place.chars)) ||
        outcome_bad(&result, rows_write_csv(series, text_of("%s/series.csv", place.chars).chars)))
        return result;
    return draw(place.chars);
}
