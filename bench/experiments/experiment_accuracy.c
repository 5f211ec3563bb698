/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiment `accuracy`: every network that has weights at the mode's size, under the paper's two settings and the two
 * references beside them. Answers are kept in FOLDER/predictions, so a run that was killed takes them up again. */
#include "experiments/experiments.h"

#include "base/text.h"
#include "experiments/accuracy_section.h"
#include "experiments/measured.h"

/* The two references and the paper's two settings; then all methods, with the channels that Algorithm 2 leaves at 8 bits
 * and with every channel compressed (beta=0), which is how they compare at equal bits on narrow networks. bbs-cons:beta=0
 * is ra:columns=2:beta=0, bbs-mod:beta=0 is zps:columns=4:beta=0, and a bitflip is a bitwave. */
static const char *const methods[] = {
    "fp32",
    "int8",
    "bbs-cons",
    "bbs-mod",
    "ra:columns=2",
    "ra:columns=4",
    "ra:columns=6",
    "ra:columns=2:beta=0",
    "ra:columns=4:beta=0",
    "ra:columns=6:beta=0",
    "zps:columns=2",
    "zps:columns=4",
    "zps:columns=6",
    "zps:columns=2:beta=0",
    "zps:columns=4:beta=0",
    "zps:columns=6:beta=0",
    "bitwave-cons",
    "bitwave-mod",
    "bitflip:columns=2",
    "bitflip:columns=3",
    "bitflip:columns=4",
    "bitflip:columns=6",
    "bitflip:columns=2:beta=0",
    "bitflip:columns=4:beta=0",
    "bitflip:columns=6:beta=0",
    "ptq-cons",
    "ptq-mod",
    "ptq:bits=6",
    "ptq:bits=4",
    "mx",
    "ant",
    "noisyquant",
};
/* The paper's settings of its rivals beside its own: what Tables I to III and Fig. 11 are made of. */
static const char *const rivals[] = {"fp32",     "int8",    "bbs-cons", "bbs-mod", "bitwave-cons", "bitwave-mod",
                                     "ptq-cons", "ptq-mod", "ant",      "mx",      "noisyquant"};

static const struct {
    const char *const *specs;
    size_t count;
} method_sets[] = {[MODE_SETTINGS] = {methods, 4},
                   [MODE_RIVALS] = {rivals, sizeof rivals / sizeof *rivals},
                   [MODE_EVERYTHING] = {methods, sizeof methods / sizeof *methods}};
static const char kernels[] = "fast";

size_t experiment_accuracy_methods(const run_mode_t *mode)
{
    return method_sets[mode->methods].count;
}

static outcome_t run(const experiment_context_t *context)
{
    const run_mode_t *mode = context->mode;
    const text_t predictions = text_of("%s/predictions", context->folder);
    accuracy_config_t config = {.methods = method_sets[mode->methods].specs,
                                .method_count = method_sets[mode->methods].count,
                                .kernels = kernels,
                                .predictions = predictions.chars};
    if (mode->material != NULL && mode->material->method_count > 0) {
        config.methods = mode->material->methods;
        config.method_count = mode->material->method_count;
    }
    return measured_run(context, &config, "accuracy.csv");
}

static const char *const stand_in_limits[] = {
    "Accuracies are of compact stand-ins that this project trained on Fashion-MNIST and on reviews. They rank compression "
    "methods on real networks; they reproduce none of the paper's accuracies, and no verdict compares them.",
    "Narrow layers are left whole more often than those of the paper's networks, because sensitive channels are rounded up "
    "to 32: "
    "the bits a weight and the share of whole layers stand in every row.",
    "The test samples chose nothing: the compact networks were trained on the training sets, their last epochs are "
    "shipped.",
    NULL};

static const char *const limits[] = {
    "Only weights are compressed here; activations are computed in float32 (the paper also quantises them to 8 bits).",
    NULL};

const experiment_t experiment_accuracy = {
    .id = "accuracy",
    .title = "Accuracy of the compression methods",
    .needs = "models/compact, the package dataset-fashion-mnist, libdarknet; full: what `run --full` brings",
    .cost = "smoke 30 s, default 6 to 10 min, 10 MB (2 cores)",
    .settings =
        "the paper's two settings and the references, in the default run all methods; kernels fast, first layer kept",
    .seeds = "1 for the fixed list of samples when fewer than all are taken; nothing else is drawn at random",
    .rows = "accuracy.csv",
    .figure = "accuracy",
    .figure_alt =
        "Accuracy of each method with its Wilson interval, and the answers that changed against int8; the numbers stand "
        "in the table below.",
    .figure_caption =
        "Top-1 accuracy with its 95 % Wilson interval, and the answers that changed against int8 on the same samples, "
        "with McNemar's exact p. Source: `accuracy.csv`; single answers in `predictions/`.",
    .rule = &accuracy_rule,
    .limits = limits,
    .stand_in_limits = stand_in_limits,
    .list_inputs = measured_inputs,
    .run = run,
    .headline = accuracy_headline,
    .present = accuracy_present,
    .rerun = accuracy_rerun,
    .measure = accuracy_measure,
};
