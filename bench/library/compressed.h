/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_LIBRARY_COMPRESSED_H
#define BBS_LIBRARY_COMPRESSED_H

#include "compress/layer.h"
#include "library/bbs.h"
#include "tensor/tensor.h"

/* A compressed tensor as the library keeps it. It owns everything. */
struct bbs_compressed {
    char *name;
    int rank;
    int64_t shape[BBS_RANK_MOST];
    compress_layer_t layer; /* name and sizes; no weights */
    compressed_t arrays;
    tensor_set_t notes; /* no tensors: the notes of the file that bbs_pack() writes (compress/notes.h) */
};

/* A tensor of that name and shape without arrays and notes, or an error. Free it with bbs_compressed_free(). */
outcome_t compressed_new(const char *name, int rank, const int64_t *shape, bbs_compressed_t **compressed);

#endif
