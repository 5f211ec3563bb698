/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/stop.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
enum { SIGNALS = sizeof signals / sizeof *signals };

static void *wait_for_signal(void *context)
{
    const stop_t *stop = context;
    int number = 0;
    sigset_t one;
    if (sigwait(&stop->signals, &number) != 0)
        return NULL;
    dprintf(STDERR_FILENO, "\nstopped by SIG%s: %s\n", sigabbrev_np(number), stop->advice);
    sigemptyset(&one);
    sigaddset(&one, number);
    pthread_sigmask(SIG_UNBLOCK, &one, NULL);
    raise(number);
    return NULL;
}

void stop_watch(stop_t *stop, const char *advice)
{
    struct sigaction now;
    *stop = (stop_t){.advice = advice};
    sigemptyset(&stop->signals);
    for (size_t i = 0; i < SIGNALS; i++)
        if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
            sigaddset(&stop->signals, signals[i]);
    if (pthread_sigmask(SIG_BLOCK, &stop->signals, &stop->before) != 0)
        return;
    stop->watching = pthread_create(&stop->thread, NULL, wait_for_signal, stop) == 0;
    if (!stop->watching)
        pthread_sigmask(SIG_SETMASK, &stop->before, NULL);
}

void stop_end(stop_t *stop)
{
    if (!stop->watching)
        return;
    pthread_cancel(stop->thread);
    pthread_join(stop->thread, NULL);
    pthread_sigmask(SIG_SETMASK, &stop->before, NULL);
    stop->watching = false;
}
