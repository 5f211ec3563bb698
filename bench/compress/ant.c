/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/ant.h"

#include "base/text.h"
#include "base/threads.h"
#include "compress/channels.h"
#include "compress/grid.h"

#include <math.h>
#include <stdlib.h>

enum { BITS_LEAST = 4, BITS_MOST = 8, FORMATS = 3, FORMAT_BITS = 2, FLOAT_BITS_MOST = 6 };

static const grid_ranges_t RANGES = {16, 48}; /* of 32 */

typedef struct {
    grid_t grids[FORMATS]; /* int, pot, flint */
} formats_t;

static formats_t formats_of(int bits, bool is_signed)
{
    return (formats_t){{grid_integer(bits, is_signed), grid_power_of_two(bits, is_signed), grid_flint(bits, is_signed)}};
}

typedef struct {
    grid_fit_t fits[FORMATS];
} choice_t;

/* All formats, or only the one with the number `only` - 1. */
static choice_t fit_formats(const formats_t *formats, int only, const float *weights, int64_t count, float largest)
{
    choice_t choice = {0};
    for (int format = only > 0 ? only - 1 : 0; format < (only > 0 ? only : FORMATS); format++) {
        const grid_t *grid = &formats->grids[format];
        choice.fits[format] = grid_fit(grid, weights, count, largest, grid->high, RANGES);
    }
    return choice;
}

/* The format with the least error, the first of equal ones. */
static int least(const double *errors)
{
    int best = 0;
    for (int format = 1; format < FORMATS; format++)
        best = errors[format] < errors[best] ? format : best;
    return best;
}

static int best_of_channel(const choice_t *choice)
{
    double errors[FORMATS];
    for (int format = 0; format < FORMATS; format++)
        errors[format] = choice->fits[format].error;
    return least(errors);
}

/* ===  Weights  === */

typedef struct {
    const compress_layer_t *layer;
    const bool *mask;
    compressed_t *compressed;
    formats_t formats;
    bool per_channel;
    int given;         /* 1 + the format of the tensor, which is known; 0: it is not */
    int format;        /* of the tensor */
    choice_t *choices; /* [k] */
} work_t;

static void search_channel(void *context, int64_t channel, int worker)
{
    (void)worker;
    const work_t *work = context;
    if (work->mask != NULL && work->mask[channel])
        return;
    int64_t count = compress_layer_row(work->layer);
    const float *weights = work->layer->weights + channel * count;
    work->choices[channel] = fit_formats(&work->formats, work->given, weights, count, grid_largest(weights, count));
}

static void quantise_channel(void *context, int64_t channel, int worker)
{
    (void)worker;
    const work_t *work = context;
    if (channels_keep(work->layer, work->mask, channel, work->compressed))
        return;
    int64_t count = compress_layer_row(work->layer);
    int format = work->per_channel ? best_of_channel(&work->choices[channel]) : work->format;
    grid_values(&work->formats.grids[format], work->layer->weights + channel * count, count,
                work->choices[channel].fits[format].scale, work->compressed->floats + channel * count);
}

/* Errors of all channels together, summed in their order. */
static void add_errors(const work_t *work, double *errors)
{
    for (int64_t channel = 0; channel < work->layer->k; channel++)
        for (int format = 0; format < FORMATS && (work->mask == NULL || !work->mask[channel]); format++)
            errors[format] += work->choices[channel].fits[format].error;
}

static bool is_per_channel(const method_config_t *config)
{
    return text_equal(config->variant, "channel");
}

/* Choose ranges for each channel; work->choices is freed by the caller. */
static outcome_t search_layer(work_t *work, int threads)
{
    work->choices = malloc((size_t)work->layer->k * sizeof *work->choices);
    return work->choices != NULL ? threads_for(threads, work->layer->k, search_channel, work)
                                 : outcome_out_of_memory(work->layer->name);
}

static outcome_t survey(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                        double *errors)
{
    work_t work = {.layer = layer, .mask = mask, .formats = formats_of(config->bits, true)};
    if (is_per_channel(config)) /* there is nothing to choose for the layer */
        return outcome_ok();
    outcome_t result = search_layer(&work, threads);
    if (outcome_is_ok(&result))
        add_errors(&work, errors);
    free(work.choices);
    return result;
}

