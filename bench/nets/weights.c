/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nets/weights.h"

#include "base/catalogue.h"
#include "base/home.h"
#include "base/text.h"
#include "nets/names.h"
#include "tensor/checkpoint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const float net_batchnorm_epsilon = 1e-5F;

/* Floats that one layer needs in the storage. */
static int64_t floats_of(const net_layer_t *layer)
{
    return net_layer_weights(layer) + (layer->bias ? layer->k : 0) + (layer->norm[0] ? 4 * layer->k : 0);
}

static outcome_t take(const char *where, const tensor_set_t *set, const char *name, int rank, const int64_t *shape,
                      float **at, float **values)
{
    const tensor_t *tensor;
    outcome_t result;
    if (outcome_bad(&result, tensor_set_require(set, where, name, rank, shape, &tensor)))
        return result;
    *values = *at;
    *at += tensor->count;
    return tensor_to_finite_f32(tensor, where, *values);
}

/* gamma, beta, mean and variance under torch's names; a negative variance would become NaN. */
static outcome_t take_norm(const char *where, const tensor_set_t *set, const net_layer_t *layer, float **at,
                           net_parameters_t *parameters)
{
    const struct {
        const char *suffix;
        float **values;
    } parts[] = {{"weight", &parameters->gamma},
                 {"bias", &parameters->beta},
                 {"running_mean", &parameters->mean},
                 {"running_var", &parameters->variance}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        outcome_t result;
        text_t name = text_of("%s.%s", layer->norm, parts[i].suffix);
        if (outcome_bad(&result, take(where, set, name.chars, 1, &layer->k, at, parts[i].values)))
            return result;
    }
    for (int64_t k = 0; k < layer->k; k++)
        if (parameters->variance[k] < 0)
            return outcome_failed(where, text_of("tensor %s.running_var, element %d", layer->norm, (int)k).chars,
                                  "a negative variance", "zero or more", "get the checkpoint again");
    return outcome_ok();
}

static outcome_t take_layer(const char *where, const tensor_set_t *set, const net_layer_t *layer, float **at,
                            net_parameters_t *parameters)
{
    const int64_t shape[] = {layer->k, layer->c, layer->kh, layer->kw};
    outcome_t result;
    if (outcome_bad(&result, take(where, set, text_of("%s.weight", layer->name).chars, layer->kind == NET_CONV ? 4 : 2,
                                  shape, at, &parameters->weights)))
        return result;
    if (layer->bias &&
        outcome_bad(&result, take(where, set, text_of("%s.bias", layer->name).chars, 1, &layer->k, at, &parameters->bias)))
        return result;
    return layer->norm[0] ? take_norm(where, set, layer, at, parameters) : result;
}

/* A matrix that stays where it is: its name, type and shape are checked. */
static outcome_t check_matrix(const char *where, const tensor_set_t *set, const char *name, int rank, const int64_t *shape)
{
    const tensor_t *tensor;
    return tensor_set_require(set, where, name, rank, shape, &tensor);
}

/* The floats that are no matrices are taken. */
static outcome_t take_small(const char *where, const tensor_set_t *set, net_weights_t *weights)
{
    const net_program_t *program = &weights->program;
    int64_t total = 0;
    for (size_t i = 0; i < program->float_count; i++)
        total += program->floats[i].rank == 2 ? 0 : net_float_count(&program->floats[i]);
    weights->layers = calloc(weights->table.count, sizeof *weights->layers);
    weights->floats = calloc(program->float_count + 1, sizeof *weights->floats);
    if (weights->layers == NULL || weights->floats == NULL)
        return outcome_out_of_memory(where);
    outcome_t result = spill_create(where, (size_t)total * sizeof(float), &weights->storage);
    float *at = weights->storage.data;
    for (size_t i = 0; outcome_is_ok(&result) && i < weights->table.count; i++) {
        const net_layer_t *layer = &weights->table.items[i];
        const int64_t shape[] = {layer->k, layer->c, layer->kh, layer->kw};
        result = check_matrix(where, set, text_of("%s.weight", layer->name).chars, layer->kind == NET_CONV ? 4 : 2, shape);
    }
    for (size_t i = 0; outcome_is_ok(&result) && i < program->float_count; i++) {
        const net_float_t *wanted = &program->floats[i];
        result = wanted->rank == 2 ? check_matrix(where, set, wanted->name, 2, wanted->shape)
                                   : take(where, set, wanted->name, wanted->rank, wanted->shape, &at, &weights->floats[i]);
    }
    return result;
}

outcome_t net_weights_defer(const network_t *network, const net_size_t *size, const char *where, tensor_set_t *set,
                            net_weights_t *weights)
{
    *weights = (net_weights_t){.network = network, .size = size, .profile = size->profile, .path = text_of("%s", where)};
    outcome_t result;
    if (outcome_bad(&result, net_layers(network, size, &weights->table)) ||
        outcome_bad(&result, net_program(network, size, &weights->program)) ||
        outcome_bad(&result, take_small(where, set, weights))) {
        net_weights_free(weights);
        return result;
    }
    weights->deferred = *set;
    *set = (tensor_set_t){0};
    return result;
}

outcome_t net_weights_widen(const net_weights_t *weights, const char *name, int64_t first, int64_t rows, float *values)
{
    const char *where = weights->path.chars;
    const tensor_t *tensor;
    outcome_t result = tensor_set_require(&weights->deferred, where, name, -1, NULL, &tensor);
    if (!outcome_is_ok(&result))
        return result;
    const int64_t row = tensor->count / tensor->shape[0];
    return tensor_part_to_finite_f32(tensor, where, first * row, rows * row, values);
}

