/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/threads.h"

#include "base/cpu.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    threads_task_t task;
    void *context;
    int64_t count;
    atomic_int_fast64_t next;
} crew_t;

typedef struct {
    crew_t *crew;
    int number;
    pthread_t thread;
} worker_t;

static void *work(void *argument)
{
    worker_t *worker = argument;
    crew_t *crew = worker->crew;
    cpu_float_environment();
    for (;;) {
        int64_t index = atomic_fetch_add(&crew->next, 1);
        if (index >= crew->count)
            return NULL;
        crew->task(crew->context, index, worker->number);
    }
}

outcome_t threads_for(int threads, int64_t count, threads_task_t task, void *context)
{
    crew_t crew = {.task = task, .context = context, .count = count};
    atomic_init(&crew.next, 0);
    if (threads > count)
        threads = count > 0 ? (int)count : 1;
    worker_t *workers = calloc((size_t)threads, sizeof *workers);
    if (workers == NULL)
        return outcome_out_of_memory("worker threads");
    outcome_t result = outcome_ok();
    int started = 1;
    for (; started < threads; started++) {
        workers[started] = (worker_t){.crew = &crew, .number = started};
        int error = pthread_create(&workers[started].thread, NULL, work, &workers[started]);
        if (error != 0) {
            result = outcome_failed("worker threads", "starting", strerror(error), NULL, "use fewer --jobs");
            atomic_store(&crew.next, count);
            break;
        }
    }
    workers[0] = (worker_t){.crew = &crew, .number = 0};
    work(&workers[0]);
    for (int i = 1; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    free(workers);
    return result;
}
