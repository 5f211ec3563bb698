/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/accuracy_runs.h"

#include "base/file.h"
#include "base/home.h"
#include "base/text.h"
#include "data/dataset.h"
#include "nets/ranges.h"

/* The networks of the mode's material, brought or chosen; without material every network with shipped weights at the mode's
 * size. */
size_t accuracy_runs_networks(const run_mode_t *mode, material_net_t *nets)
{
    size_t count = 0;
    for (size_t i = 0; mode->material != NULL && i < mode->material->count; i++)
        nets[count++] = mode->material->nets[i];
    for (const network_t *const *network = net_registry; *network != NULL && mode->material == NULL && !mode->brings;
         network++)
        for (const net_size_t *const *size = (*network)->sizes; *size != NULL && count < MATERIAL_NETS; size++)
            if (text_equal((*size)->name, mode->size) && (*size)->weights != NULL)
                nets[count++] = (material_net_t){.network = *network, .size = *size};
    return count;
}

static const char *given(const text_t *path)
{
    return path->chars[0] != '\0' ? path->chars : NULL;
}

/* A recognised network has a size only when its weights are open; the files of its data do not depend on it. */
static outcome_t list_dataset(const material_net_t *net, inputs_t *inputs)
{
    dataset_t dataset;
    const net_size_t *size = net->size != NULL ? net->size : net->network->sizes[0];
    dataset_request_t request = {
        .path = given(&net->data), .classes = size->classes, .vocabulary = given(&net->vocabulary), .tokens = size->width};
    text_t vocabulary;
    outcome_t result;
    if (outcome_bad(&result, profile_find(net->profile != NULL ? net->profile : size->profile, &request.profile)))
        return result;
    if (request.vocabulary == NULL && size->vocabulary != NULL) {
        if (outcome_bad(&result, home_path(size->vocabulary, &vocabulary)))
            return result;
        request.vocabulary = vocabulary.chars;
    }
    outcome_t opened = dataset_open(net->dataset != NULL ? net->dataset : size->dataset, &request, &dataset);
    if (!outcome_is_ok(&opened))
        return result; /* the error is reported when the experiment runs */
    for (int i = 0; i < dataset.file_count && outcome_is_ok(&result); i++)
        result = inputs_add(inputs, dataset.files[i].chars, "data set");
    dataset_close(&dataset);
    return result;
}

/* The file of ranges that the material names, or the one beside the weights; false when there is none. */
static bool find_ranges(const material_net_t *net, text_t *path)
{
    text_t weights = net->weights;
    if (net->ranges != NULL) {
        outcome_t named = home_path(net->ranges, path);
        return outcome_is_ok(&named) && file_exists(path->chars);
    }
    outcome_t found = weights.chars[0] != '\0' ? outcome_ok() : home_path(net->size->weights, &weights);
    *path = outcome_is_ok(&found) ? net_ranges_path(weights.chars) : text_of("%s", "");
    return file_exists(path->chars);
}

outcome_t accuracy_runs_inputs(const run_mode_t *mode, inputs_t *inputs)
{
    material_net_t nets[MATERIAL_NETS];
    size_t count = accuracy_runs_networks(mode, nets);
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++) {
        const net_size_t *size = nets[i].size; /* NULL: recognised, from a file that the material names */
        const char *weights = given(&nets[i].weights);
        if (weights == NULL && size != NULL)
            weights = size->weights;
        if (outcome_bad(&result, inputs_add(inputs, weights, "weights")) ||
            outcome_bad(&result, inputs_add(inputs, size != NULL ? size->cfg : NULL, "graph")))
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
    const net_size_t *size = net->size != NULL ? net->size : net->network->sizes[0];
    return !integers || size->cfg == NULL || find_ranges(net, &ranges);
}

