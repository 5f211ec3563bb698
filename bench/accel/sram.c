/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/sram.h"

#include "base/text.h"

#include <inttypes.h>
#include <math.h>

const sram_bank_t sram_rows[] = {
#include "sram.inc" /* the rows of sram.csv, written by the Makefile */
};

const size_t sram_row_count = sizeof sram_rows / sizeof sram_rows[0];

static sram_bank_t between(const sram_bank_t *low, const sram_bank_t *high, int64_t bytes)
{
    double share = log((double)bytes / (double)low->bytes) / log((double)high->bytes / (double)low->bytes);
    return (sram_bank_t){.bytes = bytes,
                         .bus_bits = low->bus_bits,
                         .read_pj = low->read_pj + share * (high->read_pj - low->read_pj),
                         .write_pj = low->write_pj + share * (high->write_pj - low->write_pj),
                         .area_mm2 = low->area_mm2 + share * (high->area_mm2 - low->area_mm2),
                         .access_ns = low->access_ns + share * (high->access_ns - low->access_ns),
                         .leakage_mw = low->leakage_mw + share * (high->leakage_mw - low->leakage_mw)};
}

/* The rows of this bus width nearest to `bytes` from below and above, without the row `but` (sram_row_count: with all
 * rows); NULL where there is none. */
static void around(int64_t bytes, int64_t bus_bits, size_t but, const sram_bank_t **low, const sram_bank_t **high)
{
    *low = *high = NULL;
    for (size_t i = 0; i < sram_row_count; i++) {
        const sram_bank_t *row = &sram_rows[i];
        if (row->bus_bits != bus_bits || i == but)
            continue;
        if (row->bytes <= bytes && (*low == NULL || row->bytes > (*low)->bytes))
            *low = row;
        if (row->bytes >= bytes && (*high == NULL || row->bytes < (*high)->bytes))
            *high = row;
    }
}

outcome_t sram_bank(int64_t bytes, int64_t bus_bits, sram_bank_t *bank, bool *interpolated)
{
    const sram_bank_t *low, *high;
    around(bytes, bus_bits, sram_row_count, &low, &high);
    if (low == NULL || high == NULL)
        return outcome_failed("sram.csv", text_of("%" PRId64 " bytes, bus of %" PRId64 " bits", bytes, bus_bits).chars,
                              "a bank outside the table", "a size and bus width that the table covers",
                              "choose other buffers or add the row with its source");
    *interpolated = low != high;
    *bank = low == high ? *low : between(low, high, bytes);
    return outcome_ok();
}

bool sram_left_out(size_t row, sram_bank_t *bank)
{
    const sram_bank_t *self = &sram_rows[row], *low, *high;
    around(self->bytes, self->bus_bits, row, &low, &high);
    if (low == NULL || high == NULL)
        return false;
    *bank = between(low, high, self->bytes);
    return true;
}
