/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_NET_H
#define BBS_NETS_NET_H

#include "base/registry.h"
#include "base/text.h"
#include "tensor/tensor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The networks. Each is one table of layers, used by the engine, the compression methods and the accelerator models.
 *
 * A network is a name ("resnet34"); its width is a size: "full" is the network of the paper, "compact" the stand-in
 * that this project trains and ships. Results of different size are never joined. A layer is one weight tensor that an
 * accelerator would run; it has the name of the framework, so a checkpoint is imported by name. */

typedef enum { NET_CONV, NET_LINEAR } net_kind_t;

enum { NET_NAME_SIZE = 64 };

enum { NET_IMAGE_CHANNELS = 4 /* of a picture: grey, RGB, RGB and one more */ };

/* In place of the index of a layer: NET_OUTSIDE, the operand is not the output of a layer of this table (but the network's
 * input, a pooled map, the products of attention); NET_NONE, there is no such operand. */
enum { NET_OUTSIDE = -1, NET_NONE = -2 };

/* One weight tensor, [k, c, kh, kw] (conv) or [k, c] (linear, kh = kw = 1), and where it is applied. With groups, as in
 * PyTorch, output channel i reads only the c input channels of group i / (k / groups): a depthwise convolution has c = 1.
 */
typedef struct {
    char name[NET_NAME_SIZE]; /* the tensor is NAME.weight, a bias NAME.bias */
    char norm[NET_NAME_SIZE]; /* prefix of the BatchNorm that follows, "" for none */
    net_kind_t kind;
    int64_t k, c, kh, kw;
    int64_t groups; /* conv: the input has c * groups channels, k is a multiple; 0 is 1 */
    int64_t stride, pad;
    int64_t in_h, in_w;   /* conv: input plane; linear: 1 x 1 */
    int64_t out_h, out_w; /* conv: output plane; linear: 1 x 1 */
    int64_t tokens;       /* linear: vectors per sample; conv: 1; a batch of samples multiplies both */
    int64_t input;        /* index of the layer whose output this one reads, or NET_OUTSIDE */
    int64_t residual;     /* index of the layer whose output is added to this one's, NET_OUTSIDE or NET_NONE */
    bool bias;
    int64_t clip;     /* the output, after BatchNorm and ReLU, is at most this (ReLU6: 6); 0: no limit */
    bool reads_image; /* set by net_layers(): stays at 8 bits unless --first-layer prune */
} net_layer_t;

typedef struct {
    net_layer_t *items;
    size_t count;
} net_table_t;

typedef struct {
    const char *name;                /* "full" | "compact" */
    const char *cfg;                 /* Darknet cfg of the graph, relative to the project, or NULL when built in C */
    const char *weights;             /* default weights file, relative to the project; NULL when the user must give one */
    const char *dataset;             /* default data set (data/dataset.h) */
    const char *profile;             /* preprocessing profile bound to the weights (data/profile.h) */
    const char *vocabulary;          /* text: default WordPiece vocabulary, relative to the project, or NULL */
    int64_t channels, height, width; /* of one input */
    int64_t classes;
    bool stand_in;     /* this project's compact network in place of the paper's */
    const void *shape; /* read by the family's layers(): widths, blocks, ... */
} net_size_t;

struct net_program; /* nets/program.h */
struct net_made;    /* nets/recognise.h */
struct net_pass;    /* nets/attention.h */
struct net_run;

/* A rule that turns a checkpoint's name into the layer table's: `from`, at the front or end of the name, becomes `to`. */
typedef struct {
    enum { NET_AT_FRONT, NET_AT_END } where;
    const char *from; /* NULL ends a table */
    const char *to;
} net_rename_t;

/* The attention of a transformer, for the accelerator models (attention.h). In each block, each head multiplies the queries
 * of all tokens with their keys, and the scores with their values. */
typedef struct {
    int64_t blocks, heads;
    int64_t width;      /* of the query, key and value that a token has in a head */
    int64_t tokens;     /* of a sequence */
    bool text;          /* the length of a sequence is free; false: it follows from the picture */
    int64_t first;      /* index of the layer that takes the result of block 0 ... */
    int64_t step;       /* ... and the distance to that of the next block */
    const char *prefix; /* the products of block 0 are PREFIX.0.PART.scores and PREFIX.0.PART.context */
    const char *part;
} net_attention_t;

