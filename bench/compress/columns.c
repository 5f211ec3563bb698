/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A layer, group by group. Groups run along the input channels, which PyTorch's order [k, c, kh, kw] puts kh * kw apart:
 * a channel with several kernel positions is transposed to rows of input channels, encoded, and transposed back. Threads
 * take channels in blocks, and each writes only to its own channels, so any number of threads gives the same bytes. Besides
 * input and output a layer takes scratch memory of two channels per thread. */
#include "compress/columns.h"

#include "base/large.h"
#include "base/threads.h"
#include "compress/clones.h"
#include "compress/transpose.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_WEIGHTS = 1 << 15 }; /* given to a thread at a time */

typedef struct {
    const column_coder_t *coder;
    const method_config_t *config;
    const compress_layer_t *layer;
    const bool *mask;
    compressed_t *compressed;
    int64_t positions;      /* kh * kw */
    int64_t row_groups;     /* groups of one kernel position */
    int64_t block_channels; /* channels of one task */
    uint8_t *scratch;       /* per worker: a row-ordered channel, its stored columns, a constant per group of it */
    int64_t scratch_size;
} walk_t;

/* ===  One channel  === */

COMPRESS_CLONES
static void columns_add_constant(const int8_t *restrict stored, int64_t count, int constant, int16_t *restrict values)
{
    enum { LANES = 32 };
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (int lane = 0; lane < LANES; lane++)
            values[i + lane] = (int16_t)(stored[i + lane] + constant);
    for (; i < count; i++)
        values[i] = (int16_t)(stored[i] + constant);
}

/* Where the next group goes. */
typedef struct {
    const int8_t *weights;
    int8_t *stored;
    uint8_t *meta; /* NULL: none */
    int16_t *constants;
} place_t;

static void encode_groups(const walk_t *walk, int64_t count, int64_t groups, place_t *place)
{
    const column_coder_t *coder = walk->coder;
    const int64_t most = coder->encode_batch != NULL ? COLUMNS_BATCH : 1;
    column_code_t codes[COLUMNS_BATCH];
    for (int64_t some; groups > 0; groups -= some) {
        some = groups < most ? groups : most;
        if (coder->encode_batch != NULL)
            coder->encode_batch(walk->config, place->weights, count, some, place->stored, codes);
        else
            codes[0] = coder->encode(walk->config, place->weights, count, place->stored);
        place->weights += some * count;
        place->stored += some * count;
        for (int64_t i = 0; i < some; i++) {
            *place->constants++ = (int16_t)codes[i].constant;
            if (place->meta != NULL)
                *place->meta++ = codes[i].meta;
        }
    }
}

/* Encode rows[positions][c]; `constants` receives one constant per group. Rows of whole groups are one long row. */
static void encode_rows(const walk_t *walk, const int8_t *rows, int8_t *stored, uint8_t *meta, int16_t *constants)
{
    const int64_t c = walk->layer->c, group = walk->config->group, rest = c % group;
    place_t place = {.weights = rows, .stored = stored, .meta = meta, .constants = constants};
    if (rest == 0) {
        encode_groups(walk, group, walk->positions * (c / group), &place);
        return;
    }
    for (int64_t position = 0; position < walk->positions; position++) {
        encode_groups(walk, group, c / group, &place);
        encode_groups(walk, rest, 1, &place);
    }
}

/* Add the constants of one group: `count` input channels of a channel with several kernel positions. The constants repeat
 * with every input channel, so those of eight are laid out once, then eight values are added at a time. */
COMPRESS_CLONES
static void columns_add_constants(const int8_t *restrict stored, int64_t count, int64_t positions, int64_t stride,
                                  const int16_t *restrict constants, int16_t *restrict values)
{
    enum { POSITIONS_MOST = 64, RUN = 8 };
    int16_t pattern[POSITIONS_MOST * RUN];
    int64_t i = 0;
    if (positions <= POSITIONS_MOST) {
        for (int64_t place = 0; place < RUN * positions; place++)
            pattern[place] = constants[place % positions * stride];
        for (; i + RUN <= count; i += RUN, stored += RUN * positions, values += RUN * positions)
            for (int64_t place = 0; place < RUN * positions; place += RUN)
                for (int lane = 0; lane < RUN; lane++)
                    values[place + lane] = (int16_t)(stored[place + lane] + pattern[place + lane]);
    }
    for (; i < count; i++, stored += positions, values += positions)
        for (int64_t position = 0; position < positions; position++)
            values[position] = (int16_t)(stored[position] + constants[position * stride]);
}

void columns_values(const compress_layer_t *layer, int group, const int8_t *stored, const int16_t *constants,
                    int16_t *values)
{
    int64_t c = layer->c, positions = layer->kh * layer->kw, row_groups = (c + group - 1) / group;
    for (int64_t at = 0; at < c; at += group, constants++) {
        int64_t count = c - at < group ? c - at : group;
        if (positions == 1)
            columns_add_constant(stored + at, count, constants[0], values + at);
        else
            columns_add_constants(stored + at * positions, count, positions, row_groups, constants,
                                  values + at * positions);
    }
}

