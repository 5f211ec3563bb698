/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_BLOCKS_H
#define BBS_MEASURE_BLOCKS_H

#include "compress/layer.h"
#include "nets/weights.h"

#include <stdbool.h>
#include <stdint.h>

/* A language model on windows of a text, under one compression method after the other, one block after the other: a model
 * of which the memory holds one block in float32, and the vectors of all windows, is enough (blocks.c). */

/* What is done with a matrix outside the blocks. */
typedef enum {
    BLOCKS_FLOAT, /* it stays as it is: the paper's flow */
    BLOCKS_INT8,  /* INT8 per row, whatever the method (fp32 leaves it) */
    BLOCKS_METHOD /* the method compresses it too */
} blocks_matrix_t;
extern const char *const blocks_matrix_names[]; /* "fp32", "int8", "method", NULL */

typedef struct {
    const char *kernels;             /* "fast" or "stock"; with integer activations "fast" or "plain" */
    bool integers;                   /* activations of 8 bits (engine_open_integers()) */
    blocks_matrix_t embedding, head; /* equal where the head is the embedding */
    int threads;
    /* The tokens of a window, numbers[context]; returns how many there are, at least 1. */
    int64_t (*fill)(void *context, int64_t window, int32_t *numbers);
    /* Logits [rows, words] of tokens `row` to row + rows - 1 of a window, in order; valid during the call. Windows are
     * given from several threads. */
    void (*read)(void *context, int64_t window, int64_t row, int64_t rows, const float *logits);
    void *context;
} blocks_config_t;

typedef struct blocks blocks_t;

/* FAULT_FAILED where the weights are no language model's. */
outcome_t blocks_check(const net_weights_t *weights);

/* `weights` are of net_weights_defer(), and outlive the model. FAULT_USAGE
 * where the head is the embedding and both shall be different. */
outcome_t blocks_open(const net_weights_t *weights, const blocks_config_t *config, blocks_t **opened);
/* Windows `first` to first + windows - 1 under one method (compress/spec.h). `bits` counts what is compressed: the blocks,
 * and embedding and head where the configuration says so. `title` is of the progress bar. */
outcome_t blocks_run(blocks_t *language, const char *spec, const char *title, int64_t first, int64_t windows,
                     compress_size_t *bits);
void blocks_close(blocks_t *language);

#endif
