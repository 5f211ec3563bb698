/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/pack_layer.h"

#include "base/text.h"
#include "compress/columns.h"
#include "compress/planes.h"
#include "compress/transpose.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ALL_COLUMNS = 0xFF, META_WHOLE = 0 };

/* ===  Layout  === */

static bool is_sane(const pack_shape_t *shape)
{
    bool pruned = shape->coding != PACK_WHOLE;
    return shape->k > 0 && shape->c > 0 && shape->kh > 0 && shape->kw > 0 && shape->k <= UINT32_MAX &&
           shape->coding < PACK_CODING_COUNT && shape->group >= 1 && shape->group <= COLUMNS_GROUP_MOST &&
           shape->whole >= 0 && shape->whole <= shape->k &&
           (pruned ? shape->columns >= 1 && shape->columns <= COLUMNS_MOST : shape->columns == 0) &&
           (pruned || shape->whole == shape->k);
}

/* Reserve `bytes` at the next aligned offset from `*at`, and move `*at` past them. Returns that offset, or -1 on overflow.
 */
static int64_t place(int64_t *at, int64_t bytes)
{
    int64_t start;
    if (*at < 0 || bytes < 0 || __builtin_add_overflow(*at, PACK_ALIGNMENT - 1, &start))
        return *at = -1;
    start = start / PACK_ALIGNMENT * PACK_ALIGNMENT;
    if (__builtin_add_overflow(start, bytes, at))
        return *at = -1;
    return start;
}

static int64_t times(int64_t a, int64_t b)
{
    int64_t product;
    return a < 0 || b < 0 || __builtin_mul_overflow(a, b, &product) ? -1 : product;
}

bool pack_layout(const pack_shape_t *shape, pack_layout_t *layout)
{
    *layout = (pack_layout_t){0};
    if (!is_sane(shape))
        return false;
    int64_t positions = times(shape->kh, shape->kw), weights = times(times(shape->k, shape->c), positions);
    if (weights < 0 || weights > INT64_MAX / 16) /* a column of a group of one takes a byte, so a weight takes at most 8 */
        return false;
    int64_t full = shape->c / shape->group, rest = shape->c % shape->group;
    int64_t row_bytes = full * ((shape->group + 7) / 8) + (rest + 7) / 8; /* of one column */
    bool mixed = shape->whole > 0 && shape->whole < shape->k;
    int64_t pruned = shape->k - shape->whole, at = 0;
    layout->channel_groups = positions * (full + (rest > 0));
    layout->whole_channel_bytes = positions * (shape->coding == PACK_WHOLE ? shape->c : row_bytes * 8);
    layout->pruned_channel_bytes = positions * row_bytes * (8 - shape->columns);
    layout->scale_bytes = shape->k * (int64_t)sizeof(float);
    layout->index_bytes = mixed ? shape->k * compress_index_bits(shape->k) / 8 : 0;
    layout->meta_bytes = pruned * layout->channel_groups;
    int64_t whole_bytes = shape->whole * layout->whole_channel_bytes, low_bytes = pruned * layout->pruned_channel_bytes;
    layout->column_bytes = whole_bytes + low_bytes;
    layout->scale = place(&at, layout->scale_bytes);
    layout->index = place(&at, layout->index_bytes);
    layout->meta = place(&at, layout->meta_bytes);
    layout->whole_columns = place(&at, whole_bytes);
    layout->pruned_columns = place(&at, low_bytes);
    layout->size = at;
    return at >= 0;
}

int64_t pack_value_bits(const pack_shape_t *shape)
{
    return (shape->whole * 8 + (shape->k - shape->whole) * (8 - shape->columns)) * shape->c * shape->kh * shape->kw;
}

/* ===  Channels  === */

/* A layer that is being written or read. */
typedef struct {
    const char *where, *name;
    int64_t base; /* of the layer in its file, for errors */
    const pack_shape_t *shape;
    const pack_layout_t *layout;
    compress_layer_t view; /* sizes, for columns_values() */
    int64_t positions, size;
    int8_t *rows;       /* scratch: a channel as rows of input channels */
    int16_t *values;    /* scratch: of a channel */
    int16_t *constants; /* scratch: of a channel's groups */
} job_t;