static void encode_channel(const walk_t *walk, int64_t channel, uint8_t *scratch)
{
    const compress_layer_t *layer = walk->layer;
    compressed_t *out = walk->compressed;
    int64_t size = layer->c * walk->positions, start = channel * size, groups = walk->row_groups * walk->positions;
    const int8_t *weights = layer->q + start;
    int16_t *constants = (int16_t *)(void *)scratch;
    int8_t *rows = (int8_t *)(constants + groups), *coded = rows + size;
    int8_t *stored = out->stored != NULL ? out->stored + start : coded + size;
    if (out->bits[channel] == 8) {
        memcpy(stored, weights, (size_t)size);
        columns_add_constant(stored, size, 0, out->values + start);
        return;
    }
    uint8_t *meta = out->meta != NULL ? out->meta + channel * groups : NULL;
    if (walk->positions == 1) {
        encode_rows(walk, weights, stored, meta, constants);
    } else {
        transpose_bytes(weights, layer->c, walk->positions, rows);
        encode_rows(walk, rows, coded, meta, constants);
        transpose_bytes(coded, walk->positions, layer->c, stored);
    }
    columns_values(layer, walk->config->group, stored, constants, out->values + start);
}

static void encode_block(void *context, int64_t index, int worker)
{
    const walk_t *walk = context;
    int64_t first = index * walk->block_channels, end = first + walk->block_channels;
    for (int64_t channel = first; channel < end && channel < walk->layer->k; channel++)
        encode_channel(walk, channel, walk->scratch + worker * walk->scratch_size);
}

/* ===  One layer  === */

compress_form_t columns_form(const column_coder_t *coder, const method_config_t *config, const compress_layer_t *layer,
                             const bool *mask)
{
    const int64_t groups = compress_layer_groups(layer, config->group), sensitive = compress_marked(mask, layer->k),
                  pruned = layer->k - sensitive;
    compress_form_t form = {.integers = true, .stored = true, .meta = coder->meta_in_byte};
    form.counts = (compressed_t){.groups = groups,
                                 .sensitive = sensitive,
                                 .value_bits = compress_layer_row(layer) * (8 * sensitive + (8 - config->columns) * pruned),
                                 .meta_bits = pruned * (groups / layer->k) * coder->meta_bits};
    if (sensitive > 0 && pruned > 0)
        form.counts.meta_bits += layer->k * compress_index_bits(layer->k);
    return form;
}

/* Allocate the result, and fill in what does not depend on values: bits of each channel, scales. */
static outcome_t prepare(const walk_t *walk)
{
    const compress_layer_t *layer = walk->layer;
    compressed_t *out = walk->compressed;
    int64_t size = compress_layer_size(layer);
    out->values = large_alloc((size_t)size * sizeof *out->values);
    out->stored = walk->config->values_only ? NULL : large_alloc((size_t)size);
    out->bits = malloc((size_t)layer->k);
    out->scale = malloc((size_t)layer->k * sizeof *out->scale);
    if (walk->coder->meta_in_byte)
        out->meta = calloc((size_t)out->groups, 1);
    if (!out->values || (!walk->config->values_only && !out->stored) || !out->bits || !out->scale ||
        (walk->coder->meta_in_byte && !out->meta))
        return outcome_out_of_memory(layer->name);
    memcpy(out->scale, layer->scale, (size_t)layer->k * sizeof *out->scale);
    for (int64_t channel = 0; channel < layer->k; channel++) {
        bool whole = walk->mask != NULL && walk->mask[channel];
        out->bits[channel] = (uint8_t)(whole ? 8 : 8 - walk->config->columns);
    }
    return outcome_ok();
}

outcome_t columns_compress(const column_coder_t *coder, const method_config_t *config, const compress_layer_t *layer,
                           const bool *mask, int threads, compressed_t *compressed)
{
    *compressed = columns_form(coder, config, layer, mask).counts;
    walk_t walk = {.coder = coder, .config = config, .layer = layer, .mask = mask, .compressed = compressed};
    walk.positions = layer->kh * layer->kw;
    walk.row_groups = (layer->c + config->group - 1) / config->group;
    int64_t size = layer->c * walk.positions, groups = walk.row_groups * walk.positions;
    walk.block_channels = size < BLOCK_WEIGHTS ? BLOCK_WEIGHTS / size : 1;
    walk.scratch_size = ((config->values_only ? 3 : 2) * size + groups * (int64_t)sizeof(int16_t) + 63) / 64 * 64;
    walk.scratch = malloc((size_t)(threads * walk.scratch_size));
    int64_t blocks = (layer->k + walk.block_channels - 1) / walk.block_channels;
    outcome_t result = walk.scratch == NULL ? outcome_out_of_memory(layer->name) : prepare(&walk);
    if (outcome_is_ok(&result))
        result = threads_for(threads, blocks, encode_block, &walk);
    if (!outcome_is_ok(&result))
        compressed_free(compressed);
    free(walk.scratch);
    return result;
}
