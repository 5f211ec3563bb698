/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/accuracy_session.h"

#include "base/file.h"
#include "base/home.h"
#include "base/sha256.h"
#include "compress/spec.h"
#include "tensor/checkpoint.h"
#include "measure/sample_list.h"

#include <stdlib.h>
#include <string.h>

static const char float_method[] = "fp32"; /* the method that computes with the floats of a file */

/* ===  Opening  === */

/* The ranges of activations that belong to the weights. They are read here, never made. */
static outcome_t open_ranges(accuracy_session_t *session)
{
    const accuracy_config_t *config = session->config;
    const net_weights_t *weights = &session->checkpoint.weights;
    const text_t beside = net_ranges_path(weights->path.chars);
    const char *path = config->ranges != NULL ? config->ranges : beside.chars;
    if (weights->program.count > 0) /* a transformer */
        return outcome_ok();
    if (!file_exists(path))
        return file_absent(path, path, NULL, "the ranges of the activations",
                           text_of("run bbsbench calibrate --net %s", session->net->name).chars);
    return net_ranges_load(path, &weights->table, &session->ranges);
}

/* Integer kernels find the pixels again from mean and deviation, which must be those of a known profile. */
static outcome_t tell_profile(accuracy_session_t *session)
{
    const profile_t *profile = session->preprocessing.profile;
    const profile_t *known = profile->text != NULL ? profile : profile_of_colours(profile);
    if (known == NULL)
        return outcome_failed("--activations int8", "preprocessing", profile->name,
                              "the mean and deviation of a known profile", "choose one with --profile");
    session->checkpoint.weights.profile = known->name;
    return outcome_ok();
}

static outcome_t open_kernels(accuracy_session_t *session)
{
    const accuracy_config_t *config = session->config;
    outcome_t result = outcome_ok();
    if (!config->integers && config->source != NULL) /* nothing is computed */
        return result;
    if (!config->integers)
        return engine_open(&session->checkpoint.weights, config->kernels, config->threads, &session->engine);
    if (outcome_bad(&result, tell_profile(session)) || outcome_bad(&result, open_ranges(session)) || config->source != NULL)
        return result;
    return engine_open_integers(&session->checkpoint.weights, config->kernels, &session->ranges, config->threads,
                                &session->engine);
}

/* The files of the samples as one chain of hashes. */
outcome_t accuracy_session_digest(const accuracy_session_t *session, int64_t first, int64_t count, text_t *digest)
{
    const dataset_t *data = &session->dataset;
    sha256_t pair[2] = {{{0}}}, chain = {{0}};
    *digest = text_of("%s", "");
    if (data->digest == NULL)
        return outcome_ok();
    for (int64_t i = first; i < first + count; i++) {
        pair[0] = chain;
        outcome_t read = data->digest(data, session->list[i], &pair[1]);
        if (!outcome_is_ok(&read) && !session->config->skip_bad)
            return read;
        sha256_bytes(pair, sizeof pair, &chain);
    }
    *digest = text_of(" samples=%.16s", chain.hex);
    return outcome_ok();
}

/* The samples that are run here: the part of the list that the configuration names. */
static accuracy_part_t part_of(const accuracy_session_t *session)
{
    accuracy_part_t part = session->config->part;
    if (part.count == 0)
        part.count = session->listed;
    return part;
}

static outcome_t identify(accuracy_session_t *session)
{
    sha256_t digest;
    outcome_t result;
    if (outcome_bad(&result, checkpoint_digest(session->checkpoint.weights.path.chars, &session->weights)))
        return result;
    session->identity = text_of("weights=%s data=", session->weights.chars);
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
    const accuracy_part_t part = part_of(session);
    return session->config->predictions != NULL ? accuracy_session_digest(session, part.first, part.count, &session->digest)
                                                : result; /* it is needed only where answers are kept */
}

/* The fixed list of samples. A part of it that is not in the list belongs to another evaluation. */
static outcome_t make_list(accuracy_session_t *session)
{
    const accuracy_config_t *config = session->config;
    const accuracy_part_t *part = &config->part;
    const int64_t all = session->dataset.samples;
    session->listed = config->images > 0 && config->images < all ? config->images : all;
    session->list = calloc((size_t)session->listed + 1, sizeof *session->list);
    if (session->list == NULL)
        return outcome_out_of_memory("samples");
    if (part->first < 0 || part->count < 0 || part->first > session->listed - part->count)
        return outcome_failed(session->dataset.request.path, "samples",
                              text_of("%lld, of which %lld from %lld on are a part", (long long)session->listed,
                                      (long long)part->count, (long long)part->first)
                                  .chars,
                              "a part of them", "make the plan again");
    return dataset_subset(&session->dataset, session->listed, session->list);
}

