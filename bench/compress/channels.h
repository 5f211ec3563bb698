/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_CHANNELS_H
#define BBS_COMPRESS_CHANNELS_H

#include "compress/layer.h"

/* Shared by the methods that start from float weights: room for the result, sizes that are known beforehand, and sensitive
 * channels, which keep their INT8 values. */

typedef enum { CHANNELS_VALUES, CHANNELS_FLOATS } channels_result_t; /* integers with a scale per channel, or floats */

/* sensitive, value_bits (`bits` per weight, 8 where the mask is set) and, as metadata, the index of each channel where both
 * precisions occur. */
compress_form_t channels_form(const compress_layer_t *layer, const bool *mask, int bits, channels_result_t result);

/* Allocate, and fill bits and these counts. `compressed` is freed by the caller when a later step fails. */
outcome_t channels_open(const compress_layer_t *layer, const bool *mask, int bits, channels_result_t result,
                        compressed_t *compressed);

/* When `mask` marks the channel: copy its INT8 weights into the result and return true. */
bool channels_keep(const compress_layer_t *layer, const bool *mask, int64_t channel, compressed_t *compressed);

/* FAULT_USAGE unless the bits of a configuration are within bounds. */
outcome_t channels_check_bits(const char *method, int bits, int least, int most);

#endif
