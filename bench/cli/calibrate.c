/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/calibrate.h"

#include "base/text.h"
#include "cli/method_options.h"
#include "cli/output.h"
#include "measure/calibration.h"
#include "measure/preprocessing.h"

#include <inttypes.h>
#include <stdio.h>

static const option_t options_table[] = {
    {"net", "NAME|auto", option_required,
     "a CNN; auto: the one that the tensors of --weights are; transformers scale each vector separately and need no ranges"},
    {"size", "compact|full", NULL, "width of the network (default compact; full for a network without a compact size)"},
    {"weights", "FILE", NULL, "checkpoint to use in place of the shipped or fetched one, as for accuracy"},
    {"dataset", "NAME", NULL, "kind of the data, where it is not the network's own"},
    {"profile", "NAME", NULL, "preprocessing of the samples, as for accuracy"},
    {"ignore-extra", NULL, NULL, "leave out float tensors of the checkpoint that the network does not ask for"},
    {"data", "PATH", NULL, "training samples (default: the training part of the data set)"},
    {"samples", "N", "1024", "number of training samples, from a fixed balanced list"},
    JOBS_OPTION,
    {"out", "FILE|-", NULL, "write the ranges to this file (default: NAME.ranges.csv beside the weights)"},
    OUTPUT_FORMAT_OPTION,
    {NULL, NULL, NULL, NULL},
};

static const char details[] =
    "Finds the ranges to which `accuracy --activations int8` clips activations: once for a checkpoint, never in a run.\n"
    "The float network runs over the samples. For each layer, 100 ranges up to the largest value seen are tried, and the\n"
    "one with the least mean |x - Q(x)|^2.4 is taken: unsigned, one range per tensor, as the paper's authors do. The range of\n"
    "a tensor with negative values (MobileNetV2) is that of magnitudes, of signed levels.\n"
    "The file has the same bytes for any number of threads.";

/* NULL for both: the network that the tensors are. */
static outcome_t find_network(const options_t *options, const char *name, const network_t **network,
                              const net_size_t **size)
{
    outcome_t result = outcome_ok();
    *network = NULL;
    *size = NULL;
    if (text_equal(name, net_auto) || outcome_bad(&result, net_find(name, network)))
        return result;
    *size = net_default_size(*network);
    if (options_given(options, "size"))
        result = net_find_size(*network, options_text(options, "size"), size);
    return result;
}

static outcome_t run(const options_t *options)
{
    calibration_config_t config = {.data = options_text(options, "data"), .dataset = options_text(options, "dataset")};
    preprocessing_t preprocessing;
    const network_t *network;
    const net_size_t *size;
    const char *name = options_text(options, "net");
    checkpoint_t checkpoint = {.stored = {.count = 0}};
    net_ranges_t ranges = {0};
    outcome_t result;
    if (outcome_bad(&result, find_network(options, name, &network, &size)) ||
        outcome_bad(&result, options_integer(options, "samples", 1, INT64_MAX, &config.samples)) ||
        outcome_bad(&result, method_options_jobs(options, &config.threads)))
        return result;
    const checkpoint_request_t request = {.network = network,
                                          .size = size,
                                          .path = options_text(options, "weights"),
                                          .ignore_extra = options_flag(options, "ignore-extra"),
                                          .threads = config.threads};
    if (outcome_bad(&result, checkpoint_open(&request, &checkpoint)) ||
        outcome_bad(&result, preprocessing_choose(&checkpoint, options_text(options, "profile"), NULL, &preprocessing)))
        goto out;
    const net_weights_t *weights = &checkpoint.weights;
    if (weights->program.count > 0) {
        result = outcome_usage("calibrate", "--net", name, "a CNN",
                               "transformers scale each vector separately and need no ranges");
        goto out;
    }
    config.profile = preprocessing.profile;
    if (outcome_bad(&result, calibration_run(weights, &config, &ranges)))
        goto out;
    const text_t beside = net_ranges_path(weights->path.chars);
    output_t output;
    if (outcome_bad(&result, output_open_at(options, beside.chars, &output)))
        goto out;
    output.own = false;
    result = output_close(&output, "ranges", NULL, net_ranges_save(&ranges, &weights->table, output.rows));
    if (outcome_is_ok(&result))
        printf("%s, size %s: ranges of %" PRId64 " samples%s%s\n", weights->network->name, weights->size->name,
               ranges.samples, output.path != NULL ? " in " : "", output.path != NULL ? output.path : "");

out:
    net_ranges_free(&ranges);
    checkpoint_free(&checkpoint);
    return result;
}

const command_t command_calibrate = {
    .name = "calibrate",
    .summary = "find the ranges of a CNN's 8-bit activations",
    .operands = "",
    .options = options_table,
    .details = details,
    .examples = "# the ranges of a shipped CNN, in a file\n"
                "bbsbench calibrate --net resnet34 --samples 64 --out ranges.csv\n"
                "# of your own checkpoint; the file is written beside it\n"
                "bbsbench calibrate --net auto --weights my.safetensors --data train.idx",
    .stopped = "nothing is kept; give the same command again",
    .run = run,
};
