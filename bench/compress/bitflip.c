/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Magnitude columns are numbered 1 (64) to 7 (1). Columns that are zero for the whole group count towards N for free;
 * the rest is cleared from the low end by rounding the magnitudes to multiples of 2^low, ties down. Rounding may not
 * carry into the last column that was zero already: only the `field` bits below it change. */
#include "compress/bitflip.h"

#include "compress/clones.h"
#include "compress/columns.h"

typedef struct {
    int free;     /* columns that were zero already and are left out */
    int low;      /* low columns to clear */
    int field;    /* low bits that rounding may change */
    uint8_t mask; /* stored columns, bit 7 the sign */
} plan_t;

/* `used` is the OR of the group's magnitudes. */
static plan_t plan_of(unsigned used, int columns)
{
    plan_t plan = {.mask = 255, .field = 7};
    int last = 0;
    for (int column = 1; column <= 7 - columns + plan.free && plan.free < columns; column++) {
        if (used >> (7 - column) & 1)
            continue;
        plan.free++;
        plan.mask &= (uint8_t) ~(1u << (7 - column));
        last = column;
    }
    plan.low = columns - plan.free;
    plan.field = 7 - last;
    plan.mask &= (uint8_t) ~((1u << plan.low) - 1);
    return plan;
}

/* |weight|, with -128 as 127. */
COMPRESS_INLINE int16_t magnitude_of(int8_t weight)
{
    int16_t magnitude = (int16_t)(weight < 0 ? -weight : weight);
    return magnitude > 127 ? 127 : magnitude;
}

COMPRESS_INLINE column_code_t encode_any(const method_config_t *config, const int8_t *restrict weights, int64_t count,
                                         int8_t *restrict stored)
{
    int16_t used = 0;
    for (int64_t i = 0; i < count; i++)
        used |= magnitude_of(weights[i]);
    plan_t plan = plan_of((unsigned)used, config->columns);
    int16_t step = (int16_t)(1 << plan.low), field = (int16_t)((1 << plan.field) - 1);
    int16_t down = (int16_t)(plan.low > 0 ? step / 2 - 1 : 0), most = (int16_t)(field + 1 - step), keep = (int16_t)-step;
    for (int64_t i = 0; i < count; i++) {
        int16_t magnitude = magnitude_of(weights[i]), low = magnitude & field;
        int16_t rounded = (int16_t)((low + down) & keep);
        rounded = rounded > most ? most : rounded;
        magnitude = (int16_t)(magnitude - low + rounded);
        stored[i] = (int8_t)(weights[i] < 0 ? -magnitude : magnitude);
    }
    return (column_code_t){.redundant = plan.free, .constant = 0, .kept = plan.mask, .meta = plan.mask};
}

COMPRESS_CLONES
static column_code_t bitflip_encode(const method_config_t *config, const int8_t *weights, int64_t count, int8_t *stored)
{
    return count == 32 ? encode_any(config, weights, 32, stored) : encode_any(config, weights, count, stored);
}

static const column_coder_t coder = {
    .sign_magnitude = true, .meta_bits = 8, .meta_in_byte = true, .encode = bitflip_encode};

static outcome_t compress(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                          compressed_t *compressed)
{
    return columns_compress(&coder, config, layer, mask, threads, compressed);
}

const method_t bitflip_method = {
    .name = "bitflip",
    .summary = "sign-magnitude bit flip to N zero columns (BitWave, HPCA'24)",
    .does = "Writes a group as sign and magnitude and rounds the magnitudes until N of the seven magnitude columns are "
            "zero; columns that are zero already count.",
    .stores = "The columns that are not zero, and for each group a mask of 8 bits.",
    .source = "Shi et al., BitWave, HPCA 2024; BBS paper, Figs 6 and 11",
    .input = METHOD_INT8,
    .selects = true,
    .packs = true,
    .coder = &coder,
    .defaults = {.columns = 3, .group = 32, .beta = 0.2, .channel_unit = 32},
    .compress = compress,
};