typedef struct {
    const char *name;               /* "resnet34" */
    const char *title;              /* "ResNet-34" */
    const char *family;             /* "resnet", "vgg", "vit", "bert" */
    const char *summary;            /* what it is made of, one line; NULL for a network of the user's */
    const char *source;             /* the publication, and the implementation whose names and shapes it has; or NULL */
    const net_size_t *const *sizes; /* NULL-terminated */
    const net_rename_t *renames;    /* or NULL */
    /* Required: the layers of a size. */
    outcome_t (*layers)(const net_size_t *size, net_table_t *table);
    /* Required where a size has no cfg, else NULL: its steps. */
    outcome_t (*program)(const net_size_t *size, struct net_program *program);
    /* NULL: the network has no attention. */
    void (*attention)(const net_size_t *size, net_attention_t *attention);
    /* Language models, else NULL: what the accelerator models run (nets/attention.h). `layers` is the table of `size`, or
     * of one of its blocks, which then stands for all of them. */
    outcome_t (*pass)(const net_size_t *size, const net_table_t *layers, const struct net_pass *pass, struct net_run *run);
    /* CNNs: the Darknet cfg of a size that has no file (nets/cfg.h). */
    void (*graph)(const net_size_t *size, text_builder_t *cfg);
    const char *head;  /* the layer whose rows are the classes */
    size_t shape_size; /* bytes of net_size_t.shape */
    /* Take other sizes than the classes from a checkpoint: true when something changed. NULL: there is nothing. */
    bool (*refit)(const tensor_set_t *set, struct net_made *made);
} network_t;

/* Families that are recognised by their tensors (nets/recognise.h), NULL-terminated. One line in registry.c adds one. */
typedef struct net_family net_family_t;
extern const net_family_t *const net_families[];

/* The seven networks of the paper ("all" means these), and others that can be given by name; NULL-terminated. One line in
 * registry.c adds one. */
extern const network_t *const net_registry[], *const net_others[];

/* Language models of which only shapes are known here (llama_shapes.h): for the accelerator models; NULL-terminated. One
 * line in registry.c adds one. */
extern const network_t *const net_language[];

/* For lists of names; "all" is net_registry. With the language models: net_simulated. */
extern const registry_t net_names, net_simulated;

/* By name; an unknown one is FAULT_USAGE and lists the known names. */
outcome_t net_find(const char *name, const network_t **network);
outcome_t net_find_size(const network_t *network, const char *name, const net_size_t **size);
/* The size when none is named: compact, or the only one. */
const net_size_t *net_default_size(const network_t *network);

/* The layers in the order of the framework's modules (a block: conv1, conv2, downsample). The first convolution with at
 * most NET_IMAGE_CHANNELS input channels reads the image; a network of tokens has no such layer. Free with
 * net_table_free(). */
outcome_t net_layers(const network_t *network, const net_size_t *size, net_table_t *table);
void net_table_free(net_table_t *table);

int64_t net_layer_weights(const net_layer_t *layer); /* k * c * kh * kw */
int64_t net_layer_macs(const net_layer_t *layer);    /* multiply-accumulates per sample */
int64_t net_layer_groups(const net_layer_t *layer);  /* at least 1 */
int64_t net_layer_inputs(const net_layer_t *layer);  /* channels, or features, of the input: c * groups */

/* For the families: append one layer; its output plane follows from the arguments. Its input is NET_OUTSIDE and its
 * residual NET_NONE until net_wire() changes them. */
outcome_t net_add_conv(net_table_t *table, const char *name, const char *norm, int64_t k, int64_t c, int64_t kernel,
                       int64_t stride, int64_t pad, int64_t in_h, int64_t in_w);
outcome_t net_add_linear(net_table_t *table, const char *name, int64_t k, int64_t c, int64_t tokens, bool bias);

/* Does the layer keep 8 bits whatever the method? The one that reads the image does, unless `prune_first`; so does a
 * depthwise convolution (one input channel a group, a kernel of several positions): groups of weights that are compressed
 * together lie along the input channels, of which it has one, and the authors' accuracy flow leaves it out too. */
bool net_layer_stays_whole(const net_layer_t *layer, bool prune_first);

/* Set the groups and the clip of the layer that was appended last. */
void net_set_groups(net_table_t *table, int64_t groups);
void net_set_clip(net_table_t *table, int64_t clip);

/* Set the operands of the layer that was appended last. An output that feeds a pooling or attention has no consumer. */
void net_wire(net_table_t *table, int64_t input, int64_t residual);

#endif
