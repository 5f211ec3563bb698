/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Speed of the accelerator models from tensors in memory: every design on every full-size network, random weights. */
#include "accel/configuration.h"
#include "base/cpu.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../unit/random.h"

enum { POOL = 1 << 20, ACCELERATORS = 32 };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Of all threads: what the models cost, whatever else the machine does. */
static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

typedef struct {
    double wall, processor;
} times_t;

static outcome_t run_network(const network_t *network, const int8_t *weights, int threads, times_t *spent)
{
    const net_size_t *size;
    net_table_t table = {0};
    outcome_t result;
    if (outcome_bad(&result, net_find_size(network, "full", &size)) ||
        outcome_bad(&result, net_layers(network, size, &table)))
        return result;
    accel_layer_t *layers = calloc(table.count, sizeof *layers);
    counts_t *counts = calloc(table.count, sizeof *counts);
    if (layers == NULL || counts == NULL)
        result = outcome_out_of_memory("bench");
    for (size_t i = 0; i < table.count && outcome_is_ok(&result); i++)
        layers[i] = (accel_layer_t){.shape = &table.items[i],
                                    .weights = weights,
                                    .input_density = 0.5,
                                    .output_density = 0.5,
                                    .sensitive = ACCEL_UNIFORM,
                                    .whole = table.items[i].reads_image};
    for (int a = 0; accelerator_registry[a] != NULL && a < ACCELERATORS && outcome_is_ok(&result); a++) {
        accel_config_t config;
        result = configuration_default(accelerator_registry[a], &config);
        const times_t from = {.wall = seconds(), .processor = processor_seconds()};
        if (outcome_is_ok(&result))
            result = accel_count(accelerator_registry[a], &config, layers, table.count, threads, counts);
        spent[a].wall += seconds() - from.wall;
        spent[a].processor += processor_seconds() - from.processor;
    }
    free(layers);
    free(counts);
    net_table_free(&table);
    return result;
}

/* The largest layer of any network. */
static int8_t *make_weights(void)
{
    const int64_t most = (int64_t)25088 * 4096;
    int8_t *weights = malloc((size_t)most);
    uint64_t seed = 1;
    for (int64_t i = 0; weights != NULL && i < most; i++)
        weights[i] = i < POOL ? random_weight(&seed, 5) : weights[i - POOL];
    return weights;
}

/* ===  Scaling  === */

enum { SIDE = 1024 };

/* Processor time of all designs on `count` equal linear layers, in nanoseconds a weight. */
static outcome_t measure_layers(const int8_t *weights, int64_t count, int64_t k, int64_t c, int64_t tokens, int threads,
                                double *nanoseconds)
{
    const net_layer_t shape = {.name = "layer",
                               .kind = NET_LINEAR,
                               .k = k,
                               .c = c,
                               .kh = 1,
                               .kw = 1,
                               .in_h = 1,
                               .in_w = 1,
                               .out_h = 1,
                               .out_w = 1,
                               .stride = 1,
                               .tokens = tokens,
                               .input = NET_OUTSIDE,
                               .residual = NET_NONE};
    accel_layer_t *layers = calloc((size_t)count, sizeof *layers);
    counts_t *counts = calloc((size_t)count, sizeof *counts);
    outcome_t result = layers != NULL && counts != NULL ? outcome_ok() : outcome_out_of_memory("bench");
    for (int64_t i = 0; i < count && outcome_is_ok(&result); i++)
        layers[i] = (accel_layer_t){
            .shape = &shape, .weights = weights, .input_density = 0.5, .output_density = 0.5, .sensitive = ACCEL_UNIFORM};
    double spent = 0.0;
    for (int a = 0; accelerator_registry[a] != NULL && outcome_is_ok(&result); a++) {
        accel_config_t config;
        result = configuration_default(accelerator_registry[a], &config);
        const double before = processor_seconds();
        if (outcome_is_ok(&result))
            result = accel_count(accelerator_registry[a], &config, layers, (size_t)count, threads, counts);
        spent += processor_seconds() - before;
    }
    *nanoseconds = 1e9 * spent / (double)(count * k * c);
    free(layers);
    free(counts);
    return result;
}

static outcome_t print_scaling(const int8_t *weights, int threads)
{
    static const struct {
        const char *what;
        int64_t count, k, c, tokens;
    } points[] = {{"layers", 1, SIDE, SIDE, 128},
                  {"layers", 10, SIDE, SIDE, 128},
                  {"layers", 100, SIDE, SIDE, 128},
                  {"layers", 1000, SIDE, SIDE, 128},
                  {"channels", 1, 3 * SIDE, 3 * SIDE, 128},
                  {"channels", 1, 10 * SIDE, 10 * SIDE, 128},
                  {"tokens", 10, SIDE, SIDE, 1},
                  {"tokens", 10, SIDE, SIDE, 8192}};
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < sizeof points / sizeof *points && outcome_is_ok(&result); i++) {
        double nanoseconds;
        if (outcome_bad(&result, measure_layers(weights, points[i].count, points[i].k, points[i].c, points[i].tokens,
                                                threads, &nanoseconds)))
            break;
        printf("  %-8s %5lld layers of %5lld x %5lld, %4lld tokens: %6.0f M weights, %.2f ns a weight\n", points[i].what,
               (long long)points[i].count, (long long)points[i].k, (long long)points[i].c, (long long)points[i].tokens,
               (double)(points[i].count * points[i].k * points[i].c) / 1e6, nanoseconds);
    }
    return result;
}

int main(void)
{
    int threads = cpu_count();
    times_t spent[ACCELERATORS] = {{0}}, sum = {0};
    int8_t *weights = make_weights();
    outcome_t result = weights ? outcome_ok() : outcome_out_of_memory("bench");
    for (const network_t *const *network = net_registry; *network != NULL && outcome_is_ok(&result); network++)
        result = run_network(*network, weights, threads, spent);
    if (!outcome_is_ok(&result)) {
        fprintf(stderr, "error: %s\n", outcome_text(&result));
        free(weights);
        return 1;
    }
    printf("accelerator models, all full-size networks from INT8 tensors in memory, %d threads, one run\n", threads);
    for (int a = 0; accelerator_registry[a] != NULL && a < ACCELERATORS; a++) {
        printf("  %-14s %8.3f s, %.3f s of processor time\n", accelerator_registry[a]->name, spent[a].wall,
               spent[a].processor);
        sum.wall += spent[a].wall;
        sum.processor += spent[a].processor;
    }
    printf("  %-14s %8.3f s (limit 3 s on 2 cores), %.3f s of processor time\n", "all", sum.wall, sum.processor);
    printf("  all designs, processor time by size:\n");
    result = print_scaling(weights, threads);
    free(weights);
    if (!outcome_is_ok(&result))
        fprintf(stderr, "error: %s\n", outcome_text(&result));
    return outcome_is_ok(&result) ? 0 : 1;
}
