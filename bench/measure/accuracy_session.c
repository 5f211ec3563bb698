/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/accuracy_session.h"

#include "base/file.h"
#include "base/home.h"
#include "base/sha256.h"
#include "compress/spec.h"
#include "measure/sample_list.h"

#include <stdlib.h>
#include <string.h>

/* ===  Opening  === */

/* The ranges of activations that belong to the weights. They are read here, never made. */
static outcome_t open_ranges(accuracy_session_t *session)
{
    const accuracy_config_t *config = session->config;
    const text_t beside = net_ranges_path(session->weights.path.chars);
    const char *path = config->ranges != NULL ? config->ranges : beside.chars;
    if (config->size->cfg == NULL) /* a transformer */
        return outcome_ok();
    if (!file_exists(path))
        return outcome_missing(path, NULL, "no such file", "the ranges of the activations",
                               text_of("run bbsbench calibrate --net %s", config->network->name).chars);
    return net_ranges_load(path, &session->weights.table, &session->ranges);
}

static outcome_t open_kernels(accuracy_session_t *session)
{
    const accuracy_config_t *config = session->config;
    outcome_t result;
    if (!config->integers)
        return engine_open(&session->weights, config->kernels, config->threads, &session->engine);
    if (outcome_bad(&result, open_ranges(session)))
        return result;
    return engine_open_integers(&session->weights, config->kernels, &session->ranges, config->threads, &session->engine);
}

static outcome_t identify(accuracy_session_t *session)
{
    sha256_t digest;
    outcome_t result;
    if (outcome_bad(&result, sha256_file(session->weights.path.chars, &digest)))
        return result;
    session->identity = text_of("weights=%.16s data=", digest.hex);
    for (int i = 0; i < session->dataset.file_count; i++) {
        if (outcome_bad(&result, sha256_file(session->dataset.files[i].chars, &digest)))
            return result;
        session->identity = text_of("%s%.16s", session->identity.chars, digest.hex);
    }
    if (session->ranges.most != NULL) {
        if (outcome_bad(&result, sha256_file(session->ranges.path.chars, &digest)))
            return result;
        session->identity = text_of("%s ranges=%.16s", session->identity.chars, digest.hex);
    }
    return result;
}

static outcome_t make_samples(accuracy_session_t *session)
{
    const accuracy_config_t *config = session->config;
    int64_t all = session->dataset.samples, count = config->images > 0 && config->images < all ? config->images : all;
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < config->method_count && outcome_is_ok(&result); i++) {
        if (outcome_bad(&result, predictions_create(count, &session->answers[i])) ||
            outcome_bad(&result, dataset_subset(&session->dataset, count, session->answers[i].sample)))
            break;
        for (int64_t s = 0; s < count; s++)
            session->answers[i].label[s] = session->dataset.labels[session->answers[i].sample[s]];
    }
    if (outcome_is_ok(&result) && config->samples != NULL)
        result = sample_list_write(config->samples, config->network->name, &session->dataset, &session->answers[0]);
    return result;
}

static outcome_t check_shapes(const accuracy_session_t *session)
{
    const net_size_t *size = session->config->size;
    const dataset_t *data = &session->dataset;
    if (data->channels == size->channels && data->height == size->height && data->width == size->width &&
        data->classes == size->classes)
        return outcome_ok();
    return outcome_failed(
        session->dataset.kind->name, NULL,
        text_of("%d classes of %d x %d x %d", (int)data->classes, (int)data->channels, (int)data->height, (int)data->width)
            .chars,
        text_of("%d of %d x %d x %d", (int)size->classes, (int)size->channels, (int)size->height, (int)size->width).chars,
        "give the data that this network was trained on");
}

static outcome_t open_dataset(accuracy_session_t *session)
{
    const accuracy_config_t *config = session->config;
    dataset_request_t request = {.path = config->data,
                                 .classes = config->size->classes,
                                 .vocabulary = config->vocabulary,
                                 .tokens = config->size->width,
                                 .skip_bad = config->skip_bad};
    outcome_t result;
    if (outcome_bad(&result, profile_find(config->size->profile, &request.profile)))
        return result;
    if (request.vocabulary == NULL && config->size->vocabulary != NULL) {
        if (outcome_bad(&result, home_path(config->size->vocabulary, &session->vocabulary)))
            return result;
        request.vocabulary = session->vocabulary.chars;
    }
    session->profile = request.profile;
    if (outcome_bad(&result, dataset_open(config->size->dataset, &request, &session->dataset)))
        return result;
    return check_shapes(session);
}

