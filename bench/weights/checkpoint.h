/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_CHECKPOINT_H
#define BBS_WEIGHTS_CHECKPOINT_H

#include "base/text.h"
#include "nets/recognise.h"
#include "nets/weights.h"
#include "weights/stored.h"

/* A checkpoint as people have it, for one network: float weights, or the INT8, compressed or packed weights that
 * `bbsbench quantize`, `compress`, `pack` and `unpack` write. */

typedef struct {
    const network_t *network; /* NULL: the network is recognised by the tensors (nets/recognise.h); needs a path */
    const net_size_t *size;   /* of that network */
    const char *path;         /* as tensor_set_load() takes it, or a .bbs file; NULL: the shipped or fetched weights */
    int64_t heads;            /* of a recognised transformer's attention; 0: as described beside the weights, or assumed */
    int64_t tokens;           /* of the longest text of a recognised transformer; 0: as many as it has places */
    bool ignore_extra;        /* float tensors that the network does not ask for are left out, and counted in the notes */
    bool deferred;            /* matrices stay in the file until they are needed (net_weights_defer()) */
    int threads;              /* for unpacking */
} checkpoint_request_t;

/* Must not be moved once it is open. */
typedef struct {
    net_weights_t weights; /* of an INT8 or compressed file: the floats that its integers mean */
    net_made_t made;       /* the network, where it is not the request's: recognised, or with other classes */
    stored_t stored;       /* the integers themselves; stored.method is "" for float weights */
    char *description;     /* the file's own description of its preprocessing, as JSON; NULL when there is none */
    text_t described_in;   /* where that was found */
    text_builder_t notes;  /* what a reader of the results should know, each note on a line of its own */
} checkpoint_t;

/* Refused, by name: tensors that are missing, and float tensors that nothing asks for, because the file is then another
 * network's; a short list of tensors that training leaves behind is exempt (checkpoint.c). Free with checkpoint_free(),
 * also on failure. */
outcome_t checkpoint_open(const checkpoint_request_t *request, checkpoint_t *checkpoint);
void checkpoint_free(checkpoint_t *checkpoint);

/* The INT8 network of a checkpoint: the integers of the file, or its floats quantised. `network` owns what it points to. */
outcome_t checkpoint_int8(const checkpoint_request_t *request, bool prune_first, int8_network_t *network);

/* NAME in the folder of the weights at `path`, which may be that folder itself. Nothing need be there. */
text_t checkpoint_beside(const char *path, const char *name);

#endif
