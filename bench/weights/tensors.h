/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_TENSORS_H
#define BBS_WEIGHTS_TENSORS_H

#include "base/text.h"
#include "compress/compress.h"
#include "nets/net.h"

/* The INT8 tensors of a network with their scales, and where they come from: a checkpoint, or a draw after the portraits
 * of models/profiles. */

typedef struct {
    compress_layer_t *layers; /* in the order of net_layers(), floats unknown; the first one whole unless pruned */
    size_t count;
    int8_t *q;
    float *scale;
    bool synthetic;
    text_t source; /* "resnet34.safetensors", "synthetic:resnet50v2_imagenet_partial+..." */
} tensors_t;

/* From a checkpoint: `path`, or NULL for the size's own weights (FAULT_MISSING where it has none). `table` is that of the
 * network and size, and must outlive the tensors. */
outcome_t tensors_load(const network_t *network, const net_size_t *size, const net_table_t *table, const char *path,
                       bool prune_first, int threads, tensors_t *tensors);

/* Drawn: each layer after a portrait (match.h). The networks of a family share their portraits. The seed is made of network
 * and size, so that each has its own weights, always the same. */
outcome_t tensors_synthetic(const network_t *network, const net_size_t *size, const net_table_t *table, bool prune_first,
                            int threads, tensors_t *tensors);

void tensors_free(tensors_t *tensors);

/* The portrait files of a family, relative to the project, NULL-terminated. A family that is not known is one of a user's
 * network: convolutions as in the CNNs, matrices as in ViT. */
const char *const *tensors_profiles(const char *family);

#endif
