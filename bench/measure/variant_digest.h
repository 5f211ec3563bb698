/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_VARIANT_DIGEST_H
#define BBS_MEASURE_VARIANT_DIGEST_H

#include "base/sha256.h"
#include "compress/layer.h"

/* Make `digest` that of itself and of the weights that a compressed layer computes with: its integers and scales, or its
 * floats. Begin with {{0}}, and add layers in order: then equal digests are equal weights (SHA-256). Equal floats that come
 * from other integers and scales have another digest. The same for any number of threads. */
outcome_t variant_digest_add(const compress_layer_t *layer, const compressed_t *compressed, int threads, sha256_t *digest);

#endif
