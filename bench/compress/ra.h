/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_RA_H
#define BBS_COMPRESS_RA_H

#include "compress/columns.h"

/* Rounded averaging (paper Fig. 4): r <= min(3, N) redundant columns go, and the N - r low columns are replaced by the
 * group's mean of them, rounded half to even. That mean is the unsigned constant of the metadata. */
extern const column_coder_t ra_coder;
extern const method_t ra_method;

outcome_t ra_compress(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                      compressed_t *compressed);

#endif
