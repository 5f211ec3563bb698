/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TESTS_COMPRESSED_VALUES_H
#define BBS_TESTS_COMPRESSED_VALUES_H

/* The values of a compressed network as 8-bit integers, layer after layer: what a design that prunes its weights itself
 * must make of them (accel_layer_t.unpruned). */
#include "base/text.h"
#include "compress/parts.h"

typedef struct {
    const method_t *method;
    int8_t *values; /* of the layer */
} compressed_values_t;

static outcome_t take_compressed_values(void *context, int64_t first, const compress_layer_t *part,
                                        const compressed_t *compressed)
{
    const compressed_values_t *taking = context;
    const int64_t size = compress_layer_size(part);
    int8_t *to = taking->values + first * compress_layer_row(part);
    bool fits = compressed->values != NULL;
    for (int64_t i = 0; i < size && fits; i++) {
        fits = compressed->values[i] >= INT8_MIN && compressed->values[i] <= INT8_MAX;
        to[i] = (int8_t)compressed->values[i];
    }
    return fits ? outcome_ok()
                : outcome_failed(part->name, text_of("method %s", taking->method->name).chars,
                                 "weights beyond 8-bit integers", "a method that stays on the INT8 grid", NULL);
}

/* A method whose values leave 8 bits, or are not integers, is refused. */
static inline outcome_t compressed_values(const method_t *method, const method_config_t *config,
                                          const compress_layer_t *layers, size_t count, int threads, int8_t *values)
{
    const compress_source_t source = {.layers = layers, .count = count};
    method_config_t settings = *config;
    compress_parts_t parts;
    compressed_values_t taking = {.method = method, .values = values};
    settings.values_only = true;
    outcome_t result = compress_parts_open(method, &settings, &source, threads, &parts);
    for (size_t i = 0; i < count && outcome_is_ok(&result); taking.values += compress_layer_size(&layers[i++]))
        result = compress_parts_layer(&parts, i, take_compressed_values, &taking);
    compress_parts_free(&parts);
    return result;
}

#endif
