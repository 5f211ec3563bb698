/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_PROGRAM_H
#define BBS_NETS_PROGRAM_H

#include "base/outcome.h"
#include "nets/net.h"

/* The computation of a transformer, step by step. Darknet's cfg language cannot express it, so the network's family lists
 * the steps, and the engine makes one Darknet layer of each. A step reads the result of the previous step, [tokens, inputs]
 * floats, and returns [tokens, outputs]. Weights that are compressed are layers of the table; all others stay float, as in
 * the paper's flow, and are listed by name. */

typedef enum {
    NET_STEP_PATCHES,     /* image -> one vector per patch, by the convolution of the table; no class token yet */
    NET_STEP_CLASS_TOKEN, /* put the class token in front, add the positions; floats: class token, positions */
    NET_STEP_EMBEDDING,   /* token and segment numbers -> vectors; floats: words, positions, segments */
    NET_STEP_LAYER_NORM,  /* floats: gamma, beta */
    NET_STEP_LINEAR,      /* x W^T + b of the table, or of floats: weight, bias */
    NET_STEP_ATTENTION,   /* [query, key, value] -> softmax(Q K^T / sqrt(head)) V, head by head. Keys and values may have
                             fewer heads than queries: inputs = outputs + 2 x the width of the keys; each then serves
                             several query heads in a row (grouped-query attention, Ainslie et al. 2023) */
    NET_STEP_GELU,        /* x Phi(x), by erf */
    NET_STEP_TANH,
    NET_STEP_ADD,      /* plus the result of step `other` */
    NET_STEP_WORDS,    /* token numbers -> vectors; floats: words */
    NET_STEP_RMS_NORM, /* x / sqrt(mean of x^2 + epsilon) gamma (Zhang and Sennrich 2019); floats: gamma */
    NET_STEP_ROTATE,   /* turn queries and keys by their positions (RoPE, Su et al. 2021), in place */
    NET_STEP_SWIGLU,   /* [gate, up] -> gate / (1 + exp(-gate)) up (Shazeer 2020) */
    NET_STEP_LOGITS,   /* x W^T without bias, the last step of a language model, of the table, or of floats: W, which may be
                          the words */
    NET_STEP_VECTORS,  /* the vectors that a part of a network begins with (slice.h) */
    NET_STEP_KINDS
} net_step_kind_t;

/* Rotary positions: pair i of a head with `width` features turns by position / theta^(2 i / width). With a factor the slow
 * pairs turn more slowly, as Llama 3.1 and later do: pairs that turn less than `low` times over the `original` context are
 * slowed by the factor, those that turn more than `high` times are kept, between them both are mixed linearly. */
typedef struct {
    double theta;
    bool
        interleaved; /* a pair is features 2 i and 2 i + 1 (Llama's own files); else i and i + width / 2 (Hugging Face's) */
    double factor;   /* 0: no scaling */
    double low, high, original;
} net_rotary_t;

typedef struct {
    net_step_kind_t kind;
    int64_t inputs, outputs;    /* features per token */
    int64_t layer;              /* PATCHES, LINEAR, LOGITS: layer of the table, or NET_NONE when its weights are floats */
    int64_t parts;              /* LINEAR: number of layers of the table, stacked (query, key, value); else 1 */
    int64_t first_float;        /* index of the first float tensor of this step */
    int64_t other;              /* ADD */
    int64_t heads;              /* ATTENTION, ROTATE: of the queries */
    bool causal;                /* ATTENTION: a token sees itself and those before it */
    int64_t head;               /* ROTATE: features of a head */
    const net_rotary_t *rotary; /* ROTATE; part of the size's shape */
    double epsilon;             /* LAYER_NORM, RMS_NORM */
    bool first_token;           /* reads only the first token, as does every later step */
} net_step_t;

/* One tensor that stays float. */
typedef struct {
    char name[NET_NAME_SIZE];
    int rank;
    int64_t shape[3];
} net_float_t;

typedef struct net_program {
    net_step_t *steps;
    size_t count;
    net_float_t *floats;
    size_t float_count;
    int64_t tokens; /* at most, class token included */
} net_program_t;

/* The program of a network without a cfg; empty where the size has a cfg. Free with net_program_free(). */
outcome_t net_program(const network_t *network, const net_size_t *size, net_program_t *program);
void net_program_free(net_program_t *program);

int64_t net_float_count(const net_float_t *tensor);

/* first_only[program->count]: of the result of this step later steps read only the row of the first token, so the others
 * need not be computed. In a classifier these are the steps behind the last attention. Attention itself is not marked: it
 * reads all rows. */
void net_program_first_only(const net_program_t *program, bool *first_only);

/* For the families: append one step; inputs, outputs and first_token of 0 are taken from the step before. */
outcome_t net_add_step(net_program_t *program, const net_step_t *step);
/* Append one float tensor for the next step. */
outcome_t net_add_float(net_program_t *program, const char *name, int rank, const int64_t *shape);
/* Append NAME.weight of this shape and NAME.bias of its first dimension. */
outcome_t net_add_floats(net_program_t *program, const char *name, int rank, const int64_t *shape);

#endif
