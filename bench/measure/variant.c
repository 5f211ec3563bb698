/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/variant.h"

#include "base/progress.h"
#include "compress/spec.h"
#include "measure/variant_digest.h"
#include "measure/variant_file.h"

#include <stdio.h>
#include <stdlib.h>

enum { PART_WEIGHTS = 1 << 22 }; /* weights given to the engine at a time */

typedef struct {
    const int8_network_t *network;
    engine_t *engine;
    compress_size_t *bits;
    float *floats;
    int threads;
    sha256_t *digest;         /* of all weights given so far; NULL: not wanted */
    variant_writer_t *writer; /* NULL: compressed layers are not kept */
} application_t;

/* Output channels of a layer that are given to the engine at a time. */
static int64_t rows_at_a_time(const compress_layer_t *layer)
{
    const int64_t row = layer->c * layer->kh * layer->kw, rows = PART_WEIGHTS / row / ENGINE_ROWS * ENGINE_ROWS;
    return rows > ENGINE_ROWS ? rows : ENGINE_ROWS;
}

/* Integer values of a method go to the engine unchanged: the engine sees no difference between methods. */
static outcome_t give_integers(engine_t *engine, const compress_layer_t *layer, size_t index,
                               const compressed_t *compressed)
{
    if (compressed->values == NULL)
        return outcome_failed("--activations int8", layer->name, "a method whose weights are not integers",
                              "int8, ptq, ra, zps, bitflip or a preset of these", "use --activations fp32 for this method");
    return engine_set_integers(engine, index, 0, layer->k, compressed->values, compressed->scale);
}

int64_t variant_part(const compress_layer_t *layer)
{
    const int64_t rows = rows_at_a_time(layer);
    return (rows < layer->k ? rows : layer->k) * layer->c * layer->kh * layer->kw;
}

outcome_t variant_give(engine_t *engine, size_t index, const compress_layer_t *layer, const compressed_t *compressed,
                       float *room)
{
    const int64_t step = rows_at_a_time(layer);
    outcome_t result = outcome_ok();
    if (engine_takes_integers(engine))
        return give_integers(engine, layer, index, compressed);
    for (int64_t first = 0; first < layer->k && outcome_is_ok(&result); first += step) {
        const int64_t rows = layer->k - first < step ? layer->k - first : step;
        compressed_to_floats(compressed, layer, first, rows, room);
        result = engine_set_rows(engine, index, first, rows, room);
    }
    return result;
}

static outcome_t give_layer(const application_t *application, size_t index, const compressed_t *compressed)
{
    const compress_layer_t *layer = &application->network->layers[index];
    outcome_t result = outcome_ok();
    if (application->engine != NULL)
        result = variant_give(application->engine, index, layer, compressed, application->floats);
    if (application->engine != NULL && application->digest != NULL && outcome_is_ok(&result))
        result = variant_digest_add(layer, compressed, application->threads, application->digest);
    int8_network_rest(application->network, index);
    return result;
}

static outcome_t apply_layer(void *context, size_t index, compressed_t *compressed)
{
    const application_t *application = context;
    const compress_layer_t *layer = &application->network->layers[index];
    compress_add_size(application->bits, layer, compressed);
    if (application->writer != NULL)
        variant_file_add(application->writer, layer, compressed);
    return give_layer(application, index, compressed);
}

/* Room for the floats of the largest part of a layer. */
static outcome_t open_application(const int8_network_t *network, int threads, engine_t *engine, compress_size_t *bits,
                                  sha256_t *digest, application_t *application)
{
    int64_t largest = 0;
    *application =
        (application_t){.network = network, .engine = engine, .bits = bits, .threads = threads, .digest = digest};
    if (digest != NULL)
        *digest = (sha256_t){{0}};
    *bits = (compress_size_t){0};
    for (size_t i = 0; i < network->count; i++) {
        const compress_layer_t *layer = &network->layers[i];
        const int64_t part = rows_at_a_time(layer) * layer->c * layer->kh * layer->kw;
        largest = part > largest ? part : largest;
    }
    application->floats = malloc((size_t)largest * sizeof *application->floats);
    return application->floats != NULL ? outcome_ok() : outcome_out_of_memory("compressed weights");
}

static outcome_t apply(const int8_network_t *network, const char *spec, int threads, engine_t *engine,
                       variant_writer_t *writer, compress_size_t *bits, sha256_t *digest)
{
    application_t application;
    const method_t *method;
    method_config_t config;
    outcome_t result;
    *bits = (compress_size_t){0};
    if (outcome_bad(&result, method_parse(spec, &method, &config)) ||
        outcome_bad(&result, open_application(network, threads, engine, bits, digest, &application)))
        return result;
    application.writer = writer;
    config.values_only = true; /* the columns of a large layer would take 100 MB */
    result = compress_each(method, &config, network->layers, network->count, threads, apply_layer, &application);
    free(application.floats);
    return result;
}

outcome_t variant_apply(const int8_network_t *network, const char *spec, int threads, engine_t *engine,
                        compress_size_t *bits, sha256_t *digest)
{
    return apply(network, spec, threads, engine, NULL, bits, digest);
}

