/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_RECOGNISE_H
#define BBS_NETS_RECOGNISE_H

#include "base/text.h"
#include "nets/net.h"
#include "nets/program.h"
#include "tensor/tensor.h"

#include <stddef.h>

/* Networks of people's own: what the names and shapes of a checkpoint's tensors say about its network (`--net auto`), and a
 * known network with another number of classes or words. */

enum { NET_SHAPE_ROOM = 256 /* bytes of a family's shape */ };

extern const char net_auto[]; /* "auto", in place of the name of a network */

/* A network that is not in the registry. It points into itself: it must not be moved. */
typedef struct net_made {
    network_t network;
    net_size_t size; /* "own" */
    const net_size_t *sizes[2];
    char name[NET_NAME_SIZE], title[NET_NAME_SIZE + 64];
    union {
        max_align_t align;
        unsigned char bytes[NET_SHAPE_ROOM];
    } shape;        /* what size.shape points to */
    text_t assumed; /* what shapes do not say, in words; "" for nothing */
} net_made_t;

/* What a description of a language model says that its tensors say too: the numbers of config.json under their names. */
typedef enum {
    NET_HIDDEN_SIZE,
    NET_INTERMEDIATE_SIZE,
    NET_HIDDEN_LAYERS,
    NET_KEY_VALUE_HEADS,
    NET_VOCAB_SIZE,
    NET_HEAD_DIM,
    NET_DECLARED
} net_declared_t;
extern const char *const net_declared_names[NET_DECLARED]; /* "hidden_size", ... */

/* What shapes do not say, from a description beside the weights; 0: not known. */
typedef struct {
    int64_t declared[NET_DECLARED];
    int64_t places; /* the longest text that a language model was made for */
    int64_t heads;
    double epsilon;      /* of LayerNorm, RMSNorm */
    net_rotary_t rotary; /* of language models; theta 0: not known */
    int64_t tokens;      /* of the longest text, at most the places of the network */
    int64_t side;        /* of the square pictures, in pixels, where the layers would fit others too */
    int64_t pool;        /* the max-pool after a stem of 3 x 3 (resnet.c): its kernel, 1 for none, 2 or 3 */
} net_hints_t;

/* A family that can be recognised; one line in registry.c adds one. */
struct net_family {
    const char *name;
    const net_rename_t *renames; /* or NULL */
    /* `*found` is false, and the outcome ok, when the tensors are not of this family. FAULT_FAILED: they are, but the
     * network has something that this version cannot compute. Fills made->network, size and shape, by net_make(). */
    outcome_t (*recognise)(const char *where, const tensor_set_t *set, const net_hints_t *hints, net_made_t *made,
                           bool *found);
};

/* Find the family, rename the tensors to the names of its layer table, and make the network. FAULT_FAILED when no family
 * knows the tensors. `where` names the file. */
outcome_t net_recognise(const char *where, tensor_set_t *set, const net_hints_t *hints, net_made_t *made);

/* A named network whose checkpoint has another number of classes, or of words: `*refitted` says whether `made` is it. The
 * tensors have the names of the layer table. */
outcome_t net_refit(const network_t *network, const net_size_t *size, const tensor_set_t *set, net_made_t *made,
                    bool *refitted);

/* ===  For the families  === */

/* NAME.weight of this rank, or NULL. */
const tensor_t *net_weight(const tensor_set_t *set, const char *name, int rank);
/* The number of NAME.0, NAME.1, ... that have a tensor NAME.i.PART.weight. */
int64_t net_count_blocks(const tensor_set_t *set, const char *name, const char *part);
/* Start with a copy of the family's network and of `size`, with `shape` of shape_size bytes, at most NET_SHAPE_ROOM. */
void net_make(net_made_t *made, const network_t *network, const net_size_t *size, const void *shape, size_t shape_size,
              text_t name);

#endif
