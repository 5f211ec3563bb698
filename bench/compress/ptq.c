/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/ptq.h"

#include "base/threads.h"
#include "compress/channels.h"
#include "compress/grid.h"

enum { BITS_LEAST = 2, BITS_MOST = 8, CHUNK = 1024 };

static const grid_ranges_t ABSMAX = {32, 32}, CLIPPED = {8, 32}; /* of 32 */

typedef struct {
    const compress_layer_t *layer;
    const bool *mask;
    compressed_t *compressed;
    grid_t grid;
    float span; /* a range is as long as this many steps */
    grid_ranges_t ranges;
} work_t;

static void quantise_channel(void *context, int64_t channel, int worker)
{
    (void)worker;
    const work_t *work = context;
    if (channels_keep(work->layer, work->mask, channel, work->compressed))
        return;
    int64_t count = compress_layer_row(work->layer);
    const float *weights = work->layer->weights + channel * count;
    int16_t *values = work->compressed->values + channel * count;
    grid_fit_t fit = grid_fit(&work->grid, weights, count, grid_largest(weights, count), work->span, work->ranges);
    float levels[CHUNK];
    for (int64_t at = 0; at < count; at += CHUNK) {
        int64_t size = count - at < CHUNK ? count - at : CHUNK;
        grid_levels(&work->grid, weights + at, size, fit.scale, levels);
        for (int64_t i = 0; i < size; i++)
            values[at + i] = (int16_t)levels[i];
    }
    work->compressed->scale[channel] = fit.scale > 0 ? fit.scale : 1.0f;
}

static outcome_t quantise(work_t *work, int bits, int threads)
{
    outcome_t result = channels_open(work->layer, work->mask, bits, CHANNELS_VALUES, work->compressed);
    if (outcome_is_ok(&result) && outcome_bad(&result, threads_for(threads, work->layer->k, quantise_channel, work)))
        compressed_free(work->compressed);
    return result;
}

compress_form_t ptq_form(const method_config_t *config, const compress_layer_t *layer, const bool *mask)
{
    return channels_form(layer, mask, config->bits, CHANNELS_VALUES);
}

outcome_t ptq_compress(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                       compressed_t *compressed)
{
    const grid_t grid = grid_integer(config->bits, true);
    return quantise(&(work_t){.layer = layer,
                              .mask = mask,
                              .compressed = compressed,
                              .grid = grid,
                              .span = grid.high + 0.5f,
                              .ranges = config->least_squares_clip ? CLIPPED : ABSMAX},
                    config->bits, threads);
}

outcome_t ptq_compress_largest(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                               compressed_t *compressed)
{
    const grid_t grid = grid_integer(config->bits, true);
    return quantise(
        &(work_t){
            .layer = layer, .mask = mask, .compressed = compressed, .grid = grid, .span = grid.high, .ranges = ABSMAX},
        config->bits, threads);
}

outcome_t ptq_check(const method_config_t *config)
{
    return channels_check_bits("ptq", config->bits, BITS_LEAST, BITS_MOST);
}

const method_t ptq_method = {
    .name = "ptq",
    .summary = "n-bit quantisation per output channel (BBS paper, V-B)",
    .does = "Rounds each output channel to whole numbers of B bits times one scale; the range is the one with the least "
            "squared error.",
    .stores = "B bits a weight and a scale for each channel.",
    .source = "BBS paper, section V-B, Fig. 11",
    .input = METHOD_FLOAT,
    .selects = true,
    .takes = METHOD_TAKES_BITS | METHOD_TAKES_CLIP,
    .defaults = {.group = 32, .channel_unit = 32, .bits = 6, .least_squares_clip = true},
    .form = ptq_form,
    .compress = ptq_compress,
    .check = ptq_check,
};
