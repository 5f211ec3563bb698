/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/calibrate.h"

#include "base/text.h"
#include "cli/method_options.h"
#include "measure/calibration.h"

#include <inttypes.h>
#include <stdio.h>

static const option_t options_table[] = {
    {"net", "NAME", NULL, "a CNN; transformers scale each vector separately and need no ranges"},
    {"size", "compact|full", NULL, "width of the network (default compact; full for a network without a compact size)"},
    {"weights", "FILE", NULL, "checkpoint to use in place of the shipped or fetched one"},
    {"data", "PATH", NULL, "training samples (default: the training part of the data set, where Debian installs it)"},
    {"samples", "N", "1024", "number of training samples, from a fixed balanced list"},
    JOBS_OPTION,
    {"out", "FILE.csv", NULL, "write the ranges to this file (default: NAME.ranges.csv beside the weights)"},
    {NULL, NULL, NULL, NULL},
};

static const char details[] =
    "Finds the ranges to which `accuracy --activations int8` clips activations: once for a checkpoint, never in a run.\n"
    "The float network runs over the samples. For each layer, 100 ranges up to the largest value seen are tried, and the\n"
    "one with the least mean |x - Q(x)|^2.4 is taken: unsigned, one range per tensor, as the paper's authors do.\n"
    "The file has the same bytes for any number of threads.";

static outcome_t run(const options_t *options)
{
    calibration_config_t config = {.data = options_text(options, "data")};
    const network_t *network;
    const net_size_t *size;
    const char *name;
    net_weights_t weights = {0};
    net_ranges_t ranges = {0};
    outcome_t result;
    if (outcome_bad(&result, options_required(options, "net", &name)) || outcome_bad(&result, net_find(name, &network)) ||
        outcome_bad(&result, options_integer(options, "samples", 1, INT64_MAX, &config.samples)) ||
        outcome_bad(&result, method_options_jobs(options, &config.threads)))
        return result;
    size = net_default_size(network);
    if (options_given(options, "size") &&
        outcome_bad(&result, net_find_size(network, options_text(options, "size"), &size)))
        return result;
    if (size->cfg == NULL)
        return outcome_usage("calibrate", "--net", name, "a CNN",
                             "transformers scale each vector separately and need no ranges");
    if (outcome_bad(&result, net_weights_load(network, size, options_text(options, "weights"), &weights)) ||
        outcome_bad(&result, calibration_run(&weights, &config, &ranges)))
        goto out;
    const text_t beside = net_ranges_path(weights.path.chars);
    const char *out = options_given(options, "out") ? options_text(options, "out") : beside.chars;
    if (!outcome_bad(&result, net_ranges_save(&ranges, &weights.table, out)))
        printf("%s, size %s: ranges of %" PRId64 " samples in %s\n", network->name, size->name, ranges.samples, out);

out:
    net_ranges_free(&ranges);
    net_weights_free(&weights);
    return result;
}

const command_t command_calibrate = {
    .name = "calibrate",
    .summary = "find the ranges of a CNN's 8-bit activations",
    .operands = "",
    .options = options_table,
    .details = details,
    .run = run,
};
