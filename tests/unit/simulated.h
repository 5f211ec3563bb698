/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TESTS_SIMULATED_H
#define BBS_TESTS_SIMULATED_H

/* Our models set up as the authors' simulator was run, and their results in its terms. Only test_simulator.c includes it.
 */
#include "accel/configuration.h"
#include "accel/designs.h"
#include "accel/energy.h"
#include "accel/oddity.h"
#include "base/text.h"
#include "compress/compress.h"

#include <stdlib.h>

#include "compressed_values.h"
#include "testing.h"

enum { MOST_SETTINGS = 6, THREADS = 2 };

static const double CNN_DENSITY = 0.56; /* as the column `settings` of SparTen's rows says */

/* One setting of one design: the column `settings` of the rows, and the same for our models. */
typedef struct {
    const char *accelerator, *commit, *settings;
    const char *changes[MOST_SETTINGS]; /* of the profile bitsim */
    uint32_t with, without;             /* oddities, against all of the main branch */
    bool sampled;                       /* the simulator drew activations at random */
} case_t;

#define PRAGMATIC_32                                                                            \
    "pragmatic.rows=32", "pragmatic.group=8", "pragmatic.lanes=8", "pragmatic.weight_banks=32", \
        "pragmatic.weight_bus_bits=64", "pragmatic.input_bus_bits=64"
#define BITLET_2 \
    "bitlet.rows=2", "bitlet.group=32", "bitlet.weight_banks=2", "bitlet.weight_bus_bits=256", "bitlet.input_bus_bits=256"
#define BITLET_64 "bitlet.group=64", "bitlet.weight_bus_bits=512", "bitlet.input_bus_bits=512"

#define SEVEN "rows 32, columns 16, D 8, seven dataflows"
#define FIXED "rows 32, columns 16, D 8, fixed dataflow"
#define FLIP_2 "bitwave.flip_columns=2"
#define FLIP_3 "bitwave.flip_columns=3"
#define SPARTEN "rows 32, columns 16, chunk 128, random activations of the density assumed (0.56 CNN; 0.948 else)"

static const case_t cases[] = {
    {"stripes", "6845fad", "rows 16, columns 16, D 16", {NULL}, 0, 0, false},
    {"stripes", "6845fad", "rows 1, columns 16, D 16", {"stripes.rows=1", "stripes.weight_banks=1"}, 0, 0, false},
    {"pragmatic", "6845fad", "rows 16, columns 16, D 16", {NULL}, 0, 0, false},
    {"pragmatic", "6845fad", "rows 32, columns 16, D 8", {PRAGMATIC_32}, 0, 0, false},
    {"bitlet", "6845fad", "rows 32, columns 16, D 64", {BITLET_64}, 0, 0, false},
    {"bitlet", "6845fad", "rows 2, columns 16, D 32", {BITLET_2}, 0, 0, false},
    {"bitvert-cons", "6845fad", "rows 32, columns 16, D 16, ol_channel, low 6", {NULL}, 0, 0, false},
    {"bitvert-mod", "6845fad", "rows 32, columns 16, D 16, ol_channel, low 4", {NULL}, 0, 0, false},
    {"bitwave", "6845fad", SEVEN ", w_prec 5", {FLIP_3}, 0, 0, false},
    {"bitwave", "6845fad", SEVEN ", w_prec 6", {FLIP_2}, 0, 0, false},
    {"bitwave", "6845fad", FIXED ", w_prec 5", {FLIP_3, "bitwave.fixed_array=1"}, 0, 0, false},
    {"bitwave", "6845fad", FIXED ", w_prec 6", {FLIP_2, "bitwave.fixed_array=1"}, 0, 0, false},
    /* At submission the cheaper operand was fetched again on every network. */
    {"bitwave", "df8e520", SEVEN ", w_prec 6", {FLIP_2}, ODDITY_BITWAVE_SUBMITTED, ODDITY_REFETCH_INPUTS, false},
    {"ant", "df8e520", "rows 16, columns 20, D 16, prec 6.05", {NULL}, 0, ODDITY_REFETCH_INPUTS, false},
    {"sparten", "6845fad", SPARTEN, {NULL}, 0, 0, true},
};

enum { CASES = sizeof cases / sizeof *cases };

/* ===  What our models give  === */

enum {
    COMPUTE,
    DRAM_TIME,
    CYCLES,
    WEIGHT,
    INPUT,
    OUTPUT,
    COMPUTE_PJ,
    READ_PJ,
    WRITE_PJ,
    DRAM_PJ,
    LOCAL_READ_PJ,
    LOCAL_WRITE_PJ,
    VALUES
};

/* Relative tolerances: of exact values; of values that depend on activations that the simulator drew at random, once and
 * other ones than ours, in a layer (the last one reads only 512) and in the whole network. */
static const struct {
    const char *column;
    double exact, sampled, sampled_total;
} values_of[VALUES] = {
    [COMPUTE] = {"compute_cycles", 1e-12, 0.04, 0.002},
    [DRAM_TIME] = {"dram_cycles", 0.0, 0.01, 0.002},
    [CYCLES] = {"cycles", 1e-12, 0.04, 0.002},
    [WEIGHT] = {"weight_bytes", 1e-12, 0, 0},
    [INPUT] = {"input_bytes", 0.0, 0.06, 0},
    [OUTPUT] = {"output_bytes", 0.0, 0.02, 0},
    [COMPUTE_PJ] = {"compute_pj", 1e-6, 0.04, 0.002},
    [READ_PJ] = {"sram_read_pj", 1e-6, 1e-06, 1e-06},
    [WRITE_PJ] = {"sram_write_pj", 1e-6, 0.01, 0.002},
    [DRAM_PJ] = {"dram_pj", 1e-6, 0.01, 0.002},
    [LOCAL_READ_PJ] = {"local_read_pj", 1e-6, 0.04, 0.002},
    [LOCAL_WRITE_PJ] = {"local_write_pj", 1e-6, 1e-06, 1e-06},
};

