/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/accuracy_options.h"

#include "base/command_line.h"
#include "base/file.h"
#include "cli/input.h"
#include "cli/method_options.h"
#include "nets/recognise.h"

#include <stdlib.h>
#include <string.h>

static const char *const default_methods[] = {"fp32", "int8", "bbs-cons", "bbs-mod"};
enum { MOST_HEADS = 4096 };
enum { DEFAULT_METHODS = 4, FLOAT_METHODS = 1 /* the first methods of the default list, which have no integer weights */ };
static const char default_size_name[] = "compact";

/* ===  Reading  === */

static outcome_t read_methods(const options_t *options, accuracy_options_t *read)
{
    accuracy_config_t *config = &read->config;
    const size_t given = options_count(options, "method");
    config->usual_methods = given == 0;
    config->methods = default_methods + (config->integers ? FLOAT_METHODS : 0);
    config->method_count = DEFAULT_METHODS - (config->integers ? FLOAT_METHODS : 0);
    if (given == 0)
        return outcome_ok();
    read->internal_methods = calloc(given, sizeof *read->internal_methods);
    if (read->internal_methods == NULL)
        return outcome_out_of_memory("accuracy");
    for (size_t i = 0; i < given; i++)
        read->internal_methods[i] = options_nth(options, "method", i);
    config->methods = read->internal_methods;
    config->method_count = given;
    return outcome_ok();
}

outcome_t accuracy_options_read(const options_t *options, accuracy_options_t *read)
{
    *read = (accuracy_options_t){.config = {.data = options_text(options, "data"),
                                            .vocabulary = options_text(options, "vocabulary"),
                                            .kernels = options_text(options, "kernels"),
                                            .calibration = options_text(options, "calibration"),
                                            .ranges = options_text(options, "ranges"),
                                            .profile = options_text(options, "profile"),
                                            .dataset = options_text(options, "dataset"),
                                            .ignore_extra = options_flag(options, "ignore-extra"),
                                            .prune_first_layer = text_equal(options_text(options, "first-layer"), "prune"),
                                            .integers = text_equal(options_text(options, "activations"), "int8"),
                                            .skip_bad = options_flag(options, "skip-bad")}};
    accuracy_config_t *config = &read->config;
    outcome_t result;
    if (outcome_bad(&result, input_path(options_text(options, "weights"), &config->weights)) ||
        outcome_bad(&result, options_integer(options, "samples", 0, INT64_MAX, &config->images)) ||
        outcome_bad(&result, options_integer(options, "heads", 0, MOST_HEADS, &config->heads)) ||
        outcome_bad(&result, options_integer(options, "tokens", 0, INT64_MAX, &config->tokens)) ||
        outcome_bad(&result, method_options_jobs(options, &config->threads)))
        return result;
    return read_methods(options, read);
}

void accuracy_options_free(accuracy_options_t *read)
{
    free(read->internal_methods);
    *read = (accuracy_options_t){.internal_methods = NULL};
}

/* ===  Networks  === */

static outcome_t visit_net(const network_t *network, const char *size_name, accuracy_config_t *config,
                           accuracy_options_visit_t visit, void *to)
{
    outcome_t result;
    config->network = network;
    config->size = net_default_size(network);
    if (size_name != NULL && outcome_bad(&result, net_find_size(network, size_name, &config->size)))
        return result;
    return visit(to, config);
}

static bool has_size(const network_t *network, const char *name)
{
    const net_size_t *size;
    outcome_t result = net_find_size(network, name, &size);
    return outcome_is_ok(&result);
}

/* "all" means the networks that have the size; a network asked for by name must have it. */
outcome_t accuracy_options_each(const options_t *options, const accuracy_config_t *config, accuracy_options_visit_t visit,
                                void *to)
{
    const char *text = options_text(options, "net"), *size = options_text(options, "size");
    accuracy_config_t one = *config;
    registry_list_t list;
    const bool all = text_equal(text, "all");
    if (text_equal(text, net_auto)) {
        one.network = NULL;
        one.size = NULL;
        /* cppcheck-suppress returnDanglingLifetime */ /* an outcome holds no pointer */
        return visit(to, &one);
    }
    outcome_t result = registry_list(&net_names, text, &list);
    if (!outcome_is_ok(&result))
        return result;
    if (list.count > 1 && !all && one.weights != NULL)
        result = outcome_usage("--weights", NULL, "one file for several networks", "one network", NULL);
    for (size_t i = 0; i < list.count && outcome_is_ok(&result); i++) {
        const network_t *network = list.items[i];
        if (!all || has_size(network, size != NULL ? size : default_size_name))
            result = visit_net(network, size, &one, visit, to);
    }
    registry_list_free(&list);
    return result;
}

/* ===  Writing  === */

static void add_text(text_builder_t *line, const char *option, const char *value)
{
    if (value == NULL)
        return;
    text_append(line, " --%s", option);
    command_line_add(line, value);
}

static void add_number(text_builder_t *line, const char *option, int64_t value)
{
    if (value > 0)
        text_append(line, " --%s %lld", option, (long long)value);
}

/* A path; of FILE#KEY the file. */
static outcome_t add_path(text_builder_t *line, const char *option, const char *path)
{
    text_t absolute;
    outcome_t result = outcome_ok();
    if (path == NULL || outcome_bad(&result, file_absolute(path, &absolute)))
        return result;
    add_text(line, option, absolute.chars);
    return result;
}

outcome_t accuracy_options_write(const accuracy_config_t *config, text_builder_t *line)
{
    outcome_t result;
    text_append(line, "--net %s", config->network != NULL ? config->network->name : net_auto);
    add_text(line, "size", config->size != NULL ? config->size->name : NULL);
    if (outcome_bad(&result, add_path(line, "weights", config->weights)) ||
        outcome_bad(&result, add_path(line, "data", config->data)) ||
        outcome_bad(&result, add_path(line, "vocabulary", config->vocabulary)) ||
        outcome_bad(&result, add_path(line, "ranges", config->ranges)) ||
        outcome_bad(&result, add_path(line, "calibration", config->calibration)))
        return result;
    add_text(line, "dataset", config->dataset);
    add_text(line, "profile", config->profile);
    add_number(line, "heads", config->heads);
    add_number(line, "tokens", config->tokens);
    for (size_t i = 0; i < config->method_count; i++)
        add_text(line, "method", config->methods[i]);
    add_number(line, "samples", config->images);
    add_text(line, "kernels", config->kernels);
    text_append(line, "%s%s%s%s", config->integers ? " --activations int8" : "",
                config->prune_first_layer ? " --first-layer prune" : "", config->skip_bad ? " --skip-bad" : "",
                config->ignore_extra ? " --ignore-extra" : "");
    return line->failed ? outcome_out_of_memory("command line") : outcome_ok();
}
