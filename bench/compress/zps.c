/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The search (zps_search.h) finds the shift; encoding with it is done once. Algorithm 1 as printed shifts by
 * -2^(p-1) to 2^(p-1) - 1 and stores the opposite, so its lowest shift has no p-bit constant: the range here is one
 * higher, [-2^(p-1) + 1, 2^(p-1)]. paper_shift_range adds -2^(p-1) for comparison; the metadata byte of such results may
 * not decode, so they cannot be packed. */
#include "compress/zps.h"

#include "base/text.h"
#include "compress/columns.h"
#include "compress/zps_registers.h"
#include "compress/zps_round.h"
#include "compress/zps_search.h"

enum { CONSTANT_BITS_LEAST = 3, CONSTANT_BITS_MOST = 6 };

static void find_shifts(const method_config_t *config, const int8_t *weights, int64_t count, int64_t groups, int *shifts)
{
    int half = 1 << (config->constant_bits - 1);
    if (!config->fixed_shift)
        zps_search(&(zps_rule_t){.columns = config->columns,
                                 .first = config->paper_shift_range ? -half : -half + 1,
                                 .last = half - (config->paper_shift_range ? 1 : 0),
                                 .ties_to_zero = config->ties_to_zero,
                                 .least_mean = config->least_mean,
                                 .near_percent = config->near_percent},
                   weights, count, groups, shifts);
    for (int64_t i = 0; config->fixed_shift && i < groups; i++)
        shifts[i] = config->shift;
}

COMPRESS_CLONES
static zps_plan_t zps_encode_at(const int8_t *weights, int64_t count, int columns, int shift, bool ties_to_zero,
                                int8_t *stored)
{
    if (ties_to_zero)
        return zps_encode_any(weights, count, columns, shift, true, stored);
    return count == 32 ? zps_encode_any(weights, 32, columns, shift, false, stored)
                       : zps_encode_any(weights, count, columns, shift, false, stored);
}

static void encode_batch(const method_config_t *config, const int8_t *weights, int64_t count, int64_t groups,
                         int8_t *stored, column_code_t *codes)
{
    const bool in_registers = count <= ZPS_REGISTERS_MOST && zps_registers_available();
    int shifts[COLUMNS_BATCH];
    find_shifts(config, weights, count, groups, shifts);
    for (int64_t i = 0; i < groups; i++, weights += count, stored += count) {
        const zps_plan_t plan = (in_registers ? zps_registers_encode : zps_encode_at)(
            weights, count, config->columns, shifts[i], config->ties_to_zero, stored);
        codes[i] = columns_code(config->columns, plan.redundant, -shifts[i]);
        codes[i].shifted = true;
    }
}

static column_code_t encode(const method_config_t *config, const int8_t *weights, int64_t count, int8_t *stored)
{
    column_code_t code;
    encode_batch(config, weights, count, 1, stored, &code);
    return code;
}

static const column_coder_t coder_of_paper_range = {.meta_bits = 8, .encode = encode, .encode_batch = encode_batch};
static const column_coder_t coder = {.meta_bits = 8, .meta_in_byte = true, .encode = encode, .encode_batch = encode_batch};

static const column_coder_t *coder_of(const method_config_t *config)
{
    return config->paper_shift_range ? &coder_of_paper_range : &coder;
}

static compress_form_t form_of(const method_config_t *config, const compress_layer_t *layer, const bool *mask)
{
    return columns_form(coder_of(config), config, layer, mask);
}

static outcome_t compress(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                          compressed_t *compressed)
{
    return columns_compress(coder_of(config), config, layer, mask, threads, compressed);
}

outcome_t zps_check(const method_config_t *config)
{
    int bits = config->constant_bits;
    if (bits < CONSTANT_BITS_LEAST || bits > CONSTANT_BITS_MOST)
        return outcome_usage("zero-point shifting", "constant bits", text_of("%d", bits).chars, "3 to 6", NULL);
    int half = 1 << (bits - 1), first = config->paper_shift_range ? -half : -half + 1;
    if (config->fixed_shift && (config->shift < first || config->shift > half))
        return outcome_usage("zero-point shifting", "shift", text_of("%d", config->shift).chars,
                             text_of("%d to %d", first, half).chars, "the stored constant is -shift");
    return outcome_ok();
}

const method_t zps_method = {
    .name = "zps",
    .summary = "zero-point shifting (BBS paper, Algorithm 1, Fig. 5)",
    .does = "Adds a shift to all weights of a group so that more columns after the sign are redundant, rounds the low "
            "columns to zero, and takes the shift back when it computes. All shifts of P bits are tried; the one with the "
            "least squared error is taken.",
    .stores = "The kept columns, and for each group a byte: number of redundant columns and the shift, in 6 bits.",
    .source = "BBS paper, section III-B, Algorithm 1 and Fig. 5",
    .input = METHOD_INT8,
    .selects = true,
    .packs = true,
    .constant_is_signed = true,
    .takes = METHOD_TAKES_CONSTANT | METHOD_TAKES_SHIFT | METHOD_TAKES_SHIFT_RANGE | METHOD_TAKES_ROUNDING,
    .defaults = {.columns = 4, .group = 32, .beta = 0.2, .channel_unit = 32, .constant_bits = 6, .least_mean = true},
    .form = form_of,
    .compress = compress,
    .coder = &coder,
    .check = zps_check,
};
