/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_BLOCKS_INTERNAL_H
#define BBS_MEASURE_BLOCKS_INTERNAL_H

#include "base/progress.h"
#include "base/spill.h"
#include "engine/engine.h"
#include "measure/blocks.h"
#include "nets/slice.h"

/* What blocks.c (opening) and blocks_run.c share. */

/* One part on Darknet. */
typedef struct {
    net_slice_t slice;
    engine_t *engine;
} blocks_part_t;

struct blocks {
    const net_weights_t *weights;
    blocks_config_t config;
    int64_t blocks, block_layers, context, width, words;
    size_t block_floats; /* float tensors of a block */
    bool tied;
    blocks_part_t block, head;
    compress_layer_t *layers; /* that are compressed: the embedding, those of the table, the head */
    size_t count, first;      /* layers[first] is layer 0 of the table */
    spill_t q;                /* of all of them */
    float *scale;
    float *room;            /* of a part of a layer */
    spill_t head_floats;    /* of integer kernels with a float head; else nothing */
    int64_t begin, windows; /* of the run */
    int64_t room_windows;   /* for which there is room: */
    spill_t vectors;        /* [room_windows, context, width] */
    int64_t *rows;          /* of each window */
    int64_t *at;            /* the window of each worker */
    outcome_t *failed;      /* one a worker */
    int32_t *numbers;       /* [threads, context] */
    progress_t progress;
    int64_t done;
};

/* The tensors of both matrices, NAME.weight. */
const char *blocks_embedding(const blocks_t *model);
const char *blocks_head(const blocks_t *model);

/* Floats of one layer, in order. `values` has room for all of them. */
outcome_t blocks_widen(const blocks_t *model, const compress_layer_t *layer, float *values);

#endif
