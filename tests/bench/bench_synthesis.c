/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Speed of the full-size networks from synthetic weights: drawing alone, then all designs with drawing included. */
#include "base/cpu.h"
#include "base/text.h"
#include "measure/model.h"
#include "weights/substitute.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Of all threads: what the work costs, whatever else the machine does. */
static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The most memory that the program has had, in MiB. */
static double peak_memory(void)
{
    struct rusage usage = {0};
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static outcome_t draw(const network_t *network, int threads, int64_t *weights, double *spent)
{
    const net_size_t *size;
    int8_network_t drawn;
    outcome_t result;
    if (outcome_bad(&result, net_find_size(network, "full", &size)))
        return result;
    double from = seconds();
    result = substitute_draw(network, size, false, SUBSTITUTE_SEED, threads, &drawn);
    *spent += seconds() - from;
    *weights += int8_network_weights(&drawn);
    int8_network_free(&drawn);
    return result;
}

enum { ROUNDS = 3 };

typedef struct {
    double wall, processor;
} times_t;

static outcome_t run_all(int threads, times_t *best)
{
    char path[] = "/tmp/bbs-bench-XXXXXX";
    int file = mkstemp(path);
    if (file < 0)
        return outcome_failed(path, NULL, "no temporary file", NULL, NULL);
    close(file);
    model_plan_t plan = {.networks = net_registry,
                         .size = "full",
                         .accelerators = accelerator_registry,
                         .energy_table = "bitsim",
                         .origin = MODEL_SYNTHETIC,
                         .threads = threads};
    while (plan.networks[plan.network_count] != NULL)
        plan.network_count++;
    while (plan.accelerators[plan.accelerator_count] != NULL)
        plan.accelerator_count++;
    model_total_t *totals = calloc(model_points(&plan), sizeof *totals);
    if (totals == NULL)
        return outcome_out_of_memory("bench");
    outcome_t result = outcome_ok();
    for (int round = 0; round < ROUNDS && outcome_is_ok(&result); round++) {
        const times_t from = {.wall = seconds(), .processor = processor_seconds()};
        result = model_run(&plan, path, totals);
        const times_t spent = {.wall = seconds() - from.wall, .processor = processor_seconds() - from.processor};
        best->wall = round == 0 || spent.wall < best->wall ? spent.wall : best->wall;
        best->processor = round == 0 || spent.processor < best->processor ? spent.processor : best->processor;
    }
    free(totals);
    unlink(path);
    return result;
}

int main(void)
{
    int threads = cpu_count();
    int64_t weights = 0;
    double drawing = 0.0;
    times_t all = {0};
    outcome_t result = outcome_ok();
    for (const network_t *const *network = net_registry; *network != NULL && outcome_is_ok(&result); network++)
        result = draw(*network, threads, &weights, &drawing);
    if (outcome_is_ok(&result))
        result = run_all(threads, &all);
    if (!outcome_is_ok(&result)) {
        fprintf(stderr, "error: %s\n", outcome_text(&result));
        return 1;
    }
    printf("synthetic weights of all full-size networks, %d threads, drawing once, all models best of %d\n", threads,
           ROUNDS);
    printf("  drawing                %8.3f s, %.0f M weights, %.0f M a second\n", drawing, (double)weights / 1e6,
           (double)weights / 1e6 / drawing);
    printf("  drawing and all models %8.3f s (limit 1.5 s on 2 cores, %s), %.3f s of processor time\n", all.wall,
           all.wall <= 1.5 ? "met" : "MISSED", all.processor);
    printf("  memory at most         %8.0f MiB (limit 300 MiB, %s)\n", peak_memory(),
           peak_memory() <= 300 ? "met" : "MISSED");
    return 0;
}
