/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_ENGINE_H
#define BBS_ENGINE_ENGINE_H

#include "base/outcome.h"
#include "base/text.h"
#include "compress/activations.h"
#include "nets/ranges.h"
#include "nets/weights.h"

#include <stdbool.h>

/* A network in Darknet, ready to classify.
 *
 * Darknet parses the graph and runs its layers one by one. The kernel set chooses the function of each layer: `stock` keeps
 * Darknet's own, `fast` replaces them by oneDNN through l.forward. Weights can be changed at any time without parsing
 * again. Each worker has its own activations, the weights are shared, and one sample is computed by one thread: the same
 * bytes for any number of workers. */

typedef struct engine engine_t;

/* Parse the graph of the weights' network and size for `workers` threads. `kernels` is "fast", "winograd" (CNNs) or
 * "stock". `weights` belongs to the caller and must outlive the engine, which reads BatchNorm and biases from it. No layer
 * weights are set yet. */
outcome_t engine_open(const net_weights_t *weights, const char *kernels, int workers, engine_t **engine);
/* The same with activations of 8 bits and integer sums, by "fast" or "plain" kernels: the same logits, bit for bit, for
 * each kernel set, processor and number of workers. A CNN needs `ranges`; in a transformer each row has its own scale.
 * Weights are set as integers. */
outcome_t engine_open_integers(const net_weights_t *weights, const char *kernels, const net_ranges_t *ranges, int workers,
                               engine_t **engine);
void engine_close(engine_t *engine);

/* Set weights: `rows` output channels of table layer `index` from channel `first`, [rows, c, kh, kw]; read only during the
 * call. A large layer can be set in parts, so that it is not in memory twice: `first`, and `rows` of every part except the
 * last, are multiples of ENGINE_ROWS. BatchNorm follows as a per-channel multiplier and bias: `stock` applies it after the
 * sum, `fast` folds the multiplier into these weights (the same product in another order). Layers are set in the order of
 * the table. Not while another thread predicts. */
enum { ENGINE_ROWS = 64 };
outcome_t engine_set_rows(engine_t *engine, size_t index, int64_t first, int64_t rows, const float *weights);

/* The same for an engine with integer weights: weight = values * scale[row]. */
outcome_t engine_set_integers(engine_t *engine, size_t index, int64_t first, int64_t rows, const int16_t *values,
                              const float *scale);

bool engine_takes_integers(const engine_t *engine);

/* An observer is called with the input of table layer `index` in a prediction of `worker`: `count` floats in the engine's
 * own order. Only for CNNs with the fast float kernels; other engines are refused. */
typedef void (*engine_observer_t)(void *context, int worker, size_t index, const float *values, int64_t count);
outcome_t engine_observe(engine_t *engine, engine_observer_t observer, void *context);

/* What table layer `layer` reads or writes in one prediction, in the engine's own memory and valid during the call. The
 * value of (pixel, channel) is at pixel * pixel_step + channel * channel_step; pixels are line by line, or tokens. Inputs
 * are levels of 8 bits: a value is zero when its level is `zero`. An output is what the engine stores after the layer: with
 * BatchNorm, a sum and a ReLU where they follow at once; it is levels too, or floats. The other pointer is NULL. */
typedef struct {
    size_t layer;
    bool output;
    const uint8_t *levels;
    uint8_t zero;
    const float *floats;
    int64_t pixels, channels, pixel_step, channel_step;
} engine_view_t;

/* A watcher is called for the input and then for the output of each table layer in a prediction of `worker`: of a text of
 * more than 512 tokens once for each 512. Only for engines with integer activations. */
typedef void (*engine_watcher_t)(void *context, int worker, const engine_view_t *view);
outcome_t engine_watch(engine_t *engine, engine_watcher_t watcher, void *context);

/* A reader is called with the logits of tokens `row` to row + rows - 1 of the text in a prediction of `worker`: [rows,
 * classes] floats, valid during the call, in the order of the text. Only for language models; others are refused. Without a
 * reader a language model computes the logits of the last token only. NULL: no reader any more. */
typedef void (*engine_reader_t)(void *context, int worker, int64_t row, int64_t rows, const float *logits);
outcome_t engine_read(engine_t *engine, engine_reader_t reader, void *context);