void net_weights_let_go(const net_weights_t *weights, const char *name)
{
    const tensor_t *tensor = tensor_set_find(&weights->deferred, name);
    if (tensor != NULL)
        tensor_rest(tensor);
}

static outcome_t take_all(const char *where, const tensor_set_t *set, net_weights_t *weights)
{
    const net_program_t *program = &weights->program;
    int64_t total = 0;
    for (size_t i = 0; i < weights->table.count; i++)
        total += floats_of(&weights->table.items[i]);
    for (size_t i = 0; i < program->float_count; i++)
        total += net_float_count(&program->floats[i]);
    weights->layers = calloc(weights->table.count, sizeof *weights->layers);
    weights->floats = calloc(program->float_count + 1, sizeof *weights->floats);
    if (weights->layers == NULL || weights->floats == NULL)
        return outcome_out_of_memory(where);
    outcome_t result = spill_create(where, (size_t)total * sizeof(float), &weights->storage);
    float *at = weights->storage.data;
    for (size_t i = 0; outcome_is_ok(&result) && i < weights->table.count; i++) {
        result = take_layer(where, set, &weights->table.items[i], &at, &weights->layers[i]);
        if (outcome_is_ok(&result))
            net_weights_rest(weights, i);
    }
    for (size_t i = 0; outcome_is_ok(&result) && i < program->float_count; i++) {
        const net_float_t *wanted = &program->floats[i];
        result = take(where, set, wanted->name, wanted->rank, wanted->shape, &at, &weights->floats[i]);
    }
    return result;
}

outcome_t net_weights_from(const network_t *network, const net_size_t *size, const char *where, const tensor_set_t *set,
                           net_weights_t *weights)
{
    *weights = (net_weights_t){.network = network, .size = size, .profile = size->profile, .path = text_of("%s", where)};
    outcome_t result;
    if (outcome_bad(&result, net_layers(network, size, &weights->table)) ||
        outcome_bad(&result, net_program(network, size, &weights->program)) ||
        outcome_bad(&result, take_all(where, set, weights)))
        net_weights_free(weights);
    return result;
}

outcome_t net_weights_path(const network_t *network, const net_size_t *size, text_t *path)
{
    if (size->weights != NULL)
        return home_path(size->weights, path);
    return catalogue_find(catalogue_checkpoints, "--net", network->name, "weights", path);
}

/* `name` is PREFIX.SUFFIX, for one of the suffixes (NULL-terminated). */
static bool is_part(const char *name, const char *prefix, const char *const *suffixes)
{
    const size_t length = strlen(prefix);
    if (length == 0 || strncmp(name, prefix, length) != 0 || name[length] != '.')
        return false;
    for (; *suffixes != NULL; suffixes++)
        if (text_equal(name + length + 1, *suffixes))
            return true;
    return false;
}

bool net_weights_asks(const net_weights_t *weights, const char *name)
{
    static const char *const plain[] = {"weight", NULL}, *const biased[] = {"weight", "bias", NULL},
                             *const norm[] = {"weight", "bias", "running_mean", "running_var", NULL};
    for (size_t i = 0; i < weights->table.count; i++) {
        const net_layer_t *layer = &weights->table.items[i];
        if (is_part(name, layer->name, layer->bias ? biased : plain) || is_part(name, layer->norm, norm))
            return true;
    }
    for (size_t i = 0; i < weights->program.float_count; i++)
        if (text_equal(weights->program.floats[i].name, name))
            return true;
    return false;
}

const char *net_weights_advice(const char *given)
{
    return given != NULL ? "check the path after --weights"
                         : "set BBS_ROOT to the folder of the project, or give your own with --weights";
}

outcome_t net_weights_load(const network_t *network, const net_size_t *size, const char *path, net_weights_t *weights)
{
    *weights = (net_weights_t){0};
    const char *todo = net_weights_advice(path);
    text_t own;
    outcome_t result;
    if (path == NULL) {
        if (outcome_bad(&result, net_weights_path(network, size, &own)))
            return result;
        path = own.chars;
    }
    tensor_set_t set;
    if (outcome_bad(&result, tensor_set_load(path, todo, &set)))
        return result;
    result = net_names_settle(network, path, &set);
    if (outcome_is_ok(&result))
        result = net_weights_from(network, size, path, &set, weights);
    tensor_set_free(&set);
    return result;
}

void net_weights_rest(const net_weights_t *weights, size_t layer)
{
    spill_rest(&weights->storage, weights->layers[layer].weights,
               (size_t)net_layer_weights(&weights->table.items[layer]) * sizeof(float));
}

void net_weights_free(net_weights_t *weights)
{
    net_table_free(&weights->table);
    net_program_free(&weights->program);
    free(weights->layers);
    free(weights->floats);
    spill_free(&weights->storage);
    tensor_set_free(&weights->deferred);
    *weights = (net_weights_t){0};
}

void net_fold_norm(const net_layer_t *layer, const net_parameters_t *parameters, int64_t k, double *multiplier,
                   double *bias)
{
    *bias = parameters->bias != NULL ? (double)parameters->bias[k] : 0;
    *multiplier = 1;
    if (layer->norm[0] == '\0')
        return;
    *multiplier = (double)parameters->gamma[k] / sqrt((double)parameters->variance[k] + (double)net_batchnorm_epsilon);
    *bias = (*bias - (double)parameters->mean[k]) * *multiplier + (double)parameters->beta[k];
}
