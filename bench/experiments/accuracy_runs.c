/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/accuracy_runs.h"

#include "base/file.h"
#include "base/home.h"
#include "base/text.h"
#include "data/dataset.h"
#include "nets/ranges.h"

/* The networks of the mode's material; without material every network with shipped weights at the mode's size. */
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
        return result; /* the error is reported when the experiment runs */
    for (int i = 0; i < dataset.file_count && outcome_is_ok(&result); i++)
        result = inputs_add(inputs, dataset.files[i].chars, "data set");
    dataset_close(&dataset);
    return result;
}

/* The file of ranges beside the weights; false when there is none. */
static bool find_ranges(const material_net_t *net, text_t *path)
{
    text_t weights = net->weights;
    outcome_t found = weights.chars[0] != '\0' ? outcome_ok() : home_path(net->size->weights, &weights);
    *path = outcome_is_ok(&found) ? net_ranges_path(weights.chars) : text_of("%s", "");
    return file_exists(path->chars);
}

outcome_t accuracy_runs_inputs(const run_mode_t *mode, inputs_t *inputs)
{
    material_net_t nets[MATERIAL_NETS];
    size_t count = list_networks(mode, nets);
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++) {
        const char *weights = given(&nets[i].weights);
        if (outcome_bad(&result, inputs_add(inputs, weights != NULL ? weights : nets[i].size->weights, "weights")) ||
            outcome_bad(&result, inputs_add(inputs, nets[i].size->cfg, "graph")))
            break;
        text_t ranges;
        if (find_ranges(&nets[i], &ranges) && outcome_bad(&result, inputs_add(inputs, ranges.chars, "ranges")))
            break;
        result = list_dataset(&nets[i], inputs);
    }
    return result;
}

static void write_row(void *context, const accuracy_row_t *row)
{
    accuracy_write(context, row);
}

/* Integer activations of a CNN need ranges. */
static bool can_run(const material_net_t *net, bool integers)
{
    text_t ranges;
    return !integers || net->size->cfg == NULL || find_ranges(net, &ranges);
}

/* The methods of `of`, then those of the scopes of the network; returns how many. */
static size_t list_methods(const accuracy_config_t *of, const accuracy_scope_t *scopes, const network_t *network,
                           const char **methods)
{
    size_t count = 0;
    for (size_t i = 0; i < of->method_count && count < ACCURACY_METHODS; i++)
        methods[count++] = of->methods[i];
    for (const accuracy_scope_t *scope = scopes; scope != NULL && scope->family != NULL; scope++)
        for (size_t i = 0; i < scope->count && count < ACCURACY_METHODS && text_equal(scope->family, network->family); i++)
            methods[count++] = scope->methods[i];
    return count;
}

outcome_t accuracy_runs_write(const measurement_context_t *context, accuracy_config_t *config,
                              const accuracy_scope_t *scopes, const rows_schema_t *schema, const char *path)
{
    rows_writer_t writer;
    material_net_t nets[MATERIAL_NETS];
    const size_t count = list_networks(context->mode, nets);
    outcome_t result = rows_create(&writer, schema, path);
    if (!outcome_is_ok(&result))
        return result;
    config->threads = context->jobs;
    config->samples = context->folder;
    config->skip_bad = context->mode->material != NULL && context->mode->material->skip_bad;
    config->leave_out = true;
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++) {
        const char *methods[ACCURACY_METHODS];
        accuracy_config_t one = *config;
        one.network = nets[i].network;
        one.size = nets[i].size;
        one.images = run_mode_images(context->mode, one.size->dataset);
        one.weights = given(&nets[i].weights);
        one.data = given(&nets[i].data);
        one.vocabulary = given(&nets[i].vocabulary);
        one.calibration = given(&nets[i].calibration);
        one.method_count = list_methods(config, scopes, one.network, methods);
        one.methods = methods;
        if (can_run(&nets[i], one.integers))
            result = accuracy_run(&one, write_row, &writer);
    }
    return rows_finish(&writer, result);
}