static outcome_t make_samples(accuracy_session_t *session)
{
    const accuracy_config_t *config = session->config;
    outcome_t result = make_list(session);
    const accuracy_part_t part = part_of(session);
    for (size_t i = 0; i < session->method_count && outcome_is_ok(&result); i++) {
        predictions_t *answers = &session->answers[i];
        if (outcome_bad(&result, predictions_create(part.count, answers)))
            break;
        for (int64_t s = 0; s < part.count; s++) {
            answers->sample[s] = session->list[part.first + s];
            answers->label[s] = session->dataset.labels[answers->sample[s]];
        }
    }
    const text_t name =
        config->label != NULL ? text_of("%s.%s", session->net->name, config->label) : text_of("%s", session->net->name);
    if (outcome_is_ok(&result) && config->samples != NULL)
        result = sample_list_write(config->samples, name.chars, &session->dataset, &session->answers[0]);
    return result;
}

static outcome_t check_shapes(const accuracy_session_t *session)
{
    const net_size_t *size = session->size;
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

/* Rows of the embedding of a network that reads words; 0 for others. */
static int64_t count_words(const net_weights_t *weights)
{
    for (size_t i = 0; i < weights->program.count; i++)
        if (weights->program.steps[i].kind == NET_STEP_EMBEDDING)
            return weights->program.floats[weights->program.steps[i].first_float].shape[0];
    return 0;
}

static outcome_t open_dataset(accuracy_session_t *session)
{
    const accuracy_config_t *config = session->config;
    dataset_request_t request = {.path = config->data,
                                 .classes = session->size->classes,
                                 .vocabulary = config->vocabulary,
                                 .tokens = session->size->width,
                                 .words = count_words(&session->checkpoint.weights),
                                 .skip_bad = config->skip_bad};
    outcome_t result;
    if (outcome_bad(&result, preprocessing_choose(&session->checkpoint, config->profile, config->vocabulary,
                                                  &session->preprocessing)))
        return result;
    if (request.vocabulary == NULL && session->size->vocabulary != NULL) {
        if (outcome_bad(&result, home_path(session->size->vocabulary, &session->vocabulary)))
            return result;
        request.vocabulary = session->vocabulary.chars;
    }
    request.profile = session->preprocessing.profile;
    session->profile_words = profile_words(request.profile);
    if (outcome_bad(&result, dataset_open(config->dataset != NULL ? config->dataset : session->size->dataset, &request,
                                          &session->dataset)))
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
    const calibration_request_t request = {.size = session->size,
                                           .path = config->calibration,
                                           .vocabulary = session->dataset.request.vocabulary,
                                           .default_data = config->data == NULL,
                                           .evaluated = &session->dataset,
                                           .evaluated_list = session->list,
                                           .evaluated_count = session->listed};
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
                               "give some with --calibration, or evaluate fewer: --samples");
    if (session->calibration.count == 0)
        leave_out(session);
    return calibration_samples_identity(&session->calibration, &session->calibration_identity);
}

/* A compressed file is run as it is, by its own method or by fp32, which computes with its values as floats. */
static outcome_t choose_methods(accuracy_session_t *session)
{
    const accuracy_config_t *config = session->config;
    const stored_t *stored = &session->checkpoint.stored;
    const bool own = stored->compressed && config->usual_methods;
    session->method_count = own ? 1 : config->method_count;
    session->methods = calloc(session->method_count, sizeof *session->methods);
    if (session->methods == NULL)
        return outcome_out_of_memory("accuracy");
    for (size_t i = 0; i < session->method_count; i++)
        session->methods[i] = own ? stored->method.chars : config->methods[i];
    if (!stored->compressed)
        return outcome_ok();
    for (size_t i = 0; i < session->method_count; i++)
        if (!text_equal(session->methods[i], stored->method.chars) && !text_equal(session->methods[i], float_method))
            return outcome_failed(session->checkpoint.weights.path.chars, text_of("method %s", session->methods[i]).chars,
                                  text_of("a file that %s has compressed already", stored->method.chars).chars,
                                  text_of("--method %s or %s", stored->method.chars, float_method).chars,
                                  "give the file from before compression");
    return outcome_ok();
}

static outcome_t open_weights(accuracy_session_t *session)
{
    const accuracy_config_t *config = session->config;
    const checkpoint_request_t request = {.network = config->network,
                                          .size = config->size,
                                          .path = config->weights,
                                          .heads = config->heads,
                                          .tokens = config->tokens,
                                          .ignore_extra = config->ignore_extra,
                                          .threads = config->threads};
    checkpoint_t *checkpoint = &session->checkpoint;
    outcome_t result = checkpoint_open(&request, checkpoint);
    if (!outcome_is_ok(&result))
        return result;
    session->net = checkpoint->weights.network;
    session->size = checkpoint->weights.size;
    if (outcome_bad(&result, choose_methods(session)) ||
        outcome_bad(&result,
                    int8_network_from(&checkpoint->weights, config->prune_first_layer, config->threads, &session->network)))
        return result;
    if (!checkpoint->stored.compressed)
        stored_into(&checkpoint->stored, &session->network);
    return result;
}

