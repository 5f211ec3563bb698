/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_EFFECTUAL_H
#define BBS_ACCEL_EFFECTUAL_H

#include "compress/compress.h"

/* The bits that BitVert's lanes work on: in each stored column of each sub-group of 8 weights (half a PE's 16, four lanes)
 * the ones or the zeros, whichever are fewer (paper, section IV). The rest of the lanes' cycles is intra-PE stall.
 *
 * `compressed` is a layer under a method that prunes columns (two's complement), with `columns` pruned from the channels
 * that are not at 8 bits; a layer that is whole has no stored columns, and its INT8 values are counted. */
outcome_t effectual_count(const compress_layer_t *layer, const compressed_t *compressed, int columns, int group,
                          int threads, int64_t *bits);

#endif