static compress_form_t form_of(const method_config_t *config, const compress_layer_t *layer, const bool *mask)
{
    compress_form_t form = channels_form(layer, mask, config->bits, CHANNELS_FLOATS);
    form.counts.meta_bits += FORMAT_BITS * (is_per_channel(config) ? layer->k - form.counts.sensitive : 1);
    return form;
}

static outcome_t compress(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                          compressed_t *compressed)
{
    work_t work = {.layer = layer, .mask = mask, .compressed = compressed, .formats = formats_of(config->bits, true)};
    outcome_t result = channels_open(layer, mask, config->bits, CHANNELS_FLOATS, compressed);
    if (!outcome_is_ok(&result))
        return result;
    compressed->meta_bits = form_of(config, layer, mask).counts.meta_bits;
    work.per_channel = is_per_channel(config);
    work.given = work.per_channel ? 0 : config->format;
    result = search_layer(&work, threads);
    if (outcome_is_ok(&result)) {
        double errors[FORMATS] = {0};
        add_errors(&work, errors);
        work.format = work.given > 0 ? work.given - 1 : least(errors);
        result = threads_for(threads, layer->k, quantise_channel, &work);
    }
    if (!outcome_is_ok(&result))
        compressed_free(compressed);
    free(work.choices);
    return result;
}

static outcome_t check(const method_config_t *config)
{
    return channels_check_bits("ant", config->bits, BITS_LEAST, BITS_MOST);
}

/* ===  Activations  === */

/* Ranges in percent of the largest magnitude, by the number of bits: those of the authors' scripts. */
static const struct {
    int bits, first, last;
} PERCENT[] = {{5, 75, 149}, {6, 100, 149}, {BITS_MOST, 95, 149}};

static grid_fit_t fit_activations(const grid_t *grid, const activation_samples_t *samples, int bits)
{
    size_t row = 0;
    while (PERCENT[row].bits < bits)
        row++;
    grid_fit_t best = {.scale = 0, .error = INFINITY};
    for (int percent = PERCENT[row].first; percent <= PERCENT[row].last; percent++) {
        const float scale = grid_scale(samples->largest * ((float)percent / 100), grid->high);
        const double error = grid_error(grid, samples->values, samples->count, scale);
        if (error < best.error)
            best = (grid_fit_t){.scale = scale, .error = error};
    }
    return best;
}

static outcome_t fit(const method_config_t *config, const activation_samples_t *samples, int threads,
                     activation_t *activation)
{
    (void)threads;
    const formats_t formats = formats_of(config->activation_bits, samples->negative);
    const int tried = config->activation_bits <= FLOAT_BITS_MOST ? FORMATS : 1; /* beyond, only integers */
    choice_t choice;
    for (int format = 0; format < FORMATS; format++)
        choice.fits[format] = format < tried ? fit_activations(&formats.grids[format], samples, config->activation_bits)
                                             : (grid_fit_t){.error = INFINITY};
    const int format = best_of_channel(&choice);
    *activation =
        (activation_t){.quantise = activation_by_tensor, .grid = formats.grids[format], .scale = choice.fits[format].scale};
    return outcome_ok();
}

static const activation_method_t activations = {.calibrates = true, .fit = fit};

static const char *const variants[] = {"tensor", "channel", NULL};

const method_t ant_method = {
    .name = "ant",
    .summary = "ANT: the best of int, power of two and flint per tensor (MICRO'22; BBS paper, Table II)",
    .does = "Tries integers, powers of two and the format flint on a layer, each with several ranges, and takes the one "
            "with the least squared error.",
    .stores = "B bits a weight, a scale for each channel, and 2 bits for the format of the layer.",
    .source = "Guo et al., ANT, MICRO 2022; BBS paper, Tables II and III",
    .input = METHOD_FLOAT,
    .takes = METHOD_TAKES_BITS,
    .variants = variants,
    .activations = &activations,
    .defaults = {.group = 32, .bits = 6, .variant = "tensor"},
    .form = form_of,
    .compress = compress,
    .formats = FORMATS,
    .survey = survey,
    .check = check,
};
