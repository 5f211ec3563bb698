/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_VARIANT_H
#define BBS_MEASURE_VARIANT_H

#include "base/sha256.h"
#include "engine/engine.h"
#include "weights/int8_network.h"
#include "weights/stored.h"

/* Compress a network by one method, give each layer to the engine, and count the bits. Weights and engine meet only here.
 *
 * `spec` is a spec of compress/spec.h. `network` holds its float weights (int8_network_from()). `engine` was opened on the
 * same weights; NULL: only count the bits. `digest` receives the digest of the weights that the engine was given
 * (variant_digest.h), so that methods which leave the same weights are known; NULL: not wanted. It is "" without an engine.
 */
outcome_t variant_apply(const int8_network_t *network, const char *spec, int threads, engine_t *engine,
                        compress_size_t *bits, sha256_t *digest);

/* For other drivers: give one layer to the engine as its table layer `index`. `room` has place for variant_part() floats of
 * the layer. */
outcome_t variant_give(engine_t *engine, size_t index, const compress_layer_t *layer, const compressed_t *compressed,
                       float *room);
int64_t variant_part(const compress_layer_t *layer);

/* The same with compressed weights that are kept in `folder` under `key`, all that they depend on (variant_file.h): found
 * there, they are not computed, else they are left there. A folder that cannot be written is told in a note. NULL: not
 * kept.
 */
outcome_t variant_apply_kept(const char *folder, const char *key, const int8_network_t *network, const char *spec,
                             int threads, engine_t *engine, compress_size_t *bits, sha256_t *digest);

/* The same for a compressed file: its integers go to the engine as they are. `network` was made of the same checkpoint. */
outcome_t variant_apply_stored(const stored_t *stored, const int8_network_t *network, int threads, engine_t *engine,
                               compress_size_t *bits, sha256_t *digest);

/* One layer at a time: for each layer in turn the engine, which holds INT8 in all layers (variant_apply(), "int8"), gets
 * the layer as the method compresses it in the whole network; `visit` is called with its size; then the layer is INT8
 * again. Sensitive channels are those of the whole network. After a failure the engine holds what it was given last. */
typedef outcome_t (*variant_visitor_t)(void *context, size_t index, const compress_size_t *size);
outcome_t variant_each(const int8_network_t *network, const char *spec, int threads, engine_t *engine,
                       variant_visitor_t visit, void *context);

#endif