static outcome_t open_job(job_t *job, const char *where, const char *name, const pack_shape_t *shape,
                          const pack_layout_t *layout)
{
    *job = (job_t){.where = where, .name = name, .shape = shape, .layout = layout, .positions = shape->kh * shape->kw};
    job->view = (compress_layer_t){.k = shape->k, .c = shape->c, .kh = shape->kh, .kw = shape->kw};
    job->size = shape->c * job->positions;
    job->rows = malloc((size_t)job->size);
    job->values = malloc((size_t)job->size * sizeof *job->values);
    job->constants = calloc((size_t)layout->channel_groups, sizeof *job->constants);
    bool good = job->rows && job->values && job->constants;
    return good ? outcome_ok() : outcome_out_of_memory(name);
}

static void close_job(job_t *job)
{
    free(job->rows);
    free(job->values);
    free(job->constants);
}

static outcome_t wrong(const job_t *job, text_t place, const char *found, const char *expected)
{
    return outcome_failed(job->where, text_of("tensor %s, %.100s", job->name, place.chars).chars, found, expected, NULL);
}

/* Kept columns and constant of a pruned group; false when no method writes such a byte. */
static bool read_meta(const pack_shape_t *shape, uint8_t meta, uint8_t *kept, int16_t *constant)
{
    if (shape->coding == PACK_SIGN_MAGNITUDE) {
        *kept = meta;
        *constant = 0;
        return meta >= 0x80 && __builtin_popcount(meta) == 8 - shape->columns;
    }
    int redundant = meta >> 6, low = meta & 63;
    *constant = (int16_t)(shape->coding == PACK_SIGNED && low >= 32 ? low - 64 : low);
    if (redundant > shape->columns)
        return false;
    *kept = columns_code(shape->columns, redundant, 0).kept;
    return shape->coding == PACK_SIGNED || low < 1 << (shape->columns - redundant);
}

/* ===  Writing  === */

static outcome_t check_values(job_t *job, const compressed_t *from, int64_t channel)
{
    columns_values(&job->view, job->shape->group, from->stored + channel * job->size, job->constants, job->values);
    if (memcmp(job->values, from->values + channel * job->size, (size_t)job->size * sizeof *job->values) == 0)
        return outcome_ok();
    return wrong(job, text_of("channel %" PRId64, channel), "values that are not stored + constant",
                 "the result of bbsbench compress");
}

/* Write the groups of a channel whose input channels lie in rows; `meta` is NULL for a whole channel. */
static outcome_t write_groups(job_t *job, int64_t channel, const int8_t *rows, const uint8_t *meta, uint8_t *columns)
{
    const pack_shape_t *shape = job->shape;
    bool sign_magnitude = meta != NULL && shape->coding == PACK_SIGN_MAGNITUDE;
    int kept_columns = meta != NULL ? 8 - shape->columns : 8;
    int64_t group = 0;
    for (int64_t position = 0; position < job->positions; position++)
        for (int64_t at = 0; at < shape->c; at += shape->group, group++) {
            int64_t count = shape->c - at < shape->group ? shape->c - at : shape->group;
            uint8_t kept = ALL_COLUMNS;
            job->constants[group] = 0;
            bool good = meta == NULL || read_meta(shape, meta[group], &kept, &job->constants[group]);
            if (!good || !planes_write(rows + position * shape->c + at, count, sign_magnitude, kept, columns))
                return wrong(job, text_of("channel %" PRId64 ", group %" PRId64, channel, group),
                             good ? "stored columns that are not pruned" : "a metadata byte that fits no group",
                             "the result of bbsbench compress");
            columns += planes_size(count, kept_columns);
        }
    return outcome_ok();
}

