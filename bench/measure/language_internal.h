/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_LANGUAGE_INTERNAL_H
#define BBS_MEASURE_LANGUAGE_INTERNAL_H

#include "base/progress.h"
#include "base/spill.h"
#include "engine/engine.h"
#include "measure/language.h"
#include "nets/slice.h"

/* What language.c (opening) and language_run.c share. */

/* One part on Darknet. */
typedef struct {
    net_slice_t slice;
    engine_t *engine;
} language_part_t;

struct language {
    const net_weights_t *weights;
    language_config_t config;
    int64_t blocks, block_layers, context, width, words;
    size_t block_floats; /* float tensors of a block */
    bool tied;
    language_part_t block, head;
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
const char *language_embedding(const language_t *language);
const char *language_head(const language_t *language);

/* Floats of one layer, in order. `values` has room for all of them. */
outcome_t language_widen(const language_t *language, const compress_layer_t *layer, float *values);

#endif
