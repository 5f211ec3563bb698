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
#include <string.h>

enum { VECTOR = 8, GROUP = 32, SEED = 1 };

static const double beta_cons = 0.1, beta_mod = 0.2; /* the paper's two operating points (section V.A) */

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

/* Algorithm 2 over all layers; `count[i]` receives the sensitive channels of layer i. */
static outcome_t count_sensitive(const int8_network_t *network, double beta, int64_t *count)
{
    method_config_t config = {.beta = beta, .channel_unit = 32};
    selection_t selection;
    outcome_t result = select_channels(&config, network->layers, network->count, &selection);
    if (!outcome_is_ok(&result))
        return result;
    memcpy(count, selection.counts, network->count * sizeof *count);
    selection_free(&selection);
    return result;
}

/* Measure all layers, into rows[].synthetic for a synthetic network, else into rows[].real. */
static outcome_t measure(const int8_network_t *network, int threads, likeness_t *rows)
{
    int64_t *cons = calloc(2 * network->count + 1, sizeof *cons), *mod = cons + network->count;
    outcome_t result = cons ? outcome_ok() : outcome_out_of_memory("comparison");
    if (outcome_is_ok(&result) && !outcome_bad(&result, count_sensitive(network, beta_cons, cons)))
        result = count_sensitive(network, beta_mod, mod);
    for (size_t i = 0; i < network->count && outcome_is_ok(&result); i++) {
        likeness_side_t *side = network->synthetic ? &rows[i].synthetic : &rows[i].real;
        side->sensitive_cons = cons[i];
        side->sensitive_mod = mod[i];
        result = measure_layer(&network->layers[i], threads, side);
    }
    free(cons);
    return result;
}

/* ===  Comparing  === */

/* Draw layers of the same shapes after the portraits. */
static outcome_t draw(const int8_network_t *network, const portrait_t *const *portraits, int threads, int8_network_t *drawn)
{
    *drawn = (int8_network_t){0};
    compress_layer_t *shapes = calloc(network->count + 1, sizeof *shapes);
    if (shapes == NULL)
        return outcome_out_of_memory("comparison");
    for (size_t i = 0; i < network->count; i++) {
        shapes[i] = network->layers[i];
        shapes[i].weights = NULL;
        shapes[i].q = NULL;
        shapes[i].scale = NULL;
    }
    outcome_t result = int8_network_reserve(shapes, network->count, drawn);
    drawn->synthetic = true;
    free(shapes);
    return outcome_is_ok(&result) ? synthesis_fill(drawn, portraits, SEED, threads) : result;
}

outcome_t likeness_compare(const int8_network_t *network, const portrait_t *const *portraits, int threads, likeness_t *rows)
{
    int8_network_t drawn;
    outcome_t result = draw(network, portraits, threads, &drawn);
    for (size_t i = 0; i < network->count; i++) {
        const compress_layer_t *layer = &network->layers[i];
        rows[i] = (likeness_t){.name = layer->name, .k = layer->k, .c = layer->c, .kh = layer->kh, .kw = layer->kw};
    }
    if (outcome_is_ok(&result) && !outcome_bad(&result, measure(network, threads, rows)))
        result = measure(&drawn, threads, rows);
    int8_network_free(&drawn);
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
