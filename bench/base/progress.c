/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/progress.h"

#include "base/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { BAR_WIDTH = 24, LEAST_BAR = 5, LEAST_TITLE = 5, USUAL_COLUMNS = 80, MOST_COLUMNS = 4000 };
static const double TERMINAL_PERIOD_SECONDS = 0.1, PLAIN_PERIOD_SECONDS = 10.0;

bool progress_is_quiet(void)
{
    const char *quiet = getenv("BBS_QUIET");
    return quiet != NULL && quiet[0] != '\0';
}

double progress_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double progress_cpu_clock(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void progress_start(progress_t *progress, const char *title, const char *unit, int64_t total)
{
    double now = progress_clock();
    *progress = (progress_t){.title = title, .unit = unit, .total = total, .started = now, .shown = now};
    progress->quiet = progress_is_quiet();
    progress->terminal = isatty(STDERR_FILENO) != 0;
}

/* Columns of the terminal: COLUMNS, else what the terminal says. */
static int columns(void)
{
    const char *text = getenv("COLUMNS");
    int64_t number;
    struct winsize size;
    if (text != NULL && text_to_integer(text, 1, MOST_COLUMNS, &number))
        return (int)number;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : USUAL_COLUMNS;
}

text_t progress_line(const char *title, const char *rest, double share, int width)
{
    const int most = width - 1; /* the last column stays free: some terminals begin a new line behind it */
    const int room = most - (int)strlen(title) - (int)strlen(rest) - (int)strlen(" [] ");
    const int bar = room < BAR_WIDTH ? room : BAR_WIDTH;
    if (bar >= LEAST_BAR) {
        const int filled = (int)(share * bar);
        return text_of("%s [%.*s%.*s] %s", title, filled, "########################", bar - filled,
                       "........................", rest);
    }
    const int left = most - (int)strlen(rest) - 1;
    if (left >= LEAST_TITLE)
        return text_of("%.*s %s", left, title, rest);
    return text_of("%.*s", most > 0 ? most : 0, rest);
}

void progress_update(progress_t *progress, int64_t done)
{
    double now = progress_clock();
    if (progress->quiet || now - progress->shown < (progress->terminal ? TERMINAL_PERIOD_SECONDS : PLAIN_PERIOD_SECONDS))
        return;
    progress->shown = now;
    double rate = (double)done / (now - progress->started);
    text_t left = rate > 0 ? number_duration((double)(progress->total - done) / rate) : text_of("?");
    if (!progress->terminal) {
        fprintf(stderr, "%s: %" PRId64 " of %" PRId64 " %s, %.0f/s, %s left\n", progress->title, done, progress->total,
                progress->unit, rate, left.chars);
        return;
    }
    text_t rest =
        text_of("%" PRId64 "/%" PRId64 " %s  %.0f/s  %s left", done, progress->total, progress->unit, rate, left.chars);
    double share = progress->total > 0 ? (double)done / (double)progress->total : 0;
    text_t line = progress_line(progress->title, rest.chars, share < 1 ? share : 1, columns());
    fprintf(stderr, "\r\033[K%s", line.chars);
    fflush(stderr);
    progress->drawn = true;
}

void progress_finish(progress_t *progress)
{
    if (progress->drawn)
        fputs("\r\033[K", stderr);
    progress->drawn = false;
}
