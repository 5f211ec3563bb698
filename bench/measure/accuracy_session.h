/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_ACCURACY_SESSION_H
#define BBS_MEASURE_ACCURACY_SESSION_H

#include "data/dataset.h"
#include "engine/engine.h"
#include "measure/accuracy.h"
#include "measure/calibration_samples.h"
#include "measure/logits.h"
#include "measure/predictions.h"
#include "measure/preprocessing.h"
#include "weights/checkpoint.h"
#include "weights/int8_network.h"

/* All that is open while the accuracy of one network is measured: weights, samples, engine, and room for the answers. */
struct accuracy_session {
    const accuracy_config_t *config;
    checkpoint_t checkpoint; /* the weights */
    int8_network_t network;  /* of these weights */
    const network_t *net;    /* of the checkpoint */
    const net_size_t *size;
    dataset_t dataset;
    preprocessing_t preprocessing;
    text_t profile_words;
    text_builder_t notes;
    net_ranges_t ranges; /* of a CNN with integer activations */
    engine_t *engine;
    calibration_samples_t calibration; /* opened only when a method calibrates activations */
    text_t calibration_identity;
    const char **methods; /* those of the configuration that can run, or the file's own */
    size_t method_count;
    int64_t *list; /* the samples of the evaluation, of which the configuration may run a part */
    int64_t listed;
    predictions_t *answers;                 /* one per method, over the same samples */
    sha256_t *digests;                      /* one per method: of its weights in the engine; "" before they were there */
    bool *answered;                         /* one per method: it has run in this session, with these weights */
    logits_t reference[OUTPUTS_REFERENCES]; /* of the references among the methods, while methods run */
    text_t weights;                         /* hash of the weights */
    text_t identity;                        /* hashes of weights and data, for the keys */
    text_t digest;                          /* of the files of the samples (accuracy_session_digest()) */
    text_t vocabulary;                      /* path of the vocabulary; the data set keeps a pointer to it */
};

/* Call accuracy_session_close() also when opening failed. */
outcome_t accuracy_session_open(const accuracy_config_t *config, accuracy_session_t *session);
void accuracy_session_close(accuracy_session_t *session);

/* Does the method of a spec quantise activations after calibration? The spec is one that method_parse() accepts. */
bool accuracy_session_calibrates(const char *spec);

/* The name of the list of samples: the configuration's label, or the data set's. */
const char *accuracy_session_data(const accuracy_session_t *session);

/* All that the answers under a method depend on, in one line: the key of predictions.h. Fields "name=value" with a space
 * between; a value may hold spaces. */
text_t accuracy_session_key(const accuracy_session_t *session, const char *method);

/* All that the weights under a method depend on: the key of variant_file.h. `stamp` says what computes, or is NULL. */
text_t accuracy_session_variant_key(const accuracy_session_t *session, const char *method, const char *stamp);

/* The key without a stamp of the part of `count` samples from `first` of the session's list. `digest` is that of its files.
 */
text_t accuracy_session_part_key(const accuracy_session_t *session, const char *method, const accuracy_part_t *part,
                                 const char *digest);

/* The hash of the files of `count` samples from `first` of the list, as a field of a key: " samples=...". "" where every
 * sample is in a file of the data set. A file that cannot be read is an error unless bad samples are skipped. */
outcome_t accuracy_session_digest(const accuracy_session_t *session, int64_t first, int64_t count, text_t *digest);

#endif