/* A filter computes what a layer with weights reads in place of its input: it is called before the layer with its input
 * `from`, and fills `to`, which has the same layout and is another memory; so methods quantise activations, and calibration
 * looks at them. `index` is the table layer; of stacked ones (query, key, value), which share the input, the first. Layers
 * that read the network's input (pixels of 8 bits) are not filtered, nor are weights that stay float. NULL: no filter.
 * Only for float kernels, fast and stock; others are refused. Not while another thread predicts. */
typedef void (*engine_filter_t)(void *context, int worker, size_t index, const activation_shape_t *shape, const float *from,
                                float *to);
outcome_t engine_filter(engine_t *engine, engine_filter_t filter, void *context);

/* Kinds of work in a prediction. */
typedef enum {
    ENGINE_STEP_PRODUCT,     /* convolutions and linear layers, with what their kernel does at once: bias, sum, ReLU */
    ENGINE_STEP_ATTENTION,   /* queries by keys, and shares by values */
    ENGINE_STEP_SOFTMAX,     /* of attention; in integers mostly from sums to levels */
    ENGINE_STEP_GELU,        /* where it is a step of its own; in integers to levels */
    ENGINE_STEP_NORM,        /* LayerNorm, RMSNorm */
    ENGINE_STEP_QUANTISE,    /* floats to levels of 8 bits, in front of a product */
    ENGINE_STEP_RESCALE,     /* 32-bit sums to floats or levels, with bias, sum and ReLU */
    ENGINE_STEP_POOL,        /* largest or mean of a window */
    ENGINE_STEP_ADD,         /* sums of two branches that no product adds */
    ENGINE_STEP_GATHER,      /* copies in front of a product: patches, windows (im2col), pixels to bytes */
    ENGINE_STEP_EMBEDDING,   /* words, positions, class token */
    ENGINE_STEP_ELEMENTWISE, /* tanh, rotary positions, SwiGLU, and layers that do nothing */
    ENGINE_STEP_BETWEEN,     /* Darknet between two layers, the copy of the sample and of the logits, their reader */
    ENGINE_STEP_KINDS
} engine_step_kind_t;

typedef struct {
    int64_t samples;                   /* predictions since engine_profile() */
    double seconds[ENGINE_STEP_KINDS]; /* processor time of all of them */
    int64_t laps[ENGINE_STEP_KINDS];   /* how many pieces of work that was */
} engine_profile_t;

/* From now on measure the time of each kind of step; a second call begins again from zero. An engine that is not profiled
 * pays nothing. Not while another thread predicts. */
outcome_t engine_profile(engine_t *engine);
/* What all workers have measured: zeros without engine_profile(). */
engine_profile_t engine_profile_of(const engine_t *engine);

/* Logits of one sample: input [channels, height, width] as the profile makes it, logits[classes]. `worker` is below the
 * number given to engine_open(); workers may call at the same time, each with its own number. */
outcome_t engine_predict(engine_t *engine, int worker, const float *input, float *logits);

/* The same for `count` samples, inputs[count, channels, height, width] and logits[count, classes]: the same bytes as
 * engine_predict() of each. engine_batch() of them are computed at once, which costs less where weights are read once for
 * all of them (the linear layers of a CNN), and more memory: ENGINE_BATCH times inputs and outputs of these layers, 1.1 MB
 * a worker for VGG-16, beside the samples themselves (0.6 MB each). 0 samples: nothing is done. */
enum { ENGINE_BATCH = 8 };
outcome_t engine_predict_some(engine_t *engine, int worker, int64_t count, const float *inputs, float *logits);
/* ENGINE_BATCH, or 1 where batches gain nothing: other layers and kernels, and while somebody observes or filters. */
int64_t engine_batch(const engine_t *engine);

/* A part of a network that begins with vectors (nets/slice.h): vectors[rows, inputs] to result[rows, outputs of the last
 * step]. Where the last step computes logits, the reader gets them, and result is NULL. */
outcome_t engine_run(engine_t *engine, int worker, int64_t rows, const float *vectors, float *result);

/* Go on with a text of a language model: `count` tokens, numbers[count], after `past` ones. `past` is 0, which begins
 * another text, or as many as the worker knows of this one. Keys and values of earlier tokens are kept, so one more token
 * costs one pass over the weights. logits[classes] are those after the last token; a reader gets those of the new tokens,
 * row 0 the first. At most the context in all. The integer kernels give the same bytes as engine_predict() of the whole
 * text. */
outcome_t engine_continue(engine_t *engine, int worker, int64_t past, int64_t count, const float *numbers, float *logits);

/* "Darknet ..., oneDNN 2.6.3 (avx512_core_vnni)" */
text_t engine_versions(void);

#endif
