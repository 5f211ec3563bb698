/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_PROGRESS_H
#define BBS_BASE_PROGRESS_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* Progress of long work on stderr: a bar with rate and time left on a terminal, never wider than it, and a plain line every
 * ten seconds otherwise. Without colours. Call from one thread only (worker 0). */

typedef struct {
    const char *title;
    const char *unit;
    int64_t total;
    double started; /* seconds, monotonic */
    double shown;   /* when the last line was written */
    bool quiet, terminal;
    bool drawn;
} progress_t;

/* BBS_QUIET is set and not empty (`bbsbench --quiet`): no progress, and no notes. */
bool progress_is_quiet(void);

double progress_clock(void);     /* monotonic seconds */
double progress_cpu_clock(void); /* processor time of this program, in seconds, summed over all processors */

void progress_start(progress_t *progress, const char *title, const char *unit, int64_t total);
void progress_update(progress_t *progress, int64_t done);
/* The line of a terminal of `width` columns, at most one shorter: first the bar shrinks, then the title, then the rest is
 * cut. `share` is what is done, 0 to 1. */
text_t progress_line(const char *title, const char *rest, double share, int width);
void progress_finish(progress_t *progress); /* erases the bar; the caller prints the result line */

#endif