static outcome_t write_channel(job_t *job, const compressed_t *from, int64_t channel, uint8_t *columns)
{
    const pack_shape_t *shape = job->shape;
    const int8_t *stored = from->stored + channel * job->size, *rows = stored;
    if (shape->coding == PACK_WHOLE) {
        memcpy(columns, stored, (size_t)job->size);
        return check_values(job, from, channel);
    }
    bool whole = from->bits[channel] == 8;
    const uint8_t *meta = from->meta + channel * job->layout->channel_groups;
    for (int64_t group = 0; whole && group < job->layout->channel_groups; group++)
        if (meta[group] != META_WHOLE)
            return wrong(job, text_of("channel %" PRId64 ", group %" PRId64, channel, group),
                         "metadata in a channel at 8 bits", "0");
    if (job->positions > 1) {
        transpose_bytes(stored, shape->c, job->positions, job->rows);
        rows = job->rows;
    }
    outcome_t result = write_groups(job, channel, rows, whole ? NULL : meta, columns);
    return outcome_is_ok(&result) ? check_values(job, from, channel) : result;
}

static void write_index(const pack_layout_t *layout, int64_t k, int64_t at, int64_t channel, uint8_t *to)
{
    int64_t bytes = layout->index_bytes / k;
    for (int64_t i = 0; i < bytes; i++)
        to[layout->index + at * bytes + i] = (uint8_t)((uint64_t)channel >> (8 * i));
}

static void write_scales(const pack_shape_t *shape, const float *scale, uint8_t *to)
{
    for (int64_t channel = 0; channel < shape->k; channel++) {
        uint32_t word;
        memcpy(&word, &scale[channel], sizeof word);
        for (int i = 0; i < 4; i++)
            to[4 * channel + i] = (uint8_t)(word >> (8 * i));
    }
}

outcome_t pack_layer_write(const char *where, const char *name, const pack_shape_t *shape, const pack_layout_t *layout,
                           const compressed_t *from, uint8_t *to)
{
    job_t job;
    outcome_t result = open_job(&job, where, name, shape, layout);
    int64_t next[2] = {shape->whole, 0}; /* place of the next pruned and the next whole channel */
    write_scales(shape, from->scale, to + layout->scale);
    for (int64_t channel = 0; outcome_is_ok(&result) && channel < shape->k; channel++) {
        bool whole = from->bits[channel] == 8;
        int64_t at = next[whole]++;
        if (from->bits[channel] != 8 && from->bits[channel] != 8 - shape->columns) {
            result = wrong(&job, text_of("channel %" PRId64, channel), text_of("%d bits", from->bits[channel]).chars,
                           text_of("8 or %d", 8 - shape->columns).chars);
            break;
        }
        if (layout->index_bytes > 0)
            write_index(layout, shape->k, at, channel, to);
        uint8_t *columns = to + layout->whole_columns + at * layout->whole_channel_bytes;
        if (!whole) {
            int64_t pruned = at - shape->whole, groups = layout->channel_groups;
            columns = to + layout->pruned_columns + pruned * layout->pruned_channel_bytes;
            memcpy(to + layout->meta + pruned * groups, from->meta + channel * groups, (size_t)groups);
        }
        result = write_channel(&job, from, channel, columns);
    }
    close_job(&job);
    return result;
}

/* ===  Reading  === */

/* The reverse of write_groups(); `from` is the first byte of the layer. */
static outcome_t read_groups(job_t *job, const uint8_t *from, const uint8_t *meta, const uint8_t *columns, int8_t *rows)
{
    const pack_shape_t *shape = job->shape;
    bool sign_magnitude = meta != NULL && shape->coding == PACK_SIGN_MAGNITUDE;
    int kept_columns = meta != NULL ? 8 - shape->columns : 8;
    int64_t group = 0;
    for (int64_t position = 0; position < job->positions; position++)
        for (int64_t at = 0; at < shape->c; at += shape->group, group++) {
            int64_t count = shape->c - at < shape->group ? shape->c - at : shape->group;
            uint8_t kept = ALL_COLUMNS;
            job->constants[group] = 0;
            if (meta != NULL && !read_meta(shape, meta[group], &kept, &job->constants[group]))
                return wrong(job, text_of("offset %" PRId64, job->base + (meta + group - from)),
                             text_of("metadata 0x%02x", meta[group]).chars, "a byte that the method writes");
            if (!planes_read(columns, count, sign_magnitude, kept, rows + position * shape->c + at))
                return wrong(job, text_of("offset %" PRId64, job->base + (columns - from)),
                             "bits beyond a group, or a negative zero", "zeros");
            columns += planes_size(count, kept_columns);
        }
    return outcome_ok();
}