outcome_t variant_apply_stored(const stored_t *stored, const int8_network_t *network, int threads, engine_t *engine,
                               compress_size_t *bits, sha256_t *digest)
{
    application_t application;
    outcome_t result = open_application(network, threads, engine, bits, digest, &application);
    if (!outcome_is_ok(&result))
        return result;
    result = stored_each(stored, network, apply_layer, &application);
    free(application.floats);
    return result;
}

/* ===  Kept  === */

/* Give the layers of a file; false when they are not those of the network. */
static outcome_t apply_file(variant_file_t *file, const int8_network_t *network, int threads, engine_t *engine,
                            compress_size_t *bits, sha256_t *digest, bool *fits)
{
    application_t application;
    outcome_t result = open_application(network, threads, engine, bits, digest, &application);
    *fits = true;
    *bits = file->bits;
    for (size_t i = 0; i < network->count && engine != NULL && *fits && outcome_is_ok(&result); i++) {
        compressed_t compressed;
        *fits = variant_file_next(file, &network->layers[i], &compressed);
        if (*fits)
            result = give_layer(&application, i, &compressed);
    }
    free(application.floats);
    return result;
}

/* Compress, and keep what comes out. That it cannot be kept is no reason not to go on. */
static outcome_t apply_and_keep(const char *folder, const char *key, const int8_network_t *network, const char *spec,
                                int threads, engine_t *engine, compress_size_t *bits, sha256_t *digest)
{
    variant_writer_t writer;
    outcome_t kept = variant_file_create(folder, key, &writer);
    outcome_t result = apply(network, spec, threads, engine, writer.open ? &writer : NULL, bits, digest);
    if (outcome_is_ok(&result) && writer.open)
        kept = variant_file_commit(&writer, bits);
    variant_file_abandon(&writer);
    if (!outcome_is_ok(&kept) && !progress_is_quiet())
        fprintf(stderr, "note: compressed weights are not kept: %s\n", outcome_text(&kept));
    return result;
}

outcome_t variant_apply_kept(const char *folder, const char *key, const int8_network_t *network, const char *spec,
                             int threads, engine_t *engine, compress_size_t *bits, sha256_t *digest)
{
    variant_file_t file;
    bool found = false, fits = false;
    outcome_t result = outcome_ok();
    if (folder == NULL)
        return variant_apply(network, spec, threads, engine, bits, digest);
    if (outcome_bad(&result, variant_file_open(folder, key, engine == NULL, &file, &found)))
        return result;
    if (found) {
        result = apply_file(&file, network, threads, engine, bits, digest, &fits);
        variant_file_close(&file);
    }
    return fits || !outcome_is_ok(&result) ? result
                                           : apply_and_keep(folder, key, network, spec, threads, engine, bits, digest);
}

/* ===  One layer at a time  === */

typedef struct {
    application_t application;
    variant_visitor_t visit;
    void *context;
} tour_t;

static outcome_t give_int8(const application_t *application, size_t index)
{
    compressed_t kept;
    outcome_t result = compress_keep(&application->network->layers[index], true, &kept);
    if (!outcome_is_ok(&result))
        return result;
    result = give_layer(application, index, &kept);
    compressed_free(&kept);
    return result;
}

/* The layers that the engine takes together with layer `index`: those stacked in one step of a transformer (query, key,
 * value), else the layer alone. */
static void find_group(const int8_network_t *network, size_t index, size_t *first, size_t *end)
{
    const net_program_t *program = network->lender != NULL ? &network->lender->program : NULL;
    *first = index;
    *end = index + 1;
    for (size_t i = 0; program != NULL && i < program->count; i++) {
        const net_step_t *step = &program->steps[i];
        if (step->kind != NET_STEP_LINEAR || step->layer == NET_NONE || (size_t)step->layer > index ||
            (size_t)(step->layer + step->parts) <= index)
            continue;
        *first = (size_t)step->layer;
        *end = (size_t)(step->layer + step->parts);
    }
}

/* Give the group of a layer: the layer itself compressed, or INT8 too when `compressed` is NULL. */
static outcome_t give_group(const application_t *application, size_t index, const compressed_t *compressed)
{
    size_t first, end;
    outcome_t result = outcome_ok();
    find_group(application->network, index, &first, &end);
    for (size_t i = first; i < end && outcome_is_ok(&result); i++)
        result = i == index && compressed != NULL ? give_layer(application, i, compressed) : give_int8(application, i);
    return result;
}

static outcome_t tour_layer(void *context, size_t index, compressed_t *compressed)
{
    const tour_t *tour = context;
    compress_size_t size = {0};
    outcome_t result = give_group(&tour->application, index, compressed);
    compress_add_size(&size, &tour->application.network->layers[index], compressed);
    if (!outcome_is_ok(&result) || outcome_bad(&result, tour->visit(tour->context, index, &size)))
        return result;
    return give_group(&tour->application, index, NULL);
}

outcome_t variant_each(const int8_network_t *network, const char *spec, int threads, engine_t *engine,
                       variant_visitor_t visit, void *context)
{
    tour_t tour = {.visit = visit, .context = context};
    const method_t *method;
    method_config_t config;
    compress_size_t unused;
    outcome_t result;
    if (outcome_bad(&result, method_parse(spec, &method, &config)) ||
        outcome_bad(&result, open_application(network, threads, engine, &unused, NULL, &tour.application)))
        return result;
    config.values_only = true;
    result = compress_each(method, &config, network->layers, network->count, threads, tour_layer, &tour);
    free(tour.application.floats);
    return result;
}
