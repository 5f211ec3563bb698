/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_THREADS_H
#define BBS_BASE_THREADS_H

#include "base/outcome.h"

#include <stdint.h>

/* Run task(context, index, worker) for each index in [0, count), on `threads` threads of which the caller is worker 0.
 *
 * Which worker gets which index is left to chance, so a task must write only to places that its index owns; sums over
 * indices are made by the caller, afterwards and in order. That is how results come out as the same bytes for any
 * number of threads. Each worker computes in cpu_float_environment(). */
typedef void (*threads_task_t)(void *context, int64_t index, int worker);

outcome_t threads_for(int threads, int64_t count, threads_task_t task, void *context);

#endif
