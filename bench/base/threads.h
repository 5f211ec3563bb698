/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_THREADS_H
#define BBS_BASE_THREADS_H

#include "base/outcome.h"

#include <stdint.h>

/* Run task(context, index, worker) for each index in [0, count), on `threads` threads; the caller is worker 0.
 *
 * There are never more workers than indices. The assignment of indices to workers varies, so a task must write only to
 * places that belong to its index, and the caller makes sums over indices afterwards, in order. Then results have the same
 * bytes for any number of threads. Each worker computes in cpu_float_environment(). */
typedef void (*threads_task_t)(void *context, int64_t index, int worker);

outcome_t threads_for(int threads, int64_t count, threads_task_t task, void *context);

#endif
