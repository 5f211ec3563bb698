/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both methods encode the group; the errors of both follow from what they store. */
#include "compress/best.h"

#include "compress/clones.h"
#include "compress/columns.h"
#include "compress/ra.h"
#include "compress/zps.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    int32_t squares, sum; /* of the errors; the sum without its sign */
} errors_t;

COMPRESS_INLINE errors_t errors_any(const int8_t *weights, const int8_t *stored, int64_t count, int constant)
{
    errors_t errors = {0};
    for (int64_t i = 0; i < count; i++) {
        int16_t error = (int16_t)(stored[i] + constant - weights[i]);
        errors.squares += error * error;
        errors.sum += error;
    }
    errors.sum = abs(errors.sum);
    return errors;
}

COMPRESS_CLONES
static errors_t best_errors(const int8_t *weights, const int8_t *stored, int64_t count, int constant)
{
    return count == 32 ? errors_any(weights, stored, 32, constant) : errors_any(weights, stored, count, constant);
}

static bool is_less(errors_t a, errors_t b)
{
    return a.squares < b.squares || (a.squares == b.squares && a.sum < b.sum);
}

static column_code_t best_encode(const method_config_t *config, const int8_t *weights, int64_t count, int8_t *stored)
{
    int8_t averaged[COLUMNS_GROUP_MOST];
    column_code_t shifting = zps_method.coder->encode(config, weights, count, stored);
    column_code_t averaging = ra_method.coder->encode(config, weights, count, averaged);
    if (averaging.constant >= 1 << (config->constant_bits - 1) ||
        is_less(best_errors(weights, stored, count, shifting.constant),
                best_errors(weights, averaged, count, averaging.constant)))
        return shifting;
    memcpy(stored, averaged, (size_t)count);
    return averaging;
}

const column_coder_t best_coder = {.meta_bits = 8, .meta_in_byte = true, .encode = best_encode};

static outcome_t compress(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                          compressed_t *compressed)
{
    return columns_compress(&best_coder, config, layer, mask, threads, compressed);
}

const method_t best_method = {
    .name = "best",
    .summary = "per group the better of rounded averaging and zero-point shifting",
    .does = "Encodes each group by rounded averaging and by zero-point shifting and keeps the one with less squared error.",
    .stores = "As zps: a decoder need not know which of the two was taken.",
    .source = "this project, from the two methods of the BBS paper",
    .input = METHOD_INT8,
    .selects = true,
    .packs = true,
    .constant_is_signed = true,
    .takes = METHOD_TAKES_CONSTANT | METHOD_TAKES_ROUNDING,
    .defaults = {.columns = 4, .group = 32, .beta = 0.2, .channel_unit = 32, .constant_bits = 6, .least_mean = true},
    .compress = compress,
    .coder = &best_coder,
    .check = zps_check,
};
