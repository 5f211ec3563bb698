/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_PREPARATION_H
#define BBS_COMPRESS_PREPARATION_H

#include "compress/select.h"

/* What is decided over a whole network before its first layer is compressed: its sensitive channels, and the columns of
 * each layer of a method that plans. The weights are read for it only where something is to be chosen. */
typedef struct {
    selection_t selection;
    int *columns; /* of each layer; NULL: those of the configuration */
} preparation_t;

/* FAULT_USAGE: the configuration is not the method's. To be freed in any case. */
outcome_t preparation_open(const method_t *method, const method_config_t *config, const compress_source_t *source,
                           int threads, preparation_t *preparation);
void preparation_free(preparation_t *preparation);

/* The sensitive channels of a layer (NULL: none), and its configuration. */
const bool *preparation_mask(const preparation_t *preparation, size_t layer);
method_config_t preparation_config(const preparation_t *preparation, const method_config_t *config, size_t layer);

/* Compress a layer, or some of its channels: a whole layer is kept, unless method_t.everywhere. A method that begins with
 * floats refuses a layer without. */
outcome_t preparation_compress(const method_t *method, const method_config_t *config, const compress_layer_t *layer,
                               const bool *mask, int threads, compressed_t *compressed);

#endif
