/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/figure.h"

#include "base/child.h"
#include "base/file.h"
#include "base/home.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Run gnuplot without its user's settings. What it prints (under some locales warnings on every figure) goes into the file
 * `log`; the end of it is part of the error. */
static outcome_t run_gnuplot(const char *const *arguments, const char *script, const char *log)
{
    enum { MOST_SECONDS = 300 };
    static const char *const keeps[] = {"PATH", "LD_LIBRARY_PATH", "TMPDIR", NULL};
    const child_t child = {.arguments = arguments,
                           .keeps = keeps,
                           .errors = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666),
                           .todo = "apt-get install gnuplot-nox",
                           .most_seconds = MOST_SECONDS};
    bytes_t said;
    int code = 0;
    if (child.errors < 0)
        return outcome_failed(log, "writing", strerror(errno), "a folder that can be written", NULL);
    outcome_t result = child_run(&child, &code);
    close(child.errors);
    if (!outcome_is_ok(&result) || code == 0 || outcome_bad(&result, file_read(log, NULL, &said)))
        return result;
    const char *text = (const char *)said.data;
    const size_t length = strlen(text), most = 200;
    result = outcome_failed(script, text_of("gnuplot ended with %d", code).chars,
                            text_trim(text_of("%s", text + (length > most ? length - most : 0)).chars), NULL, NULL);
    file_free_bytes(&said);
    return result;
}

/* A full disk leaves half a figure or none, and gnuplot ends with 0. */
static outcome_t check_whole(const char *path, const char *end)
{
    enum { TAIL = 64 };
    bytes_t bytes;
    outcome_t result = file_read(path, "free some disk space", &bytes);
    if (!outcome_is_ok(&result))
        return result;
    const size_t length = strlen(end), tail = bytes.size < TAIL ? bytes.size : TAIL;
    if (memmem(bytes.data + bytes.size - tail, tail, end, length) == NULL)
        result = outcome_failed(path, NULL, "half a figure", "a whole one", "free some disk space");
    file_free_bytes(&bytes);
    return result;
}

outcome_t figure_draw(const char *script, const char *folder)
{
    static const char *const endings[] = {"svg", "png"}, *const ends[] = {"</svg>", "IEND"};
    const text_t place = file_plain(folder), part = text_of("%s/%s.part", place.chars, script);
    const text_t log = text_of("%s/%s.log", place.chars, script);
    text_t path, style;
    outcome_t result;
    if (outcome_bad(&result, home_path(text_of("plots/%s.gp", script).chars, &path)) ||
        outcome_bad(&result, home_path("plots/style.gp", &style)))
        return result;
    const char *const arguments[] = {"gnuplot",   "--default-settings", "-c",        path.chars,
                                     place.chars, part.chars,           style.chars, NULL};
    result = run_gnuplot(arguments, path.chars, log.chars);
    unlink(log.chars);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const text_t drawn = text_of("%s.%s", part.chars, endings[i]),
                     picture = text_of("%s/%s.%s", place.chars, script, endings[i]);
        if (outcome_is_ok(&result))
            result = check_whole(drawn.chars, ends[i]);
        if (outcome_is_ok(&result) && rename(drawn.chars, picture.chars) != 0)
            result = outcome_failed(picture.chars, "renaming", strerror(errno), "what gnuplot has drawn", NULL);
        unlink(drawn.chars);
    }
    return result;
}
