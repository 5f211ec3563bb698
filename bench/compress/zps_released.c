/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zero-point shifting as the authors' public repository computes it, for comparison; it differs from the paper: sign and
 * magnitude in place of two's complement, sums clipped to +-127, all leading zero columns dropped (no limit of three),
 * 5-bit shifts of -2^(p-1) to 2^(p-1) - 1, whose lowest has no stored form. It cannot be packed.
 *
 * One shift: u = clip(w + shift); the z leading columns that no |u| uses are dropped, and |u| is rounded to multiples of
 * 2^(N - z), ties down, without growing past the columns that are left. */
#include "compress/columns.h"
#include "compress/zps.h"

#include <stdlib.h>

enum { MAGNITUDE_BITS = 7, MAGNITUDE_MOST = 127 };

static int clip(int value)
{
    return value < -MAGNITUDE_MOST ? -MAGNITUDE_MOST : value > MAGNITUDE_MOST ? MAGNITUDE_MOST : value;
}

/* Leading magnitude columns that are zero for all shifted weights. */
static int leading_zeros(const int8_t *weights, int64_t count, int shift)
{
    int used = 0, leading = 0;
    for (int64_t i = 0; i < count; i++)
        used |= abs(clip(weights[i] + shift));
    while (leading < MAGNITUDE_BITS && !(used >> (MAGNITUDE_BITS - 1 - leading) & 1))
        leading++;
    return leading;
}

static int round_magnitude(int magnitude, int pruned, int leading)
{
    if (pruned <= 0)
        return magnitude;
    int step = 1 << pruned, most = (1 << (MAGNITUDE_BITS - leading)) - step;
    int rounded = (magnitude + step / 2 - 1) / step * step;
    return rounded > most ? most : rounded;
}

/* Encode with one shift; the squared error. */
static int64_t encode_at(const int8_t *weights, int64_t count, int shift, int columns, int8_t *stored)
{
    int leading = leading_zeros(weights, count, shift);
    int64_t squares = 0;
    for (int64_t i = 0; i < count; i++) {
        int clipped = clip(weights[i] + shift);
        int rounded = round_magnitude(abs(clipped), columns - leading, leading);
        stored[i] = (int8_t)(clipped < 0 ? -rounded : rounded);
        int error = stored[i] - shift - weights[i];
        squares += error * error;
    }
    return squares;
}

static column_code_t encode(const method_config_t *config, const int8_t *weights, int64_t count, int8_t *stored)
{
    int half = 1 << (config->constant_bits - 1), best = config->fixed_shift ? config->shift : -half;
    int64_t least = INT64_MAX;
    for (int shift = -half; shift < half && !config->fixed_shift; shift++) {
        int64_t squares = encode_at(weights, count, shift, config->columns, stored);
        if (squares < least) {
            least = squares;
            best = shift;
        }
    }
    encode_at(weights, count, best, config->columns, stored);
    int leading = leading_zeros(weights, count, best), low = config->columns - leading;
    int kept = 0x80 | ((1 << (MAGNITUDE_BITS - leading)) - 1);
    kept &= low > 0 ? ~((1 << low) - 1) : 255;
    return (column_code_t){.redundant = leading, .constant = -best, .kept = (uint8_t)kept, .shifted = true};
}

/* Three bits for up to seven leading columns and the five of the constant. */
static const column_coder_t coder = {.sign_magnitude = true, .meta_bits = 8, .encode = encode};

static outcome_t compress(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                          compressed_t *compressed)
{
    return columns_compress(&coder, config, layer, mask, threads, compressed);
}

const method_t zps_released_method = {
    .name = "zps-released",
    .summary = "zero-point shifting as the authors' repository computes it (for comparison)",
    .does = "Zero-point shifting as the authors' public code computes it: sign and magnitude, sums clipped to 127, shifts "
            "of 5 bits. It is there to compare the two.",
    .stores = "Counted like zps, but its lowest shift has no stored form, so it cannot be packed.",
    .source = "the authors' repository, compared with the BBS paper's Algorithm 1",
    .input = METHOD_INT8,
    .selects = true,
    .constant_is_signed = true,
    .takes = METHOD_TAKES_CONSTANT | METHOD_TAKES_SHIFT,
    .defaults = {.columns = 4, .group = 32, .beta = 0.2, .channel_unit = 32, .constant_bits = 5},
    .compress = compress,
    .coder = &coder,
    .check = zps_check,
};