/* A network with its INT8 weights. */
typedef struct {
    const network_t *network;
    net_table_t table;
    compress_layer_t *layers;
} subject_t;

typedef struct {
    const accelerator_t *accelerator;
    accel_config_t config;
    energy_rates_t rates;
    accel_layer_t *layers;
    counts_t *counts;
} run_t;

static void configure(const case_t *one, const network_t *network, run_t *run)
{
    uint32_t all;
    assert_ok(accel_find(one->accelerator, &run->accelerator));
    assert_ok(configuration_load("bitsim", &run->accelerator, 1, &run->config));
    for (int i = 0; i < MOST_SETTINGS && one->changes[i] != NULL; i++)
        assert_ok(configuration_set(one->changes[i], &run->accelerator, 1, &run->config));
    assert_ok(oddity_read("all", &all));
    run->config.oddities = (all | one->with) & ~one->without;
    run->config.any_budget = true;
    accel_config_on(&run->config, network);
    assert_ok(energy_rates("bitsim", run->accelerator, &run->config, &run->rates));
    assert_false(run->rates.interpolated);
}

/* The values that the design runs: pruned by its method where it has one. */
static int8_t *values_run(const subject_t *subject, const run_t *run)
{
    const accel_pruning_t pruning = accel_pruning(run->accelerator, &run->config);
    int64_t all = 0;
    if (run->accelerator->method == NULL || !run->accelerator->needs_weights || pruning.columns == 0)
        return NULL;
    for (size_t i = 0; i < subject->table.count; i++)
        all += compress_layer_size(&subject->layers[i]);
    method_config_t method = run->accelerator->method->defaults;
    method.columns = (int)pruning.columns;
    method.group = (int)pruning.group;
    method.beta = 0.0;
    int8_t *values = malloc((size_t)all);
    assert_non_null(values);
    assert_ok(compressed_values(run->accelerator->method, &method, subject->layers, subject->table.count, THREADS, values));
    return values;
}

/* Count all layers; `sensitive` are the numbers that the simulator was given. */
static void count(const subject_t *subject, const case_t *one, const int64_t *sensitive, run_t *run)
{
    size_t layers = subject->table.count;
    configure(one, subject->network, run);
    run->layers = calloc(layers, sizeof *run->layers);
    run->counts = calloc(layers, sizeof *run->counts);
    assert_true(run->layers != NULL && run->counts != NULL);
    int8_t *values = values_run(subject, run), *at = values;
    for (size_t i = 0; i < layers; i++) {
        run->layers[i] = (accel_layer_t){.shape = &subject->table.items[i],
                                         .sensitive = sensitive[i],
                                         .weights = values != NULL ? at : subject->layers[i].q,
                                         .input_density = subject->table.items[i].reads_image ? 1.0 : CNN_DENSITY,
                                         .output_density = CNN_DENSITY};
        at += values != NULL ? compress_layer_size(&subject->layers[i]) : 0;
    }
    assert_ok(accel_count(run->accelerator, &run->config, run->layers, layers, THREADS, run->counts));
    free(values);
}

static void drop(run_t *run)
{
    free(run->layers);
    free(run->counts);
}

/* The values of one layer, in the simulator's terms: weight bytes of all fetches, energies of reads with the registers. The
 * schedulers of BitWave are its compute energy there. */
static void give(const run_t *run, const counts_t *counts, double *values)
{
    energy_t energy = energy_of(&run->rates, counts);
    double weight_registers =
        run->rates.weight_register_pj *
        ((double)counts->weight_register_cycles - (double)run->config.rows * (double)counts->compute_excess / 1e9);
    bool scheduled = run->accelerator == &accelerator_bitwave;
    values[COMPUTE] = (double)counts->compute_cycles - (double)counts->compute_excess / 1e9;
    values[DRAM_TIME] = (double)counts->dram_cycles;
    values[CYCLES] = (double)counts->cycles - (double)counts->cycle_excess / 1e9;
    values[WEIGHT] = (double)counts->dram_weight - (double)counts->dram_weight_excess / 8;
    values[COMPUTE_PJ] = energy.pe_pj + (scheduled ? weight_registers : 0.0);
    values[READ_PJ] = energy.register_pj - (scheduled ? weight_registers : 0.0) +
                      run->rates.weight_read_pj * (double)counts->sram_weight_read +
                      run->rates.input_read_pj * (double)counts->sram_input_read;
    values[WRITE_PJ] = run->rates.weight_write_pj * (double)counts->sram_weight_write +
                       run->rates.input_write_pj * (double)counts->sram_input_write;
    values[DRAM_PJ] = energy.dram_pj;
    values[LOCAL_READ_PJ] = run->rates.local_read_pj * (double)counts->local_read;
    values[LOCAL_WRITE_PJ] = run->rates.local_write_pj * (double)counts->local_write;
}

#endif