static void collect_notes(accuracy_session_t *session)
{
    const char *const parts[] = {session->checkpoint.notes.chars, session->dataset.notes.chars};
    for (int i = 0; i < 2; i++)
        if (parts[i] != NULL)
            text_append(&session->notes, "%s", parts[i]);
}

outcome_t accuracy_session_open(const accuracy_config_t *config, accuracy_session_t *session)
{
    *session = (accuracy_session_t){.config = config};
    outcome_t result;
    if ((config->predictions != NULL && outcome_bad(&result, file_make_folder(config->predictions))) ||
        outcome_bad(&result, open_weights(session)))
        return result;
    session->answers = calloc(session->method_count, sizeof *session->answers);
    session->digests = calloc(session->method_count, sizeof *session->digests);
    session->answered = calloc(session->method_count, sizeof *session->answered);
    if (session->answers == NULL || session->digests == NULL || session->answered == NULL)
        return outcome_out_of_memory("accuracy");
    if (outcome_bad(&result, open_dataset(session)) || outcome_bad(&result, open_kernels(session)) ||
        outcome_bad(&result, make_samples(session)) || outcome_bad(&result, identify(session)) ||
        outcome_bad(&result, open_calibration(session)))
        return result;
    collect_notes(session);
    return result;
}

void accuracy_session_close(accuracy_session_t *session)
{
    engine_close(session->engine);
    net_ranges_free(&session->ranges);
    for (size_t i = 0; session->answers != NULL && i < session->method_count; i++)
        predictions_free(&session->answers[i]);
    free(session->answers);
    free(session->digests);
    free(session->answered);
    free(session->list);
    free(session->methods);
    for (int i = 0; i < OUTPUTS_REFERENCES; i++)
        logits_free(&session->reference[i]);
    calibration_samples_close(&session->calibration);
    dataset_close(&session->dataset);
    int8_network_free(&session->network);
    checkpoint_free(&session->checkpoint);
    free(session->notes.chars);
}

/* ===  What answers depend on  === */

/* The references that outputs are measured against: " against=int8,fp32". */
static text_t references_of(const accuracy_session_t *session)
{
    text_t text = text_of("%s", "");
    for (int i = 0; i < OUTPUTS_REFERENCES; i++)
        for (size_t method = 0; method < session->method_count; method++)
            if (text_equal(session->methods[method], outputs_references[i])) {
                text = text_of("%s%s%s", text.chars, text.chars[0] != '\0' ? "," : " against=", outputs_references[i]);
                break;
            }
    return text;
}

/* Integer answers do not depend on the library or the processor. */
const char *accuracy_session_data(const accuracy_session_t *session)
{
    return session->config->label != NULL ? session->config->label : session->dataset.kind->name;
}

/* What computed the answers; integer answers do not depend on it. */
static text_t engine_of(const accuracy_session_t *session)
{
    const accuracy_config_t *config = session->config;
    if (config->source != NULL)
        return text_of("%s", config->source->engine);
    return config->integers ? text_of("integers") : text_of("%s", engine_versions().chars);
}

text_t accuracy_session_variant_key(const accuracy_session_t *session, const char *method, const char *stamp)
{
    return text_of("net=%s size=%s weights=%s method=%s first=%s %s", session->net->name, session->size->name,
                   session->weights.chars, method, session->config->prune_first_layer ? "prune" : "keep",
                   stamp != NULL ? stamp : "");
}

text_t accuracy_session_part_key(const accuracy_session_t *session, const char *method, const accuracy_part_t *part,
                                 const char *digest)
{
    const accuracy_config_t *config = session->config;
    const text_t engine = engine_of(session);
    const text_t calibration =
        accuracy_session_calibrates(method) ? text_of(" %s", session->calibration_identity.chars) : text_of("%s", "");
    const text_t range =
        part->count > 0 ? text_of(" range=%lld+%lld", (long long)part->first, (long long)part->count) : text_of("%s", "");
    return text_of("%s%s profile=%s method=%s first=%s images=%lld of=%lld kernels=%s engine=%s%s%s%s%s",
                   session->identity.chars, digest, session->preprocessing.profile->name, method,
                   config->prune_first_layer ? "prune" : "keep", (long long)session->listed,
                   (long long)session->dataset.samples, config->kernels, engine.chars,
                   config->skip_bad ? " bad=skipped" : "", calibration.chars, references_of(session).chars, range.chars);
}

text_t accuracy_session_key(const accuracy_session_t *session, const char *method)
{
    const accuracy_part_t *part = &session->config->part;
    const text_t key = accuracy_session_part_key(session, method, part, session->digest.chars);
    return part->stamp != NULL ? text_of("%s %s", key.chars, part->stamp) : key;
}
