/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/choice.h"

#include "base/text.h"
#include "compress/spec.h"

#include <stdlib.h>

static const char reference[] = "int8"; /* of the losses (measure/accuracy.h) */

/* ===  Methods  === */

static outcome_t add_method(choice_t *choice, const char *spec)
{
    material_t *material = &choice->material;
    for (size_t i = 0; i < material->method_count; i++)
        if (text_equal(material->methods[i], spec))
            return outcome_usage("run", "--method", text_of("%s twice", spec).chars, "each method once", NULL);
    if (material->method_count == MATERIAL_METHODS)
        return outcome_usage("run", "--method", "too many methods", text_of("at most %d", MATERIAL_METHODS - 1).chars,
                             NULL);
    material->methods[material->method_count++] = spec;
    return outcome_ok();
}

static outcome_t choose_methods(choice_t *choice, const choice_request_t *request)
{
    bool has_reference = choice->mode.brings; /* there the list is the user's alone */
    text_builder_t list = {0};
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < request->method_count; i++)
        has_reference = has_reference || text_equal(request->methods[i], reference);
    if (request->method_count > 0 && !has_reference)
        result = add_method(choice, reference);
    for (size_t i = 0; i < request->method_count && outcome_is_ok(&result); i++) {
        const method_t *method;
        method_config_t config;
        if (!outcome_bad(&result, method_parse(request->methods[i], &method, &config)))
            result = add_method(choice, request->methods[i]);
    }
    for (size_t i = 0; i < choice->material.method_count && outcome_is_ok(&result); i++)
        text_append(&list, "%s%s", i > 0 ? "," : "", choice->material.methods[i]);
    choice->methods = list.chars;
    choice->mode.choice.methods = list.chars;
    return list.failed ? outcome_out_of_memory("--method") : result;
}

/* ===  Networks that ship  === */

/* The size of the mode whose weights ship, or NULL. */
static const net_size_t *shipped_size(const network_t *network, const char *name)
{
    for (const net_size_t *const *size = network->sizes; *size != NULL; size++)
        if (text_equal((*size)->name, name) && (*size)->weights != NULL)
            return *size;
    return NULL;
}

static outcome_t add_network(choice_t *choice, const network_t *network)
{
    material_t *material = &choice->material;
    const net_size_t *size = shipped_size(network, choice->mode.size);
    if (size == NULL && choice->mode.choice.nets == NULL)
        return outcome_ok();
    if (size == NULL)
        return outcome_usage("--net", network->name, text_of("no weights of the size %s", choice->mode.size).chars,
                             "a network whose weights ship with the project",
                             "bbsbench accuracy --weights FILE evaluates weights of your own");
    if (material->count == MATERIAL_NETS)
        return outcome_usage("--net", NULL, "too many networks", text_of("at most %d", MATERIAL_NETS).chars, NULL);
    material->nets[material->count++] = (material_net_t){.network = network, .size = size};
    return outcome_ok();
}

static outcome_t choose_networks(choice_t *choice)
{
    const char *names = choice->mode.choice.nets != NULL ? choice->mode.choice.nets : "all";
    registry_list_t list;
    outcome_t result = registry_list(&net_names, names, &list);
    for (size_t i = 0; i < list.count && outcome_is_ok(&result); i++)
        result = add_network(choice, list.items[i]);
    registry_list_free(&list);
    return result;
}

/* ===  All  === */

outcome_t choice_open(const run_mode_t *mode, const choice_request_t *request, choice_t *choice)
{
    outcome_t result;
    *choice = (choice_t){.mode = *mode};
    choice->mode.choice.nets = request->nets;
    if (request->images != CHOICE_NO_IMAGES) {
        choice->mode.choice.images = true;
        choice->mode.images = request->images;
        choice->mode.images_of = NULL;
    }
    if (outcome_bad(&result, choose_methods(choice, request)) || mode->brings || !run_mode_is_chosen(&choice->mode) ||
        outcome_bad(&result, choose_networks(choice)))
        return result;
    choice->mode.material = &choice->material;
    return result;
}

void choice_free(choice_t *choice)
{
    free(choice->methods);
}
