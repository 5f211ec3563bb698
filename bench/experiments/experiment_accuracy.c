/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiment `accuracy`: every network that has weights at the mode's size, under the paper's two settings and the two
 * references beside them. Answers are kept in FOLDER/predictions, so a run that was killed takes them up again. */
#include "experiments/experiments.h"

#include "base/home.h"
#include "base/text.h"
#include "data/dataset.h"
#include "experiments/accuracy.h"
#include "experiments/accuracy_section.h"

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
enum { PAPER_METHODS = 4 };
static const char kernels[] = "fast";

/* The size of a network that the mode measures, or NULL when it has none or no weights for it are shipped. */
static const net_size_t *measured_size(const network_t *network, const run_mode_t *mode)
{
    for (const net_size_t *const *size = network->sizes; *size != NULL; size++)
        if (text_equal((*size)->name, mode->size) && (*size)->weights != NULL)
            return *size;
    return NULL;
}

static outcome_t list_dataset(const net_size_t *size, inputs_t *inputs)
{
    dataset_t dataset;
    dataset_request_t request = {.tokens = size->width};
    text_t vocabulary;
    outcome_t result;
    if (outcome_bad(&result, profile_find(size->profile, &request.profile)))
        return result;
    if (size->vocabulary != NULL) {
        if (outcome_bad(&result, home_path(size->vocabulary, &vocabulary)))
            return result;
        request.vocabulary = vocabulary.chars;
    }
    outcome_t opened = dataset_open(size->dataset, &request, &dataset);
    if (!outcome_is_ok(&opened))
        return result; /* the experiment itself says what is wrong with it */
    for (int i = 0; i < dataset.file_count && outcome_is_ok(&result); i++)
        result = inputs_add(inputs, dataset.files[i].chars, "data set");
    dataset_close(&dataset);
    return result;
}

static outcome_t list_inputs(const run_mode_t *mode, inputs_t *inputs)
{
    outcome_t result = outcome_ok();
    for (const network_t *const *network = net_registry; *network != NULL && outcome_is_ok(&result); network++) {
        const net_size_t *size = measured_size(*network, mode);
        if (size == NULL || outcome_bad(&result, inputs_add(inputs, size->weights, "weights")) ||
            outcome_bad(&result, inputs_add(inputs, size->cfg, "graph")))
            continue;
        result = list_dataset(size, inputs);
    }
    return result;
}

static void write_row(void *context, const accuracy_row_t *row)
{
    accuracy_write(context, row);
}

static outcome_t run(const experiment_context_t *context)
{
    csv_writer_t writer;
    text_t predictions = text_of("%s/predictions", context->folder);
    accuracy_config_t config = {.methods = methods,
                                .method_count =
                                    context->mode->every_method ? sizeof methods / sizeof *methods : PAPER_METHODS,
                                .images = context->mode->images,
                                .kernels = kernels,
                                .threads = context->jobs,
                                .predictions = predictions.chars};
    outcome_t result = csv_create(&writer, text_of("%s/accuracy.csv", context->folder).chars, accuracy_header);
    if (!outcome_is_ok(&result))
        return result;
    for (const network_t *const *network = net_registry; *network != NULL && outcome_is_ok(&result); network++) {
        config.network = *network;
        config.size = measured_size(*network, context->mode);
        if (config.size != NULL)
            result = accuracy_run(&config, write_row, &writer);
    }
    if (outcome_is_ok(&result))
        return csv_commit(&writer);
    csv_abandon(&writer);
    return result;
}

static const char *const limits[] = {
    "Accuracies are of compact stand-ins that this project trained on Fashion-MNIST and on reviews. They rank compression "
    "methods on real networks; they reproduce none of the paper's accuracies, and no verdict compares them.",
    "Narrow layers are left whole more often than those of the paper's networks, because sensitive channels are rounded up "
    "to 32: "
    "the bits a weight and the share of whole layers stand in every row.",
    "Only weights are compressed here; activations are computed in float32 (the paper also quantises them to 8 bits).",
    "The test samples chose nothing: the compact networks were trained on the training sets, their last epochs are "
    "shipped.",
    NULL};

const experiment_t experiment_accuracy = {
    .id = "accuracy",
    .title = "Accuracy of the compression methods",
    .needs = "models/compact, the package dataset-fashion-mnist, libdarknet",
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
    .list_inputs = list_inputs,
    .run = run,
    .headline = accuracy_headline,
    .present = accuracy_present,
    .rerun = accuracy_rerun,
    .measure = accuracy_measure,
};