/* Read the channel at position `at` of the file, which is channel `channel` of the tensor. */
static outcome_t read_channel(job_t *job, const uint8_t *from, int64_t at, int64_t channel, compressed_t *to)
{
    const pack_shape_t *shape = job->shape;
    const pack_layout_t *layout = job->layout;
    bool whole = at < shape->whole;
    int64_t groups = layout->channel_groups, pruned = at - shape->whole;
    const uint8_t *meta = whole ? NULL : from + layout->meta + pruned * groups;
    const uint8_t *columns = whole ? from + layout->whole_columns + at * layout->whole_channel_bytes
                                   : from + layout->pruned_columns + pruned * layout->pruned_channel_bytes;
    int8_t *stored = to->stored + channel * job->size, *rows = job->positions > 1 ? job->rows : stored;
    outcome_t result = outcome_ok();
    if (shape->coding == PACK_WHOLE)
        memcpy(stored, columns, (size_t)job->size);
    else if (outcome_bad(&result, read_groups(job, from, meta, columns, rows)))
        return result;
    else if (job->positions > 1)
        transpose_bytes(rows, job->positions, shape->c, stored);
    columns_values(&job->view, shape->group, stored, job->constants, to->values + channel * job->size);
    to->bits[channel] = (uint8_t)(whole ? 8 : 8 - shape->columns);
    if (to->meta != NULL && whole)
        memset(to->meta + channel * groups, META_WHOLE, (size_t)groups);
    else if (to->meta != NULL)
        memcpy(to->meta + channel * groups, meta, (size_t)groups);
    return outcome_ok();
}

/* The original index of the channel at position `at`. Indices must differ, and must ascend within the whole and within the
 * pruned channels. */
static outcome_t read_index(const job_t *job, const uint8_t *from, int64_t at, bool *taken, int64_t *last, int64_t *channel)
{
    const pack_layout_t *layout = job->layout;
    int64_t bytes = layout->index_bytes / job->shape->k;
    *channel = bytes == 0 ? at : 0;
    for (int64_t i = 0; i < bytes; i++)
        *channel |= (int64_t)from[layout->index + at * bytes + i] << (8 * i);
    if (at == 0 || at == job->shape->whole)
        *last = -1;
    if (*channel >= job->shape->k || *channel <= *last || taken[*channel])
        return wrong(job, text_of("offset %" PRId64, job->base + layout->index + at * bytes),
                     text_of("channel index %" PRId64, *channel).chars, "each channel once, in ascending order");
    *last = *channel;
    taken[*channel] = true;
    return outcome_ok();
}

static void read_scales(const pack_shape_t *shape, const uint8_t *from, float *scale)
{
    for (int64_t channel = 0; channel < shape->k; channel++) {
        uint32_t word = 0;
        for (int i = 0; i < 4; i++)
            word |= (uint32_t)from[4 * channel + i] << (8 * i);
        memcpy(&scale[channel], &word, sizeof word);
    }
}

outcome_t pack_layer_read(const char *where, const char *name, int64_t base, const pack_shape_t *shape,
                          const pack_layout_t *layout, const uint8_t *from, compressed_t *to)
{
    job_t job;
    outcome_t result = open_job(&job, where, name, shape, layout);
    job.base = base;
    bool *taken = calloc((size_t)shape->k, sizeof *taken);
    if (outcome_is_ok(&result) && taken == NULL)
        result = outcome_out_of_memory(name);
    read_scales(shape, from + layout->scale, to->scale);
    int64_t last = -1, channel = 0;
    for (int64_t at = 0; outcome_is_ok(&result) && at < shape->k; at++) {
        result = read_index(&job, from, at, taken, &last, &channel);
        if (outcome_is_ok(&result))
            result = read_channel(&job, from, at, channel, to);
    }
    free(taken);
    close_job(&job);
    return result;
}
