/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_SLICE_H
#define BBS_NETS_SLICE_H

#include "nets/weights.h"

/* A part of a network that is a program: some steps in a row, as a network of its own that begins with vectors. So a large
 * network runs one block after the other, and only one block is held in the engine's memory. */

/* Must not be moved. The whole network must outlive it. */
typedef struct {
    net_weights_t weights; /* table, program and pointers to floats of the part */
    net_size_t size;       /* its classes are the outputs of the last step */
    const net_weights_t *whole;
    size_t first_float; /* of the whole network's floats: the first of the part */
} net_slice_t;

/* Steps `first` to `end` - 1, first > 0; steps that add something add what the part itself has or begins with. The layers
 * are those of the table from `layer` on, `layers` of them. Free with net_slice_free(), also on failure. */
outcome_t net_slice_open(const net_weights_t *whole, size_t first, size_t end, int64_t layer, int64_t layers,
                         net_slice_t *slice);
/* The floats of an equal part that begins `floats` tensors further on: the next block. The engine reads them at once. */
void net_slice_move(net_slice_t *slice, size_t floats);
/* In a slice of a norm and the logits: the matrix of the logits is a layer of this name, to which the engine gets weights;
 * or `floats` [outputs, inputs], where they are not NULL, which the caller keeps. */
outcome_t net_slice_set_head(net_slice_t *slice, const char *name, float *floats);
void net_slice_free(net_slice_t *slice);

#endif
