/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two passes over a group: the range, which gives the number of low columns to drop; then the mean of those columns. */
#include "compress/ra.h"

#include "compress/clones.h"
#include "compress/columns.h"

typedef struct {
    int low, high;
} range_t;

COMPRESS_INLINE range_t range_of(const int8_t *weights, int64_t count)
{
    int8_t low = weights[0], high = weights[0];
    for (int64_t i = 0; i < count; i++) {
        low = weights[i] < low ? weights[i] : low;
        high = weights[i] > high ? weights[i] : high;
    }
    return (range_t){low, high};
}

/* sum / count, rounded half to even; sum >= 0, count > 0. */
COMPRESS_INLINE int mean_half_even(int sum, int count)
{
    int mean = sum / count, twice = 2 * (sum % count);
    return mean + (twice > count || (twice == count && mean % 2 == 1));
}

COMPRESS_INLINE column_code_t encode_any(const method_config_t *config, const int8_t *restrict weights, int64_t count,
                                         int8_t *restrict stored)
{
    range_t range = range_of(weights, count);
    int columns = config->columns;
    int most = columns < COLUMNS_REDUNDANT_MOST ? columns : COLUMNS_REDUNDANT_MOST;
    int redundant = columns_redundant(range.low, range.high, most);
    int8_t mask = (int8_t)((1 << (columns - redundant)) - 1);
    int sum = 0;
    for (int64_t i = 0; i < count; i++) {
        int8_t low = (int8_t)(weights[i] & mask);
        sum += low;
        stored[i] = (int8_t)(weights[i] - low);
    }
    int mean = mean_half_even(sum, (int)count);
    return columns_code(columns, redundant, mean);
}

/* The default group of 32 has loops of known length, which the compiler turns into a few vectors. */
COMPRESS_CLONES
static column_code_t ra_encode(const method_config_t *config, const int8_t *weights, int64_t count, int8_t *stored)
{
    return count == 32 ? encode_any(config, weights, 32, stored) : encode_any(config, weights, count, stored);
}

static const column_coder_t coder = {.meta_bits = 8, .meta_in_byte = true, .encode = ra_encode};

static outcome_t compress(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                          compressed_t *compressed)
{
    return columns_compress(&coder, config, layer, mask, threads, compressed);
}

const method_t ra_method = {
    .name = "ra",
    .summary = "rounded averaging of the low bit columns (BBS paper, Fig. 4)",
    .does = "Drops the redundant columns after the sign of a group, up to three; of the columns that are still to be "
            "pruned, the lowest of each weight are replaced by their mean over the group.",
    .stores = "The kept columns, and for each group a byte: number of redundant columns and the mean, in 6 bits.",
    .source = "BBS paper, section III-B, Fig. 4",
    .input = METHOD_INT8,
    .selects = true,
    .packs = true,
    .defaults = {.columns = 2, .group = 32, .beta = 0.2, .channel_unit = 32},
    .compress = compress,
    .coder = &coder,
};
