/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every layer is measured with every number of columns. Its steps follow the lower edge of the convex hull of error over
 * bits: from each number of columns to the one with the least error added per bit saved. So the prices of a layer's steps
 * rise, and each network on the way has the least error of all with as few bits. */
#include "compress/budget.h"

#include "base/text.h"
#include "compress/best.h"
#include "compress/columns.h"
#include "compress/distortion.h"
#include "compress/zps.h"

#include <math.h>
#include <stdlib.h>

/* A layer without so many columns. */
typedef struct {
    distortion_sums_t sums; /* of the channels measured so far */
    double error;           /* of all: noise / signal */
    int64_t bits;
} choice_t;

typedef struct {
    choice_t choices[COLUMNS_MOST + 1]; /* by the number of columns */
    int now, next;                      /* columns; equal when there is no next step */
} track_t;

typedef struct {
    const method_config_t *config;
    const compress_source_t *source;
    bool *const *masks;
    int threads;
    track_t *tracks;
    int64_t weights, bits; /* of the network */
    size_t index;          /* of the layer that is measured */
} plan_t;

static const bool *mask_of(const plan_t *plan)
{
    return plan->masks != NULL ? plan->masks[plan->index] : NULL;
}

/* Some channels with every number of columns. */
static outcome_t measure_part(void *context, int64_t first, const compress_layer_t *part)
{
    const plan_t *plan = context;
    const bool *mask = mask_of(plan) != NULL ? mask_of(plan) + first : NULL;
    method_config_t config = *plan->config;
    outcome_t result = outcome_ok();
    config.values_only = true;
    for (config.columns = 1; config.columns <= plan->config->columns && outcome_is_ok(&result); config.columns++) {
        choice_t *choice = &plan->tracks[plan->index].choices[config.columns];
        compressed_t compressed = {0};
        result = columns_compress(&best_coder, &config, part, mask, plan->threads, &compressed);
        if (outcome_is_ok(&result))
            result = distortion_energy(part, &compressed, plan->threads, &choice->sums);
        compressed_free(&compressed);
    }
    return result;
}

static outcome_t measure(plan_t *plan, size_t index)
{
    const compress_layer_t *layer = &plan->source->layers[index];
    method_config_t config = *plan->config;
    plan->index = index;
    for (config.columns = 1; config.columns <= plan->config->columns; config.columns++) {
        const compressed_t counts = columns_form(&best_coder, &config, layer, mask_of(plan)).counts;
        plan->tracks[index].choices[config.columns].bits = counts.value_bits + counts.meta_bits;
    }
    outcome_t result =
        compress_source_each(plan->source, index, compress_source_step(plan->source, index, 1), measure_part, plan);
    for (int columns = 1; columns <= plan->config->columns; columns++) {
        choice_t *choice = &plan->tracks[index].choices[columns];
        choice->error = choice->sums.signal > 0 ? choice->sums.noise / choice->sums.signal : 0;
    }
    return result;
}

/* Error added per bit saved by `columns` in place of the layer's present number; infinite when no bit is saved: the
 * metadata of small groups may cost more than a column. */
static double price(const track_t *track, int columns)
{
    const choice_t *now = &track->choices[track->now], *then = &track->choices[columns];
    return then->bits < now->bits ? (then->error - now->error) / (double)(now->bits - then->bits) : INFINITY;
}

static void find_next(track_t *track, int most)
{
    double least = INFINITY;
    track->next = track->now;
    for (int columns = track->now + 1; columns <= most; columns++)
        if (price(track, columns) < least) {
            least = price(track, columns);
            track->next = columns;
        }
}

static outcome_t begin(plan_t *plan)
{
    outcome_t result = outcome_ok();
    plan->tracks = calloc(plan->source->count + 1, sizeof *plan->tracks);
    if (plan->tracks == NULL)
        return outcome_out_of_memory("budget");
    for (size_t i = 0; i < plan->source->count; i++) {
        track_t *track = &plan->tracks[i];
        int64_t weights = compress_layer_size(&plan->source->layers[i]);
        track->choices[0].bits = 8 * weights;
        plan->weights += weights;
        plan->bits += 8 * weights;
        if (plan->source->layers[i].whole)
            continue;
        if (outcome_bad(&result, measure(plan, i)))
            return result;
        find_next(track, plan->config->columns);
    }
    return result;
}

/* The layer whose step is the cheapest, the first of equal ones; NULL when no layer has a next step. */
static track_t *cheapest(const plan_t *plan)
{
    track_t *best = NULL;
    for (track_t *track = plan->tracks; track < plan->tracks + plan->source->count; track++)
        if (track->next != track->now && (best == NULL || price(track, track->next) < price(best, best->next)))
            best = track;
    return best;
}

static bool fits(const plan_t *plan)
{
    return (double)plan->bits <= plan->config->mean_bits * (double)plan->weights;
}

static outcome_t walk(plan_t *plan)
{
    outcome_t result = begin(plan);
    while (outcome_is_ok(&result) && !fits(plan)) {
        track_t *track = cheapest(plan);
        if (track == NULL)
            return outcome_usage("budget", "bits", text_of("%g", plan->config->mean_bits).chars,
                                 text_of("at least %.4f", (double)plan->bits / (double)plan->weights).chars,
                                 "allow more columns, fewer sensitive channels, or larger groups");
        plan->bits += track->choices[track->next].bits - track->choices[track->now].bits;
        track->now = track->next;
        find_next(track, plan->config->columns);
    }
    return result;
}

static outcome_t plan_columns(const method_config_t *config, const compress_source_t *source, bool *const *masks,
                              int threads, int *columns)
{
    plan_t plan = {.config = config, .source = source, .masks = masks, .threads = threads};
    outcome_t result = walk(&plan);
    for (size_t i = 0; i < source->count && outcome_is_ok(&result); i++)
        columns[i] = plan.tracks[i].now;
    free(plan.tracks);
    return result;
}

static compress_form_t form_of(const method_config_t *config, const compress_layer_t *layer, const bool *mask)
{
    return config->columns == 0 ? compress_keep_form(layer) : columns_form(&best_coder, config, layer, mask);
}

static outcome_t compress(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                          compressed_t *compressed)
{
    if (config->columns == 0)
        return compress_keep(layer, config->values_only, compressed);
    return columns_compress(&best_coder, config, layer, mask, threads, compressed);
}

/* clang-format off */
const method_t budget_method = {
    .name = "budget",
    .summary = "columns mixed per layer for a mean number of bits, groups as by best",
    .does =
        "Measures every layer with every number of columns, and takes columns where they add the least error for each "
        "bit saved, until the network has the given mean number of bits.",
    .stores = "As best; each layer has its own number of columns.",
    .source = "this project; the paper uses one number of columns for all layers",
    .input = METHOD_INT8,
    .selects = true,
    .packs = true,
    .constant_is_signed = true,
    .takes = METHOD_TAKES_CONSTANT | METHOD_TAKES_ROUNDING | METHOD_TAKES_MEAN_BITS,
    .defaults = {.columns = COLUMNS_MOST, .group = 32, .beta = 0, .channel_unit = 32, .constant_bits = 6,
                 .least_mean = true, .mean_bits = 5},
    .form = form_of,
    .compress = compress,
    .coder = &best_coder,
    .plan = plan_columns,
    .check = zps_check,
};
/* clang-format on */
