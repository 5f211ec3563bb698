/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_STOP_H
#define BBS_BASE_STOP_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

/* Long work that a user stops: Ctrl-C (SIGINT), kill (SIGTERM), a closed terminal (SIGHUP).
 *
 * A thread waits for these signals. It prints one line, "stopped by SIGINT: ADVICE", which says how to go on, and ends the
 * program by the same signal, so that a shell sees what happened. Children end with the program (child.h), files that were
 * being written stay as NAME.part. A signal that the caller has set to be ignored (nohup) stays ignored. */
typedef struct {
    pthread_t thread;
    sigset_t signals, before;
    const char *advice;
    bool watching;
} stop_t;

/* Begin, in the main thread and before other threads are started, which must not take the signals. `advice` must live until
 * stop_end(). When no thread can be started the signals end the program without a line. */
void stop_watch(stop_t *stop, const char *advice);
void stop_end(stop_t *stop); /* harmless on a zeroed struct */

#endif
