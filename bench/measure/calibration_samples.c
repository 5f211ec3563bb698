/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/calibration_samples.h"

#include "base/sha256.h"

#include <stdlib.h>

static outcome_t open_own(const calibration_request_t *request, calibration_samples_t *samples)
{
    const net_size_t *size = request->size;
    dataset_request_t wanted = {.path = request->path,
                                .profile = request->evaluated->request.profile,
                                .classes = size->classes,
                                .vocabulary = request->vocabulary,
                                .training = request->path == NULL,
                                .tokens = size->width};
    outcome_t result;
    if (outcome_bad(&result, dataset_open(request->evaluated->kind->name, &wanted, &samples->own)))
        return result;
    samples->has_own = true;
    samples->dataset = &samples->own;
    samples->count = samples->own.samples < CALIBRATION_SAMPLES ? samples->own.samples : CALIBRATION_SAMPLES;
    samples->list = malloc((size_t)samples->count * sizeof *samples->list);
    return samples->list != NULL ? dataset_subset(&samples->own, samples->count, samples->list)
                                 : outcome_out_of_memory("calibration");
}

/* A longer list of dataset_subset() contains every shorter one: the difference is not evaluated. */
static outcome_t take_rest(const calibration_request_t *request, calibration_samples_t *samples)
{
    const dataset_t *evaluated = request->evaluated;
    const int64_t longer = request->evaluated_count + CALIBRATION_SAMPLES;
    if (longer > evaluated->samples)
        return outcome_ok();
    outcome_t result;
    int64_t at = 0;
    samples->dataset = evaluated;
    samples->list = malloc((size_t)longer * sizeof *samples->list);
    if (samples->list == NULL)
        return outcome_out_of_memory("calibration");
    if (outcome_bad(&result, dataset_subset(evaluated, longer, samples->list)))
        return result;
    for (int64_t i = 0; i < longer; i++) {
        while (at < request->evaluated_count && request->evaluated_list[at] < samples->list[i])
            at++;
        if (at == request->evaluated_count || request->evaluated_list[at] != samples->list[i])
            samples->list[samples->count++] = samples->list[i];
    }
    return result;
}

outcome_t calibration_samples_open(const calibration_request_t *request, calibration_samples_t *samples)
{
    *samples = (calibration_samples_t){0};
    if (request->path != NULL || (request->default_data && request->evaluated->kind->has_training))
        return open_own(request, samples);
    return take_rest(request, samples);
}

void calibration_samples_close(calibration_samples_t *samples)
{
    if (samples->has_own)
        dataset_close(&samples->own);
    free(samples->list);
    *samples = (calibration_samples_t){0};
}

outcome_t calibration_samples_identity(const calibration_samples_t *samples, text_t *identity)
{
    outcome_t result = outcome_ok();
    *identity = text_of("calibration=%d:%s", (int)samples->count, samples->has_own ? "" : "rest");
    for (int i = 0; i < samples->own.file_count && samples->has_own && outcome_is_ok(&result); i++) {
        sha256_t digest;
        if (!outcome_bad(&result, sha256_file(samples->own.files[i].chars, &digest)))
            *identity = text_of("%s%.16s", identity->chars, digest.hex);
    }
    return result;
}
