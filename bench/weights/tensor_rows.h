/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_TENSOR_ROWS_H
#define BBS_WEIGHTS_TENSOR_ROWS_H

#include "compress/source.h"
#include "tensor/tensor.h"
#include "weights/int8_network.h"

/* The weights of a tensor file, read and quantised a few output channels at a time (compress_source_t). The set is of
 * tensor_set_map(): pages of the file go back to the system as soon as the next channels are read, so memory holds one part
 * of a layer. Floats are F32 where they lie in the file, and the others are widened. */
typedef struct {
    const tensor_set_t *set;
    const char *where;             /* names the file in errors */
    const int8_network_t *network; /* int8_tensors_list() of the set */
    bool keep_floats;              /* parts have their floats too */
    int threads;
    void *q, *scale, *floats; /* room for one part: INT8, float32, float32 */
    size_t q_size, scale_size, floats_size;
    const tensor_t *last; /* whose elements [first, first + count) were read last; NULL: none */
    int64_t first, count;
} tensor_rows_t;

/* A source that reads from `rows`, which is to be closed in any case. NaN and infinity are refused where they are read: the
 * error names tensor and element. */
compress_source_t tensor_rows_open(const tensor_set_t *set, const char *where, const int8_network_t *network,
                                   bool keep_floats, int threads, tensor_rows_t *rows);
void tensor_rows_close(tensor_rows_t *rows);

#endif
