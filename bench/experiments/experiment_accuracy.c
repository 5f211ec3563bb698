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

/* ===  What is measured  === */

/* Those that were brought; else each network whose size of the mode has weights in the project. */
static size_t list_networks(const run_mode_t *mode, material_net_t *nets)
{
    size_t count = 0;
    for (size_t i = 0; mode->material != NULL && i < mode->material->count; i++)
        nets[count++] = mode->material->nets[i];
    for (const network_t *const *network = net_registry; *network != NULL && !mode->brings; network++)
        for (const net_size_t *const *size = (*network)->sizes; *size != NULL && count < MATERIAL_NETS; size++)
            if (text_equal((*size)->name, mode->size) && (*size)->weights != NULL)
                nets[count++] = (material_net_t){.network = *network, .size = *size};
    return count;
}

static const char *given(const text_t *path)
{
    return path->chars[0] != '\0' ? path->chars : NULL;
}

static outcome_t list_dataset(const material_net_t *net, inputs_t *inputs)
{
    dataset_t dataset;
    dataset_request_t request = {.path = given(&net->data),
                                 .classes = net->size->classes,
                                 .vocabulary = given(&net->vocabulary),
                                 .tokens = net->size->width};
    text_t vocabulary;
    outcome_t result;
    if (outcome_bad(&result, profile_find(net->size->profile, &request.profile)))
        return result;
    if (request.vocabulary == NULL && net->size->vocabulary != NULL) {
        if (outcome_bad(&result, home_path(net->size->vocabulary, &vocabulary)))
            return result;
        request.vocabulary = vocabulary.chars;
    }
    outcome_t opened = dataset_open(net->size->dataset, &request, &dataset);
    if (!outcome_is_ok(&opened))
        return result; /* the experiment itself says what is wrong with it */
    for (int i = 0; i < dataset.file_count && outcome_is_ok(&result); i++)
        result = inputs_add(inputs, dataset.files[i].chars, "data set");
    dataset_close(&dataset);
    return result;
}

static outcome_t list_inputs(const run_mode_t *mode, inputs_t *inputs)
{
    material_net_t nets[MATERIAL_NETS];
    size_t count = list_networks(mode, nets);
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++) {
        const char *weights = given(&nets[i].weights);
        if (outcome_bad(&result, inputs_add(inputs, weights != NULL ? weights : nets[i].size->weights, "weights")) ||
            outcome_bad(&result, inputs_add(inputs, nets[i].size->cfg, "graph")))
            break;
        result = list_dataset(&nets[i], inputs);
    }
    return result;
}

static void write_row(void *context, const accuracy_row_t *row)
{
    accuracy_write(context, row);
}

static accuracy_config_t config_of(const experiment_context_t *context, const char *predictions)
{
    const run_mode_t *mode = context->mode;
    accuracy_config_t config = {.methods = method_sets[mode->methods].specs,
                                .method_count = method_sets[mode->methods].count,
                                .images = mode->images,
                                .kernels = kernels,
                                .threads = context->jobs,
                                .predictions = predictions,
                                .samples = context->folder};
    if (mode->material != NULL) {
        config.skip_bad = mode->material->skip_bad;
        if (mode->material->method_count > 0) {
            config.methods = mode->material->methods;
            config.method_count = mode->material->method_count;
        }
    }
    return config;
}

static outcome_t run(const experiment_context_t *context)
{
    csv_writer_t writer;
    material_net_t nets[MATERIAL_NETS];
    size_t count = list_networks(context->mode, nets);
    text_t predictions = text_of("%s/predictions", context->folder);
    accuracy_config_t config = config_of(context, predictions.chars);
    outcome_t result = csv_create(&writer, text_of("%s/accuracy.csv", context->folder).chars, accuracy_header);
    if (!outcome_is_ok(&result))
        return result;
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++) {
        config.network = nets[i].network;
        config.size = nets[i].size;
        config.weights = given(&nets[i].weights);
        config.data = given(&nets[i].data);
        config.vocabulary = given(&nets[i].vocabulary);
        result = accuracy_run(&config, write_row, &writer);
    }
    if (outcome_is_ok(&result))
        return csv_commit(&writer);
    csv_abandon(&writer);
    return result;
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
    .list_inputs = list_inputs,
    .run = run,
    .headline = accuracy_headline,
    .present = accuracy_present,
    .rerun = accuracy_rerun,
    .measure = accuracy_measure,
};
