/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/stats.h"

#include "base/text.h"
#include "compress/columns.h"
#include "compress/distortion.h"
#include "library/call.h"
#include "library/compressed.h"
#include "library/layer.h"

#include <string.h>

static outcome_t check_length(const char *what, int length)
{
    if (length >= 1 && length <= COLUMNS_GROUP_MOST)
        return outcome_ok();
    return outcome_usage(what, NULL, text_of("%d", length).chars, text_of("1 to %d weights", COLUMNS_GROUP_MOST).chars,
                         NULL);
}

bbs_code_t bbs_statistics(const bbs_weights_t *tensor, int vector, int group, int threads, bbs_statistics_t *statistics,
                          bbs_error_t *error)
{
    call_t call;
    layer_t opened = {0};
    stats_t counts;
    int crew;
    outcome_t result = call_begin(&call);
    if (!outcome_is_ok(&result) || outcome_bad(&result, call_threads(threads, &crew)) ||
        outcome_bad(&result, check_length("vector", vector)) || outcome_bad(&result, check_length("group", group)) ||
        outcome_bad(&result, layer_open(tensor, crew, &opened)) ||
        outcome_bad(&result, stats_count(&opened.layer, vector, group, crew, &counts)))
        goto out;
    *statistics = (bbs_statistics_t){.weights = counts.weights,
                                     .zeros = counts.zeros,
                                     .zero_bits_twos_complement = counts.zero_bits_twos_complement,
                                     .zero_bits_sign_magnitude = counts.zero_bits_sign_magnitude,
                                     .bbs_bits = counts.bbs_bits,
                                     .groups = counts.groups};
    memcpy(statistics->redundant, counts.redundant, sizeof statistics->redundant);

out:
    layer_close(&opened);
    return call_end(&call, &result, error);
}

static outcome_t check_shape(const bbs_weights_t *tensor, const bbs_compressed_t *compressed)
{
    if (tensor->rank == compressed->rank &&
        memcmp(tensor->shape, compressed->shape, (size_t)tensor->rank * sizeof *tensor->shape) == 0)
        return outcome_ok();
    return outcome_usage(layer_name(tensor), "shape", "another than that of the compressed tensor", compressed->name, NULL);
}

bbs_code_t bbs_distortion(const bbs_weights_t *tensor, const bbs_compressed_t *compressed, int threads,
                          bbs_distortion_t *distortion, bbs_error_t *error)
{
    call_t call;
    layer_t opened = {0};
    distortion_t sums;
    int crew;
    outcome_t result = call_begin(&call);
    if (!outcome_is_ok(&result) || outcome_bad(&result, call_threads(threads, &crew)) ||
        outcome_bad(&result, layer_open(tensor, crew, &opened)) || outcome_bad(&result, check_shape(tensor, compressed)) ||
        outcome_bad(&result, distortion_of(&opened.layer, &compressed->arrays, crew, &sums)))
        goto out;
    *distortion = (bbs_distortion_t){.mse = distortion_mse(&sums),
                                     .mean_error = distortion_mean(&sums),
                                     .output_error = sums.output_error,
                                     .sqnr_db = distortion_sqnr_db(&sums),
                                     .kl_divergence = sums.divergence};

out:
    layer_close(&opened);
    return call_end(&call, &result, error);
}
