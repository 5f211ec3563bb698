/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/select.h"

#include <stdlib.h>
#include <string.h>

/* Without it, a product such as 0.29 * 100 = 28.999999999999996 would lose a channel when rounded down. */
static const double PRODUCT_SLACK = 1e-9;

typedef struct {
    double score;
    int64_t place; /* position among all channels of the network */
} candidate_t;

static bool only_zeros(const int8_t *q, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        if (q[i] != 0)
            return false;
    return true;
}

/* Variance of one channel in a fixed order of summation; it ranks as the standard deviation does. */
static double variance(const compress_layer_t *layer, int64_t channel, int64_t count)
{
    double sum = 0, squares = 0;
    for (int64_t i = channel * count; i < (channel + 1) * count; i++)
        sum += layer->weights ? (double)layer->weights[i] : layer->q[i] * (double)layer->scale[channel];
    double mean = sum / (double)count;
    for (int64_t i = channel * count; i < (channel + 1) * count; i++) {
        double weight = layer->weights ? (double)layer->weights[i] : layer->q[i] * (double)layer->scale[channel];
        squares += (weight - mean) * (weight - mean);
    }
    return squares / (double)count;
}

static double score_of(const method_config_t *config, const compress_layer_t *layer, int64_t channel)
{
    int64_t count = compress_layer_row(layer);
    if (config->score_by_deviation)
        return variance(layer, channel, count);
    return only_zeros(layer->q + channel * count, count) ? 0 : (double)layer->scale[channel];
}

typedef struct {
    const method_config_t *config;
    candidate_t *at; /* of the next channel */
} scoring_t;

static outcome_t score_part(void *context, int64_t first, const compress_layer_t *part)
{
    (void)first;
    scoring_t *scoring = context;
    for (int64_t channel = 0; channel < part->k; channel++)
        scoring->at++->score = score_of(scoring->config, part, channel);
    return outcome_ok();
}

static int by_score(const void *a, const void *b)
{
    const candidate_t *left = a, *right = b;
    if (left->score != right->score)
        return left->score > right->score ? -1 : 1;
    return (left->place > right->place) - (left->place < right->place);
}

/* One layer: round up the number of channels that the network's threshold has marked, and take the highest candidates,
 * which are sorted here. Returns the number of sensitive channels. */
static int64_t round_up_layer(const method_config_t *config, candidate_t *candidates, int64_t k, bool *sensitive)
{
    int64_t marked = 0;
    for (int64_t i = 0; i < k; i++)
        marked += sensitive[candidates[i].place];
    int64_t wanted = (marked + config->channel_unit - 1) / config->channel_unit * config->channel_unit;
    wanted = wanted < k ? wanted : k;
    qsort(candidates, (size_t)k, sizeof *candidates, by_score);
    for (int64_t i = 0; i < wanted; i++)
        sensitive[candidates[i].place] = true;
    return wanted;
}

/* The scores of all channels, which is the only thing that is read of the weights. */
static outcome_t score_layers(const method_config_t *config, const compress_source_t *source, candidate_t *candidates)
{
    scoring_t scoring = {.config = config, .at = candidates};
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < source->count && outcome_is_ok(&result); i++)
        if (!source->layers[i].whole)
            result = compress_source_each(source, i, compress_source_step(source, i, 1), score_part, &scoring);
    return result;
}

outcome_t select_channels(const method_config_t *config, const compress_layer_t *layers, size_t count,
                          selection_t *selection)
{
    return select_from(config, &(compress_source_t){.layers = layers, .count = count}, selection);
}

outcome_t select_from(const method_config_t *config, const compress_source_t *source, selection_t *selection)
{
    const compress_layer_t *layers = source->layers;
    const size_t count = source->count;
    int64_t total = 0, place = 0;
    for (size_t i = 0; i < count; i++)
        total += layers[i].whole ? 0 : layers[i].k;
    selection->sensitive = calloc((size_t)total + 1, sizeof *selection->sensitive);
    selection->masks = calloc(count + 1, sizeof *selection->masks);
    selection->counts = calloc(count + 1, sizeof *selection->counts);
    candidate_t *sorted = malloc(((size_t)total + 1) * sizeof *sorted);
    candidate_t *ordered = malloc(((size_t)total + 1) * sizeof *ordered);
    outcome_t result = outcome_ok();
    if (!selection->sensitive || !selection->masks || !selection->counts || !sorted || !ordered) {
        result = outcome_out_of_memory("channel selection");
        goto out;
    }
    int64_t top = (int64_t)(config->beta * (double)total + PRODUCT_SLACK);
    for (size_t i = 0; i < count; i++) {
        if (layers[i].whole)
            continue;
        selection->masks[i] = selection->sensitive + place;
        for (int64_t channel = 0; channel < layers[i].k; channel++, place++)
            ordered[place] = (candidate_t){.place = place};
    }
    if (top == 0 || outcome_bad(&result, score_layers(config, source, ordered))) /* 0: the masks are all false */
        goto out;
    memcpy(sorted, ordered, (size_t)total * sizeof *sorted);
    qsort(sorted, (size_t)total, sizeof *sorted, by_score);
    for (int64_t i = 0; i < top && i < total; i++)
        selection->sensitive[sorted[i].place] = true;
    for (size_t i = 0; i < count; i++)
        if (selection->masks[i] != NULL)
            selection->counts[i] = round_up_layer(config, ordered + (selection->masks[i] - selection->sensitive),
                                                  layers[i].k, selection->sensitive);

out:
    free(sorted);
    free(ordered);
    if (!outcome_is_ok(&result))
        selection_free(selection);
    return result;
}

void selection_free(selection_t *selection)
{
    free(selection->sensitive);
    free(selection->masks);
    free(selection->counts);
    *selection = (selection_t){0};
}