bool accuracy_session_calibrates(const char *spec)
{
    const method_t *method;
    method_config_t parsed;
    const outcome_t result = method_parse(spec, &method, &parsed);
    return outcome_is_ok(&result) && parsed.activation_bits > 0 && method->activations->calibrates;
}

/* Leave out the methods that calibrate activations; answers are alike for all methods, so the last ones are dropped. */
static void leave_out(accuracy_session_t *session)
{
    size_t kept = 0;
    for (size_t i = 0; i < session->method_count; i++)
        if (!accuracy_session_calibrates(session->methods[i]))
            session->methods[kept++] = session->methods[i];
    for (size_t i = kept; i < session->method_count; i++)
        predictions_free(&session->answers[i]);
    session->method_count = kept;
}

static outcome_t open_calibration(accuracy_session_t *session)
{
    const accuracy_config_t *config = session->config;
    const calibration_request_t request = {.size = config->size,
                                           .path = config->calibration,
                                           .vocabulary = session->dataset.request.vocabulary,
                                           .default_data = config->data == NULL,
                                           .evaluated = &session->dataset,
                                           .evaluated_list = session->answers[0].sample,
                                           .evaluated_count = session->answers[0].samples};
    bool wanted = false;
    outcome_t result;
    for (size_t i = 0; i < session->method_count; i++)
        wanted |= accuracy_session_calibrates(session->methods[i]);
    if (!wanted)
        return outcome_ok();
    if (outcome_bad(&result, calibration_samples_open(&request, &session->calibration)))
        return result;
    if (session->calibration.count == 0 && !config->leave_out)
        return outcome_missing(session->dataset.kind->name, "calibration of the activations", "every sample is evaluated",
                               "samples that are not evaluated",
                               "give some with --calibration, or evaluate fewer: --images");
    if (session->calibration.count == 0)
        leave_out(session);
    return calibration_samples_identity(&session->calibration, &session->calibration_identity);
}

outcome_t accuracy_session_open(const accuracy_config_t *config, accuracy_session_t *session)
{
    *session = (accuracy_session_t){.config = config};
    session->method_count = config->method_count;
    session->answers = calloc(config->method_count, sizeof *session->answers);
    session->methods = calloc(config->method_count, sizeof *session->methods);
    if (session->answers == NULL || session->methods == NULL)
        return outcome_out_of_memory("accuracy");
    memcpy(session->methods, config->methods, config->method_count * sizeof *session->methods);
    outcome_t result;
    if ((config->predictions != NULL && outcome_bad(&result, file_make_folder(config->predictions))) ||
        outcome_bad(&result, net_weights_load(config->network, config->size, config->weights, &session->weights)) ||
        outcome_bad(&result,
                    int8_network_from(&session->weights, config->prune_first_layer, config->threads, &session->network)) ||
        outcome_bad(&result, open_dataset(session)) || outcome_bad(&result, open_kernels(session)) ||
        outcome_bad(&result, identify(session)))
        return result;
    return outcome_bad(&result, make_samples(session)) ? result : open_calibration(session);
}

void accuracy_session_close(accuracy_session_t *session)
{
    engine_close(session->engine);
    net_ranges_free(&session->ranges);
    for (size_t i = 0; i < session->config->method_count && session->answers != NULL; i++)
        predictions_free(&session->answers[i]);
    free(session->answers);
    free(session->methods);
    calibration_samples_close(&session->calibration);
    dataset_close(&session->dataset);
    int8_network_free(&session->network);
    net_weights_free(&session->weights);
}

/* ===  What answers depend on  === */

/* Integer answers do not depend on the library or the processor. */
text_t accuracy_session_key(const accuracy_session_t *session, const char *method)
{
    const accuracy_config_t *config = session->config;
    const text_t engine = config->integers ? text_of("integers") : text_of("%s", engine_versions().chars);
    const text_t calibration =
        accuracy_session_calibrates(method) ? text_of(" %s", session->calibration_identity.chars) : text_of("%s", "");
    return text_of("%s method=%s first=%s images=%lld of=%lld kernels=%s engine=%s%s%s", session->identity.chars, method,
                   config->prune_first_layer ? "prune" : "keep", (long long)session->answers[0].samples,
                   (long long)session->dataset.samples, config->kernels, engine.chars,
                   config->skip_bad ? " bad=skipped" : "", calibration.chars);
}
