/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/likeness.h"

#include "accel/configuration.h"
#include "accel/designs.h"
#include "compress/select.h"
#include "compress/stats.h"
#include "weights/synthesis.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>

enum { VECTOR = 8, GROUP = 32, SEED = 1 };

const char *const likeness_measures[LIKENESS_MEASURES] = {"zero bits", "BBS", "Pragmatic", "Bitlet"};

/* ===  Measuring one set of layers  === */

static outcome_t cycles_of(const accelerator_t *accelerator, const compress_layer_t *layer, int threads, int64_t *cycles)
{
    net_layer_t shape = {.kind = NET_LINEAR,
                         .k = layer->k,
                         .c = layer->c,
                         .kh = layer->kh,
                         .kw = layer->kw,
                         .stride = 1,
                         .in_h = 1,
                         .in_w = 1,
                         .out_h = 1,
                         .out_w = 1,
                         .tokens = 1};
    accel_layer_t given = {.shape = &shape, .weights = layer->q, .sensitive = layer->k};
    accel_work_t work = {0};
    accel_config_t config;
    outcome_t result;
    if (!outcome_bad(&result, configuration_default(accelerator, &config)) &&
        !outcome_bad(&result, accelerator->work(&config, &given, threads, &work)))
        *cycles = work.cycles;
    return result;
}

static outcome_t measure_layer(const compress_layer_t *layer, int threads, likeness_side_t *side)
{
    stats_t stats;
    outcome_t result;
    if (outcome_bad(&result, stats_count(layer, VECTOR, GROUP, threads, &stats)) ||
        outcome_bad(&result, cycles_of(&accelerator_pragmatic, layer, threads, &side->pragmatic_cycles)) ||
        outcome_bad(&result, cycles_of(&accelerator_bitlet, layer, threads, &side->bitlet_cycles)))
        return result;
    double columns = 0.0;
    for (int i = 1; i < STATS_COLUMNS; i++)
        columns += (double)i * (double)stats.redundant[i];
    side->zero_bits = stats_bit_sparsity(&stats, stats.zero_bits_twos_complement);
    side->bbs = stats_bit_sparsity(&stats, stats.bbs_bits);
    side->redundant = stats.groups > 0 ? columns / (double)stats.groups : 0.0;
    return result;
}

static outcome_t count_sensitive(const compress_layer_t *layers, size_t count, double beta, int64_t *sensitive)
{
    method_config_t config = {.beta = beta, .channel_unit = 32};
    selection_t selection;
    outcome_t result = select_channels(&config, layers, count, &selection);
    if (!outcome_is_ok(&result))
        return result;
    for (size_t i = 0; i < count; i++) {
        sensitive[i] = 0;
        for (int64_t k = 0; selection.masks[i] != NULL && k < layers[i].k; k++)
            sensitive[i] += selection.masks[i][k];
    }
    selection_free(&selection);
    return result;
}

/* Into rows[].synthetic, or rows[].real. */
static outcome_t measure(const compress_layer_t *layers, size_t count, int threads, bool synthetic, likeness_t *rows)
{
    int64_t *sensitive = malloc((count + 1) * sizeof *sensitive);
    outcome_t result = sensitive ? outcome_ok() : outcome_out_of_memory("comparison");
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++)
        result = measure_layer(&layers[i], threads, synthetic ? &rows[i].synthetic : &rows[i].real);
    if (outcome_is_ok(&result))
        result = count_sensitive(layers, count, 0.1, sensitive);
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++)
        (synthetic ? &rows[i].synthetic : &rows[i].real)->sensitive_cons = sensitive[i];
    if (outcome_is_ok(&result))
        result = count_sensitive(layers, count, 0.2, sensitive);
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++)
        (synthetic ? &rows[i].synthetic : &rows[i].real)->sensitive_mod = sensitive[i];
    free(sensitive);
    return result;
}

/* ===  Comparing  === */

static outcome_t draw(const weights_t *weights, const portrait_t *const *portraits, int threads, compress_layer_t *drawn,
                      int8_t *q, float *scale)
{
    outcome_t result = outcome_ok();
    uint32_t seed = SEED;
    for (size_t i = 0; i < weights->count && outcome_is_ok(&result); i++) {
        drawn[i] = weights->layers[i];
        drawn[i].q = q;
        drawn[i].scale = scale;
        drawn[i].weights = NULL;
        result = synthesis_draw(portraits[i], &drawn[i], seed, threads, q, scale);
        q += compress_layer_size(&drawn[i]);
        scale += drawn[i].k;
        seed += (uint32_t)drawn[i].k + 1;
    }
    return result;
}

outcome_t likeness_compare(const weights_t *weights, const portrait_t *const *portraits, int threads, likeness_t *rows)
{
    size_t size = 1, channels = 1;
    for (size_t i = 0; i < weights->count; i++) {
        const compress_layer_t *layer = &weights->layers[i];
        rows[i] = (likeness_t){.name = layer->name, .k = layer->k, .c = layer->c, .kh = layer->kh, .kw = layer->kw};
        size += (size_t)compress_layer_size(layer);
        channels += (size_t)layer->k;
    }
    compress_layer_t *drawn = calloc(weights->count + 1, sizeof *drawn);
    int8_t *q = malloc(size);
    float *scale = malloc(channels * sizeof *scale);
    outcome_t result = drawn && q && scale ? outcome_ok() : outcome_out_of_memory("comparison");
    if (outcome_is_ok(&result))
        result = draw(weights, portraits, threads, drawn, q, scale);
    if (outcome_is_ok(&result))
        result = measure(weights->layers, weights->count, threads, false, rows);
    if (outcome_is_ok(&result))
        result = measure(drawn, weights->count, threads, true, rows);
    free(drawn);
    free(q);
    free(scale);
    return result;
}

/* ===  Errors  === */

static double measure_of(const likeness_side_t *side, int measure)
{
    const double values[LIKENESS_MEASURES] = {side->zero_bits, side->bbs, (double)side->pragmatic_cycles,
                                              (double)side->bitlet_cycles};
    return values[measure];
}

double likeness_error(const likeness_t *row, int measure)
{
    return fabs(measure_of(&row->synthetic, measure) / measure_of(&row->real, measure) - 1.0);
}

double likeness_redundant_error(const likeness_t *row)
{
    return fabs(row->synthetic.redundant - row->real.redundant);
}

double likeness_quantile(const likeness_t *rows, size_t count, int measure, double share)
{
    double *errors = malloc((count + 1) * sizeof *errors), result = NAN;
    if (errors == NULL || count == 0) {
        free(errors);
        return result;
    }
    for (size_t i = 0; i < count; i++)
        errors[i] = measure < LIKENESS_MEASURES ? likeness_error(&rows[i], measure) : likeness_redundant_error(&rows[i]);
    gsl_sort(errors, 1, count);
    size_t place = (size_t)ceil(share * (double)count);
    result = errors[place > 0 ? place - 1 : 0];
    free(errors);
    return result;
}
