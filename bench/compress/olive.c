/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OliVe, 4 bits (Guo et al., ISCA'23, arXiv 2304.07493): weights are stored in pairs of one byte. The neighbour of an
 * outlier, the victim, becomes 0, and the code of the victim marks the pair as having an outlier.
 *     normal values   int4 without -8 (that code is the victim's mark): -7 .. 7, or flint4: 0 1 2 3 4 6 8 16 and negative
 * (ant.h) outliers        abfloat E2M1, (2 + mantissa) << (exponent + bias) without the smallest code: bias 2 beside int4:
 *                     12 16 24 32 48 64 96, bias 3 beside flint4: 24 .. 192
 *     pair            with one outlier: the other is 0; with two: the smaller is 0, the second of equal ones
 * A weight is an outlier when the least outlier is nearer to it than the largest normal value. The range r, where normal
 * values end, is searched around 3 sigma by squared error: r = (|mean| + 3 sigma) * {40, 39, ... 12} / 16, mean and sigma
 * of the output channel, scale r / (largest normal value), the widest of equal ones; the bounds, 75 to 250 %, are those
 * of the authors' scripts, which step by 2 %. The data type of the normal values is the layer's, by least squared error
 * of all channels, int4 when equal (ANT's rule); config.variant: "adaptive" (default), "int", "flint".
 * The authors' code drops the second of two outliers whatever its size; here the paper is followed.
 *
 * Pairs run along C at one kernel position, as groups do everywhere here. Where C is odd, the last weight of a row pairs
 * with padding, which is stored (4 bits per row) and is a harmless victim. Metadata: 1 bit per layer. Activations have 8
 * bits, as in the BBS paper's Table VI.
 *
 * The first weights of all pairs of a channel are gathered into one array, the second into another: the pair rule is
 * then a few selects on vectors. */
#include "base/text.h"
#include "base/threads.h"
#include "compress/channels.h"
#include "compress/grid.h"
#include "compress/method.h"

#include <math.h>
#include <stdlib.h>

enum { BITS = 4, LANES = 16, TYPES = 2, TYPE_BITS = 1, RANGE_FIRST = 12, RANGE_LAST = 40, RANGE_UNIT = 16, CHUNK = 64 };

typedef struct {
    grid_t normal, outlier; /* outlier: of the magnitude */
    float threshold;        /* half way between them */
} format_t;

static format_t format_of(grid_t normal, int bias)
{
    float least = ldexpf(3, bias);
    normal.low = -normal.high;
    grid_t outlier = {.slope = 1, .offset = -1, .finest = bias, .coarsest = bias + 3, .low = least, .high = 8 * least};
    return (format_t){.normal = normal, .outlier = outlier, .threshold = (normal.high + least) / 2};
}

/* ===  Pairs  === */

typedef struct {
    float first, second;
} pair_t;

/* `yes` where the mask is all ones, `no` where it is 0. Bitwise, so that the compiler generates no branch. */
COMPRESS_INLINE float choose(int32_t mask, float yes, float no)
{
    int32_t yes_bits, no_bits;
    memcpy(&yes_bits, &yes, sizeof yes_bits);
    memcpy(&no_bits, &no, sizeof no_bits);
    int32_t bits = (yes_bits & mask) | (no_bits & ~mask);
    float chosen;
    memcpy(&chosen, &bits, sizeof chosen);
    return chosen;
}

COMPRESS_INLINE float quantise_single(const format_t *format, float x, int32_t outlier)
{
    return choose(outlier, copysignf(grid_nearest(&format->outlier, fabsf(x)), x), grid_nearest(&format->normal, x));
}

COMPRESS_INLINE pair_t quantise_pair(const format_t *format, pair_t weights, float reciprocal, float scale)
{
    float a = weights.first * reciprocal, b = weights.second * reciprocal;
    int32_t out_a = -(fabsf(a) > format->threshold), out_b = -(fabsf(b) > format->threshold);
    int32_t victim_a = out_b & (~out_a | -(fabsf(b) > fabsf(a))), victim_b = out_a & ~victim_a;
    return (pair_t){choose(victim_a, 0, quantise_single(format, a, out_a)) * scale,
                    choose(victim_b, 0, quantise_single(format, b, out_b)) * scale};
}

COMPRESS_INLINE double pair_error(const format_t *format, pair_t weights, float reciprocal, float scale)
{
    pair_t values = quantise_pair(format, weights, reciprocal, scale);
    double first = (double)weights.first - (double)values.first, second = (double)weights.second - (double)values.second;
    return first * first + second * second;
}

/* Or INFINITY as soon as it is known to be above `most` (grid.c). */
CLONES("avx512f", "avx2", "default")
static double olive_error_of(const format_t *at, const float *first, const float *second, int64_t count, float scale,
                             double most)
{
    const format_t format = *at;
    float reciprocal = grid_reciprocal(scale);
    double sums[LANES] = {0}, sum = 0;
    int64_t i = 0;
    for (int64_t end = CHUNK; i + LANES <= count; end += CHUNK) {
        for (; i + LANES <= count && i < end; i += LANES)
            for (int lane = 0; lane < LANES; lane++)
                sums[lane] += pair_error(&format, (pair_t){first[i + lane], second[i + lane]}, reciprocal, scale);
        double part = 0;
        for (int lane = 0; lane < LANES; lane++)
            part += sums[lane];
        if (part > most)
            return INFINITY;
    }
    for (; i < count; i++)
        sum += pair_error(&format, (pair_t){first[i], second[i]}, reciprocal, scale);
    for (int lane = 0; lane < LANES; lane++)
        sum += sums[lane];
    return sum;
}

COMPRESS_CLONES
static void olive_quantise_pairs(const format_t *at, float *first, float *second, int64_t count, float scale)
{
    const format_t format = *at;
    float reciprocal = grid_reciprocal(scale);
    for (int64_t i = 0; i < count; i++) {
        pair_t values = quantise_pair(&format, (pair_t){first[i], second[i]}, reciprocal, scale);
        first[i] = values.first;
        second[i] = values.second;
    }
}

/* ===  Channels  === */

typedef struct {
    const compress_layer_t *layer;
    const bool *mask;
    compressed_t *compressed;
    format_t formats[TYPES];
    int type;         /* of the normal values of the layer: 0 or 1; TYPES: not chosen yet */
    grid_fit_t *fits; /* [k][TYPES] */
    float *pairs;     /* per worker: first weights, then second ones */
    int64_t count;    /* pairs of a channel */
} work_t;

/* A channel in PyTorch order as pairs; padding is 0. */
static void gather_pairs(const work_t *work, const float *weights, float *pairs)
{
    int64_t c = work->layer->c, positions = work->layer->kh * work->layer->kw, row_pairs = (c + 1) / 2;
    for (int64_t at = 0; at < 2 * row_pairs; at++)
        for (int64_t position = 0; position < positions; position++)
            pairs[at % 2 * work->count + position * row_pairs + at / 2] = at < c ? weights[at * positions + position] : 0;
}

static void scatter_pairs(const work_t *work, const float *pairs, float *weights)
{
    int64_t c = work->layer->c, positions = work->layer->kh * work->layer->kw, row_pairs = (c + 1) / 2;
    for (int64_t at = 0; at < c; at++)
        for (int64_t position = 0; position < positions; position++)
            weights[at * positions + position] = pairs[at % 2 * work->count + position * row_pairs + at / 2];
}

/* |mean| + 3 sigma. */
static float three_sigma(const float *weights, int64_t count)
{
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < count; i++)
        sum += (double)weights[i];
    double mean = sum / (double)count;
    for (int64_t i = 0; i < count; i++)
        squares += ((double)weights[i] - mean) * ((double)weights[i] - mean);
    return (float)(fabs(mean) + 3 * sqrt(squares / (double)count));
}

typedef struct {
    const format_t *format;
    const float *first, *second;
} fitted_t;

static double try_scale(const void *context, int64_t count, float scale, double most)
{
    const fitted_t *fitted = context;
    return olive_error_of(fitted->format, fitted->first, fitted->second, count, scale, most);
}

static grid_fit_t fit_type(const work_t *work, const format_t *format, const float *pairs, float base)
{
    float scales[RANGE_LAST - RANGE_FIRST + 1];
    int number = 0;
    for (int i = RANGE_LAST; i >= RANGE_FIRST; i--)
        scales[number++] = grid_scale(base * ((float)i / RANGE_UNIT), format->normal.high);
    return grid_search(try_scale, &(fitted_t){format, pairs, pairs + work->count}, work->count, scales, number);
}

static void search_channel(void *context, int64_t channel, int worker)
{
    const work_t *work = context;
    if (work->mask != NULL && work->mask[channel])
        return;
    int64_t size = compress_layer_row(work->layer);
    const float *weights = work->layer->weights + channel * size;
    float *pairs = work->pairs + worker * 2 * work->count, base = three_sigma(weights, size);
    gather_pairs(work, weights, pairs);
    for (int type = 0; type < TYPES; type++)
        if (work->type == TYPES || work->type == type)
            work->fits[channel * TYPES + type] = fit_type(work, &work->formats[type], pairs, base);
}

static void quantise_channel(void *context, int64_t channel, int worker)
{
    const work_t *work = context;
    if (channels_keep(work->layer, work->mask, channel, work->compressed))
        return;
    int64_t size = compress_layer_row(work->layer);
    float *pairs = work->pairs + worker * 2 * work->count;
    gather_pairs(work, work->layer->weights + channel * size, pairs);
    olive_quantise_pairs(&work->formats[work->type], pairs, pairs + work->count, work->count,
                         work->fits[channel * TYPES + work->type].scale);
    scatter_pairs(work, pairs, work->compressed->floats + channel * size);
}

/* Errors of all channels together, summed in their order. */
static void add_errors(const work_t *work, double *errors)
{
    for (int64_t channel = 0; channel < work->layer->k; channel++)
        for (int type = 0; type < TYPES && (work->mask == NULL || !work->mask[channel]); type++)
            errors[type] += work->fits[channel * TYPES + type].error;
}

/* ===  The method  === */

enum { ADAPTIVE, INT, FLINT }; /* INT and FLINT in the order of work_t.formats */
static const char *const variants[] = {[ADAPTIVE] = "adaptive", [INT] = "int", [FLINT] = "flint", NULL};

static int variant_of(const method_config_t *config)
{
    int at = ADAPTIVE;
    while (!text_equal(variants[at], config->variant))
        at++;
    return at;
}

static outcome_t check(const method_config_t *config)
{
    return channels_check_bits("olive", config->bits, BITS, BITS);
}

static work_t work_of(const method_config_t *config, const compress_layer_t *layer, const bool *mask)
{
    const int64_t row_pairs = (layer->c + 1) / 2, positions = layer->kh * layer->kw;
    const int variant = variant_of(config);
    return (work_t){.layer = layer,
                    .mask = mask,
                    .count = row_pairs * positions,
                    .formats = {format_of(grid_integer(BITS, true), 2), format_of(grid_flint(BITS, true), 3)},
                    .type = variant != ADAPTIVE  ? variant - INT
                            : config->format > 0 ? config->format - 1
                                                 : TYPES};
}

/* Choose ranges for each channel; fits and pairs are freed by the caller. */
static outcome_t search_layer(work_t *work, int threads)
{
    const int64_t k = work->layer->k;
    work->fits = calloc((size_t)(k * TYPES), sizeof *work->fits);
    work->pairs = malloc((size_t)(threads * 2 * work->count) * sizeof *work->pairs);
    return work->fits != NULL && work->pairs != NULL ? threads_for(threads, k, search_channel, work)
                                                     : outcome_out_of_memory(work->layer->name);
}

static outcome_t survey(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                        double *errors)
{
    work_t work = work_of(config, layer, mask);
    if (work.type != TYPES)
        return outcome_ok();
    outcome_t result = search_layer(&work, threads);
    if (outcome_is_ok(&result))
        add_errors(&work, errors);
    free(work.fits);
    free(work.pairs);
    return result;
}

static compress_form_t form_of_layer(const method_config_t *config, const compress_layer_t *layer, const bool *mask)
{
    (void)config;
    compress_form_t form = channels_form(layer, mask, BITS, CHANNELS_FLOATS);
    const int64_t padding = layer->c % 2 * layer->kh * layer->kw; /* of a channel */
    form.counts.value_bits += (layer->k - form.counts.sensitive) * padding * BITS;
    form.counts.meta_bits += TYPE_BITS;
    return form;
}

static outcome_t compress(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                          compressed_t *compressed)
{
    work_t work = work_of(config, layer, mask);
    work.compressed = compressed;
    outcome_t result = channels_open(layer, mask, BITS, CHANNELS_FLOATS, compressed);
    if (!outcome_is_ok(&result))
        return result;
    const compressed_t counts = form_of_layer(config, layer, mask).counts;
    compressed->value_bits = counts.value_bits;
    compressed->meta_bits = counts.meta_bits;
    result = search_layer(&work, threads);
    if (outcome_is_ok(&result)) {
        double errors[TYPES] = {0};
        add_errors(&work, errors);
        work.type = work.type != TYPES ? work.type : errors[1] < errors[0];
        result = threads_for(threads, layer->k, quantise_channel, &work);
    }
    if (!outcome_is_ok(&result))
        compressed_free(compressed);
    free(work.fits);
    free(work.pairs);
    return result;
}

const method_t olive_method = {
    .name = "olive",
    .summary = "OliVe: 4 bits, outlier-victim pairs (ISCA'23; BBS paper, Table VI and Fig. 17)",
    .does = "Quantises weights to 4 bits in pairs. Where one of a pair is an outlier it gets a format with a larger "
            "range, and its neighbour becomes zero.",
    .stores = "4 bits a weight, a scale for each channel, and a bit for the format of the layer.",
    .source = "Guo et al., OliVe, ISCA 2023; BBS paper, Table VI and Fig. 17",
    .input = METHOD_FLOAT,
    .takes = METHOD_TAKES_BITS,
    .variants = variants,
    .defaults = {.group = 32, .bits = BITS, .variant = "adaptive"},
    .form = form_of_layer,
    .compress = compress,
    .formats = TYPES,
    .survey = survey,
    .check = check,
};
