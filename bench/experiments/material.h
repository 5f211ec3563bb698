/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_MATERIAL_H
#define BBS_EXPERIMENTS_MATERIAL_H

#include "base/text.h"
#include "nets/net.h"

#include <stdbool.h>
#include <stddef.h>

/* The material of a full or real run: networks, each with the files that were found or fetched for it (run/full.h,
 * run/real.h). A mode without material uses the networks that the project ships. */

enum { MATERIAL_NETS = 24, MATERIAL_METHODS = 64, MATERIAL_TEXTS = 4 };

typedef struct {
    const network_t *network; /* with size NULL: one of the same family */
    const net_size_t *size;   /* NULL: the network is recognised by its tensors */
    text_t weights, data;
    text_t vocabulary;  /* "" where the network reads no text */
    text_t calibration; /* samples for methods that calibrate activations, or "" */
    /* Of the real tier, else NULL, 0 or false; texts of a table that outlives the material. */
    const char *label;     /* name of the data in rows */
    const char *dataset;   /* kind of the data; NULL: that of the size */
    const char *profile;   /* NULL: chosen */
    const char *ranges;    /* file of activation ranges, relative to the project; NULL: the one beside the weights */
    int64_t heads, tokens; /* of a recognised transformer; 0: as for `accuracy` */
    bool brief;            /* only the references and the paper's two settings */
} material_net_t;

/* A language model and a text to predict (experiment perplexity). */
typedef struct {
    text_t weights, tokenizer, text;
} material_text_t;

typedef struct {
    material_net_t nets[MATERIAL_NETS];
    size_t count;
    material_text_t texts[MATERIAL_TEXTS];
    size_t text_count;
    const char *methods[MATERIAL_METHODS]; /* in place of the mode's methods; count 0: the mode's */
    size_t method_count;
    const char *kernels; /* of CNNs with float activations; NULL: "fast" */
    bool skip_bad;       /* leave out samples that cannot be read, and count them */
    text_t left_out;     /* networks of the mode that are not run: "net: reason; net: reason" */
} material_t;

#endif
