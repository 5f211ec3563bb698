/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/calibration.h"

#include "base/text.h"
#include "data/dataset.h"
#include "measure/inference.h"

#include <math.h>
#include <stdlib.h>

enum { BINS = 4096, CANDIDATES = 100, LEVELS = 255 };
static const double power = 2.4; /* accelerators.md 1.2: what the authors' quantiser minimises */

/* The inputs of one layer as one worker has seen them. */
typedef struct {
    float most, least;
    int64_t zeros;
    int64_t bins[BINS];
} seen_t;

typedef struct {
    const net_weights_t *weights;
    const net_ranges_t *ranges; /* .seen: the largest values, in the second pass */
    dataset_t dataset;
    engine_t *engine;
    int64_t *list;
    seen_t *seen; /* [workers, layers] */
    int threads;
    bool counting; /* the second pass */
} calibration_t;

/* ===  Passes  === */

static void find_most(seen_t *seen, const float *values, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        seen->most = values[i] > seen->most ? values[i] : seen->most;
        seen->least = values[i] < seen->least ? values[i] : seen->least;
    }
}

static void count_bins(seen_t *seen, double most, const float *values, int64_t count)
{
    const float per_bin = (float)(BINS / most);
    for (int64_t i = 0; i < count; i++) {
        const float value = fabsf(values[i]);
        int bin = (int)(value * per_bin);
        bin = bin < BINS ? bin : BINS - 1;
        if (value > 0)
            seen->bins[bin]++;
        else
            seen->zeros++;
    }
}

static void observe(void *context, int worker, size_t index, const float *values, int64_t count)
{
    calibration_t *calibration = context;
    seen_t *seen = &calibration->seen[(size_t)worker * calibration->weights->table.count + index];
    if (!calibration->counting)
        find_most(seen, values, count);
    else if (calibration->ranges->seen[index] > 0)
        count_bins(seen, calibration->ranges->seen[index], values, count);
}

static outcome_t run_pass(calibration_t *calibration, int64_t samples, bool counting)
{
    const inference_t inference = {.dataset = &calibration->dataset,
                                   .engine = calibration->engine,
                                   .size = calibration->weights->size,
                                   .threads = calibration->threads};
    calibration->counting = counting;
    return inference_run(&inference, counting ? "ranges, pass 2 of 2" : "ranges, pass 1 of 2", calibration->list, samples,
                         NULL);
}

/* ===  Ranges  === */

/* The largest magnitude of each layer over all workers; an input with a negative value is signed. */
static void merge_most(calibration_t *calibration, net_ranges_t *ranges)
{
    const size_t layers = calibration->weights->table.count;
    for (size_t layer = 0; layer < layers; layer++) {
        float most = 0, least = 0;
        for (int worker = 0; worker < calibration->threads; worker++) {
            const seen_t *seen = &calibration->seen[(size_t)worker * layers + layer];
            most = seen->most > most ? seen->most : most;
            least = seen->least < least ? seen->least : least;
        }
        calibration->seen[layer].least = least; /* in worker 0's */
        ranges->seen[layer] = (double)(-least > most ? -least : most);
    }
}

/* The mean of |x - Q(x)|^2.4 over the bins of magnitudes, times a constant, when values are clipped to `range`; `most` is
 * the largest magnitude, `levels` are those of one sign. */
static double clipping_error(const int64_t *bins, double most, double range, double levels)
{
    double sum = 0;
    const double step = range / levels;
    for (int bin = 0; bin < BINS; bin++) {
        const double x = (bin + 0.5) * most / BINS, level = fmin(nearbyint(x / step), floor(levels));
        if (bins[bin] > 0)
            sum += (double)bins[bin] * pow(fabs(x - level * step), power);
    }
    return sum;
}

static float best_range(const int64_t *bins, double most, bool is_signed)
{
    const double levels = is_signed ? LEVELS / 2.0 : LEVELS; /* 127.5: nets/ranges.h */
    double least = INFINITY, best = most;
    for (int i = 0; i < CANDIDATES; i++) {
        const double range = most * (1.0 - (double)i / CANDIDATES), error = clipping_error(bins, most, range, levels);
        if (error < least) {
            least = error;
            best = range;
        }
    }
    return (float)best;
}

static void choose_ranges(const calibration_t *calibration, net_ranges_t *ranges)
{
    const size_t layers = calibration->weights->table.count;
    for (size_t layer = 0; layer < layers; layer++) {
        int64_t *bins = calibration->seen[layer].bins; /* of worker 0; the others are added */
        for (int worker = 1; worker < calibration->threads; worker++)
            for (int bin = 0; bin < BINS; bin++)
                bins[bin] += calibration->seen[(size_t)worker * layers + layer].bins[bin];
        if (ranges->seen[layer] > 0)
            ranges->most[layer] = best_range(bins, ranges->seen[layer], calibration->seen[layer].least < 0);
    }
}

/* ===  All  === */

static outcome_t open_calibration(const net_weights_t *weights, const calibration_config_t *config,
                                  calibration_t *calibration)
{
    const net_size_t *size = weights->size;
    const size_t threads = (size_t)config->threads;
    dataset_request_t request = {.path = config->data, .classes = size->classes, .training = config->data == NULL};
    outcome_t result;
    *calibration = (calibration_t){.weights = weights, .threads = config->threads};
    request.profile = config->profile;
    if ((config->profile == NULL && outcome_bad(&result, profile_find(size->profile, &request.profile))) ||
        outcome_bad(&result, dataset_open(config->dataset != NULL ? config->dataset : size->dataset, &request,
                                          &calibration->dataset)))
        return result;
    calibration->seen = calloc(threads * weights->table.count, sizeof *calibration->seen);
    calibration->list = malloc((size_t)calibration->dataset.samples * sizeof *calibration->list);
    if (calibration->seen == NULL || calibration->list == NULL)
        return outcome_out_of_memory("calibration");
    if (outcome_bad(&result, engine_open(weights, "fast", config->threads, &calibration->engine)))
        return result;
    for (size_t i = 0; i < weights->table.count && outcome_is_ok(&result); i++)
        result = engine_set_rows(calibration->engine, i, 0, weights->table.items[i].k, weights->layers[i].weights);
    return outcome_is_ok(&result) ? engine_observe(calibration->engine, observe, calibration) : result;
}

outcome_t calibration_run(const net_weights_t *weights, const calibration_config_t *config, net_ranges_t *ranges)
{
    calibration_t calibration = {0};
    outcome_t result;
    if (outcome_bad(&result, net_ranges_create(&weights->table, ranges)))
        return result;
    if (outcome_bad(&result, open_calibration(weights, config, &calibration)))
        goto out;
    const int64_t all = calibration.dataset.samples, samples = config->samples < all ? config->samples : all;
    ranges->samples = samples;
    calibration.ranges = ranges;
    if (outcome_bad(&result, dataset_subset(&calibration.dataset, samples, calibration.list)) ||
        outcome_bad(&result, run_pass(&calibration, samples, false)))
        goto out;
    merge_most(&calibration, ranges);
    if (outcome_bad(&result, run_pass(&calibration, samples, true)))
        goto out;
    choose_ranges(&calibration, ranges);

out:
    engine_close(calibration.engine);
    dataset_close(&calibration.dataset);
    free(calibration.seen);
    free(calibration.list);
    if (!outcome_is_ok(&result))
        net_ranges_free(ranges);
    return result;
}
