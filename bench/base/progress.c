/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { BAR_WIDTH = 24 };
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

void progress_start(progress_t *progress, const char *title, const char *unit, int64_t total)
{
    double now = progress_clock();
    *progress = (progress_t){.title = title, .unit = unit, .total = total, .started = now, .shown = now};
    progress->quiet = progress_is_quiet();
    progress->terminal = isatty(STDERR_FILENO) != 0;
}

void progress_update(progress_t *progress, int64_t done)
{
    double now = progress_clock();
    if (progress->quiet || now - progress->shown < (progress->terminal ? TERMINAL_PERIOD_SECONDS : PLAIN_PERIOD_SECONDS))
        return;
    progress->shown = now;
    double rate = (double)done / (now - progress->started);
    double left = rate > 0 ? (double)(progress->total - done) / rate : 0;
    if (!progress->terminal) {
        fprintf(stderr, "%s: %" PRId64 " of %" PRId64 " %s, %.0f/s, %.0f s left\n", progress->title, done, progress->total,
                progress->unit, rate, left);
        return;
    }
    int filled = progress->total > 0 ? (int)(done * BAR_WIDTH / progress->total) : 0;
    fprintf(stderr, "\r\033[K%s [%.*s%.*s] %" PRId64 "/%" PRId64 " %s  %.0f/s  %.0f s left", progress->title, filled,
            "########################", BAR_WIDTH - filled, "........................", done, progress->total,
            progress->unit, rate, left);
    fflush(stderr);
    progress->drawn = true;
}

void progress_finish(progress_t *progress)
{
    if (progress->drawn)
        fputs("\r\033[K", stderr);
    progress->drawn = false;
}
