/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_ACCURACY_H
#define BBS_MEASURE_ACCURACY_H

#include "base/outcome.h"
#include "base/text.h"
#include "compress/compress.h"
#include "nets/net.h"

#include <stdbool.h>
#include <stdint.h>

/* Accuracy of a network under compression methods: everything from checkpoint to row.
 * Raw float weights are quantised to INT8, compressed, and run on Darknet over labelled samples: dequantised to floats, or
 * as integers with 8-bit activations. A method with activation bits also quantises the activations (activations.h). Each
 * row has a Wilson interval and the flips against INT8 on the same samples (McNemar's exact p). For data scored by F1
 * (MRPC) a row also has F1: over all samples, and as the paper's authors compute it. */

/* A part of the evaluation, for work that is spread over machines (bench/shards). The list of samples, and so what methods
 * calibrate on, is that of the whole evaluation. */
typedef struct {
    int64_t first, count; /* samples of the list, from 0; count 0: all of them */
    const char *stamp;    /* ends the keys of kept answers, after a space; NULL: nothing */
    bool keeps_logits;    /* kept logits of the references stay, for other parts of the same samples */
} accuracy_part_t;

/* Where answers come from that are not computed here: they are put together from parts. */
typedef struct accuracy_session accuracy_session_t; /* accuracy_session.h */
typedef struct predictions predictions_t;           /* predictions.h */
typedef struct {
    /* Fill the answers and outputs of method `index` of the session; samples and labels are there. `*counted` says whether
     * `*bits` is filled too; else the bits are counted here. */
    outcome_t (*take)(void *context, const accuracy_session_t *session, size_t index, predictions_t *answers,
                      compress_size_t *bits, bool *counted);
    void *context;
    const char *engine;  /* what computed them, as in the keys of kept answers */
    const char *kernels; /* the same in the rows; NULL: the kernels of the configuration */
} accuracy_source_t;

typedef struct {
    const network_t *network;
    const net_size_t *size;
    const char *weights;        /* file; NULL: the weights of the size */
    const char *data;           /* folder or file; NULL: the data set's default */
    const char *vocabulary;     /* of networks that read text: WordPiece vocabulary; NULL: that of the size */
    const char *profile;        /* preprocessing (data/profile.h); NULL: chosen (measure/preprocessing.h) */
    const char *dataset;        /* kind of the data; NULL: that of the size */
    const char *label;          /* name of the data in rows and files; NULL: that of its kind */
    int64_t tokens;             /* of the longest text of a recognised transformer; 0: as many as it has places */
    int64_t heads;              /* of a recognised transformer, where its shapes do not say; 0: as described, or assumed */
    bool ignore_extra;          /* leave out float tensors that the network does not ask for */
    bool usual_methods;         /* nobody asked for `methods`: a compressed file is run by its own method alone */
    const char *const *methods; /* specs (compress/spec.h); if "int8" is one of them, paired columns compare with it */
    size_t method_count;
    int64_t images;          /* at most; 0: all. Fewer than all: the fixed list of dataset_subset() */
    const char *kernels;     /* "fast" or "stock"; with integer activations "fast" or "plain" */
    bool integers;           /* activations of 8 bits (engine_open_integers()); no method may quantise them itself */
    const char *ranges;      /* ranges of activations, a file of bbsbench calibrate; NULL: the file beside the weights */
    const char *calibration; /* samples for methods that calibrate activations, folder or file; NULL: as in
                                calibration_samples.h */
    bool leave_out; /* methods that calibrate are left out where there are no samples to calibrate on; else an error */
    int threads;
    bool prune_first_layer;
    bool skip_bad;           /* samples that cannot be read are left out and counted; else the first one is an error */
    const char *samples;     /* folder for the list of samples (sample_list.h); NULL: none */
    const char *predictions; /* folder where answers are stored and reused; NULL: none */
    accuracy_part_t part;
    const char *cache;               /* folder of this machine for compressed weights (variant_file.h); NULL: none */
    const accuracy_source_t *source; /* NULL: answers are computed here, or kept */
} accuracy_config_t;

typedef struct {
    const char *net, *size, *data, *method, *profile, *kernels;
    int64_t samples, correct;
    int64_t available;              /* samples of the data set */
    double wilson_low, wilson_high; /* fractions */
    bool paired;                    /* the next four members are known */
    const char *reference;          /* the method that this row is compared with */
    int64_t right_to_wrong, wrong_to_right;
    double mcnemar_p;
    compress_size_t bits;
    int activation_bits;
    bool stand_in;
    double f1, f1_batch32; /* fractions: over all samples, and mean over batches of 32; NaN for data not scored by F1 */
    int64_t skipped;       /* samples left out because they could not be read */
    text_t first_skipped;  /* file or line of the first; "" */
    bool reused;           /* the answers came from disk */
    const char *notes;     /* what a reader should know, each note on a line; "" for none; valid in the sink */
    const char *profile_words, *profile_reason; /* what the preprocessing does, and why this one; valid in the sink */
    double seconds, cpu_seconds; /* spent on the samples in this call: wall time, and processor time of all processors */
} accuracy_row_t;

typedef void (*accuracy_sink_t)(void *context, const accuracy_row_t *row);

/* Check the specs of all methods, before the first sample is run. */
outcome_t accuracy_check_methods(const accuracy_config_t *config);

/* Evaluate all methods, and give each row to `sink` in the order of the methods. */
outcome_t accuracy_run(const accuracy_config_t *config, accuracy_sink_t sink, void *context);

#endif
