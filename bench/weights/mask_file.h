/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_MASK_FILE_H
#define BBS_WEIGHTS_MASK_FILE_H

#include "nets/net.h"
#include "tensor/tensor.h"

/* Which inputs of each layer were not zero, for a few samples: a safetensors file with one U8 tensor a layer, under the
 * layer's name, [samples, bytes]. A sample is a bit for each input, [pixels, c] (linear: [tokens, c]), the lowest bit of a
 * byte first, the last byte filled with zeros. Notes say the network (`net`), its size (`size`) and the data (`data`). */

int64_t mask_pixels(const net_layer_t *layer); /* that a layer reads: of its input plane, or tokens */
int64_t mask_bytes(const net_layer_t *layer);  /* of one sample */

/* An empty set for `samples` samples, all bits 0. Free with tensor_set_free(). */
outcome_t mask_file_create(const network_t *network, const char *size, const net_table_t *table, int64_t samples,
                           const char *data, tensor_set_t *masks);

/* Read and check one: FAULT_FAILED when it is of another network or size, or lacks a layer. Its tensors are in the order of
 * the table. */
outcome_t mask_file_read(const char *path, const network_t *network, const char *size, const net_table_t *table,
                         tensor_set_t *masks);

#endif