/* The methods of `of`, then those of the scopes of the network; returns how many. A brief network has the first ones. */
static size_t list_methods(const accuracy_config_t *of, const accuracy_scope_t *scopes, const material_net_t *net,
                           const char **methods)
{
    const network_t *network = net->network;
    const size_t most = net->brief ? ACCURACY_SETTINGS : ACCURACY_METHODS;
    size_t count = 0;
    for (size_t i = 0; i < of->method_count && count < most; i++)
        methods[count++] = of->methods[i];
    if (net->brief)
        return count;
    for (const accuracy_scope_t *scope = scopes; scope != NULL && scope->family != NULL; scope++)
        for (size_t i = 0; i < scope->count && count < ACCURACY_METHODS && text_equal(scope->family, network->family); i++)
            methods[count++] = scope->methods[i];
    return count;
}

void accuracy_runs_config(const material_t *material, const material_net_t *net, accuracy_config_t *config)
{
    const bool is_cnn = net->network->program == NULL;
    if (material != NULL && material->kernels != NULL && is_cnn && !config->integers)
        config->kernels = material->kernels;
    config->network = net->size != NULL ? net->network : NULL;
    config->size = net->size;
    config->weights = given(&net->weights);
    config->data = given(&net->data);
    config->vocabulary = given(&net->vocabulary);
    config->calibration = given(&net->calibration);
    config->label = net->label;
    config->dataset = net->dataset;
    config->profile = net->profile;
    config->heads = net->heads;
    config->tokens = net->tokens;
}

/* The configuration of one network: `of` with its files and what the run decides. */
static accuracy_config_t configuration_of(const measurement_context_t *context, const accuracy_config_t *of,
                                          const material_net_t *net)
{
    accuracy_config_t one = *of;
    one.threads = context->jobs;
    one.skip_bad = context->mode->material != NULL && context->mode->material->skip_bad;
    one.leave_out = true;
    accuracy_runs_config(context->mode->material, net, &one);
    return one;
}

outcome_t accuracy_runs_each(const measurement_context_t *context, const accuracy_config_t *config,
                             const accuracy_scope_t *scopes, accuracy_runs_visit_t visit, void *to)
{
    material_net_t nets[MATERIAL_NETS];
    const size_t count = accuracy_runs_networks(context->mode, nets);
    outcome_t result = outcome_ok();
    /* cppcheck-suppress invalidLifetime */ /* an outcome holds no pointer */
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++) {
        const char *methods[ACCURACY_METHODS];
        accuracy_config_t one = configuration_of(context, config, &nets[i]);
        text_t ranges;
        one.samples = context->folder;
        one.images = run_mode_images(context->mode, one.dataset != NULL    ? one.dataset
                                                    : nets[i].size != NULL ? nets[i].size->dataset
                                                                           : "");
        if (one.integers && nets[i].ranges != NULL && find_ranges(&nets[i], &ranges))
            one.ranges = ranges.chars;
        one.method_count = list_methods(config, scopes, &nets[i], methods);
        one.methods = methods;
        if (can_run(&nets[i], one.integers))
            result = visit(to, &one);
    }
    return result;
}

static outcome_t write_rows(void *to, const accuracy_config_t *config)
{
    return accuracy_run(config, write_row, to);
}

outcome_t accuracy_runs_write(const measurement_context_t *context, const accuracy_config_t *config,
                              const accuracy_scope_t *scopes, const rows_schema_t *schema, const char *path)
{
    rows_writer_t writer;
    outcome_t result = rows_create(&writer, schema, path);
    if (!outcome_is_ok(&result))
        return result;
    return rows_finish(&writer, accuracy_runs_each(context, config, scopes, write_rows, &writer));
}

outcome_t accuracy_runs_one(const measurement_context_t *context, const char *net, const accuracy_config_t *config,
                            accuracy_runs_visit_t run, void *to)
{
    material_net_t nets[MATERIAL_NETS];
    const size_t count = accuracy_runs_networks(context->mode, nets);
    accuracy_config_t one;
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++) {
        one = configuration_of(context, config, &nets[i]);
        if (text_equal(nets[i].network->name, net))
            result = run(to, &one);
    }
    return result;
}
