/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_WEIGHTS_H
#define BBS_NETS_WEIGHTS_H

#include "base/spill.h"
#include "base/text.h"
#include "nets/net.h"
#include "nets/program.h"
#include "tensor/tensor.h"

/* The float weights of a network, read by the framework's names: one entry for each layer of the table.
 *
 * The same code reads the shipped compact networks and the full-size checkpoints. Missing names, wrong shapes, NaN and
 * infinity are refused by name; tensors that no layer asks for (num_batches_tracked) are ignored. */

typedef struct {
    float *weights;                        /* [k, c, kh, kw] */
    float *bias;                           /* [k], or NULL */
    float *gamma, *beta, *mean, *variance; /* BatchNorm after the layer, [k] each, or all NULL */
} net_parameters_t;

typedef struct {
    const network_t *network;
    const net_size_t *size;
    const char *profile; /* the profile whose mean and deviation the samples get: that of the size, unless changed */
    text_t path;         /* of the file that was read */
    net_table_t table;
    net_program_t program;    /* empty where Darknet has a cfg */
    net_parameters_t *layers; /* table.count */
    float **floats;           /* program.float_count tensors that stay float */
    spill_t storage;          /* holds the memory of all pointers above */
    tensor_set_t deferred;    /* of net_weights_defer(); else empty */
} net_weights_t;

/* The eps that torch.nn.BatchNorm2d adds to the variance (the default, which torchvision's networks use). */
extern const float net_batchnorm_epsilon;

/* `path` NULL: the shipped weights of the size, or the fetched checkpoint of the network (base/catalogue.h); FAULT_MISSING
 * with the command that fetches it when there is neither. The file is safetensors or was written by torch.save, with any
 * names that nets/names.h knows. */
outcome_t net_weights_load(const network_t *network, const net_size_t *size, const char *path, net_weights_t *weights);
/* The same from tensors in memory; `where` names them in errors. */
outcome_t net_weights_from(const network_t *network, const net_size_t *size, const char *where, const tensor_set_t *set,
                           net_weights_t *weights);
void net_weights_free(net_weights_t *weights);

/* The same for networks that may be larger than the memory: matrices, those of the table and floats of rank 2, stay where
 * they are in `set`, which `weights` takes over, and their pointers are NULL; net_weights_widen() gives their floats.
 * Biases and BatchNorm of layers are not taken: it is for networks that have none. */
outcome_t net_weights_defer(const network_t *network, const net_size_t *size, const char *where, tensor_set_t *set,
                            net_weights_t *weights);
/* Rows `first` to first + rows - 1 of such a matrix: NAME.weight of the table, or a float by its name. A NaN or an infinity
 * is refused by name. */
outcome_t net_weights_widen(const net_weights_t *weights, const char *name, int64_t first, int64_t rows, float *values);
/* It is not needed soon: the memory that it takes in a mapped file is given back. */
void net_weights_let_go(const net_weights_t *weights, const char *name);

/* What to do where a file of weights is not there: `given` is the path that a user named, or NULL. */
const char *net_weights_advice(const char *given);

/* The path of the shipped or fetched weights of a network; FAULT_MISSING as net_weights_load(). */
outcome_t net_weights_path(const network_t *network, const net_size_t *size, text_t *path);

/* Does the network ask for a tensor of this name? */
bool net_weights_asks(const net_weights_t *weights, const char *name);

/* Bias and BatchNorm of a layer, folded: the sum s of output channel k becomes s * multiplier + bias. */
void net_fold_norm(const net_layer_t *layer, const net_parameters_t *parameters, int64_t k, double *multiplier,
                   double *bias);

/* The float weights of this layer are not needed soon (base/spill.h). */
void net_weights_rest(const net_weights_t *weights, size_t layer);

#endif
