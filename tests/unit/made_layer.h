/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TESTS_MADE_LAYER_H
#define BBS_TESTS_MADE_LAYER_H

/* A made-up layer for tests of compression methods, and the shortest way through a method. Each test program includes
 * it once; what it does not use is dropped. */
#include "compress/compress.h"
#include "compress/quantize.h"

#include <math.h>
#include <string.h>

#include "made_method.h"
#include "testing.h"

#pragma GCC diagnostic ignored "-Wunused-function"

enum { K = 6, C = 41, POSITIONS = 4, PER_CHANNEL = C * POSITIONS, SIZE = K * PER_CHANNEL };

typedef struct {
    float weights[SIZE], scale[K];
    int8_t q[SIZE];
    compress_layer_t layer;
} fixture_t;

static uint64_t next_random(uint64_t *random)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return *random >> 33;
}

/* Bell-shaped, one in 16 times an outlier; channels differ in size; the last channel is zeros. */
static void fill(fixture_t *fixture, uint64_t seed)
{
    for (int i = 0; i < SIZE; i++) {
        float sum = 0;
        for (int part = 0; part < 6; part++)
            sum += (float)next_random(&seed) / (float)(1u << 31) - 0.5f;
        float size = ldexpf(1.0f, i / PER_CHANNEL * 3 - 6) * (next_random(&seed) % 16 == 0 ? 9.0f : 1.0f);
        fixture->weights[i] = i < SIZE - PER_CHANNEL ? sum * size : 0;
    }
    quantize_channels(fixture->weights, K, PER_CHANNEL, 1, fixture->q, fixture->scale);
    fixture->layer = (compress_layer_t){.name = "layer",
                                        .k = K,
                                        .c = C,
                                        .kh = 2,
                                        .kw = 2,
                                        .weights = fixture->weights,
                                        .q = fixture->q,
                                        .scale = fixture->scale};
}

static compressed_t compress(const method_t *method, const method_config_t *config, const fixture_t *fixture, float *floats)
{
    compressed_t out;
    assert_ok(method_check(method, config));
    assert_ok(method->compress(config, &fixture->layer, NULL, 2, &out));
    compressed_to_floats(&out, &fixture->layer, 0, fixture->layer.k, floats);
    return out;
}

/* As above, keeping the floats only. */
static void compress_floats(const method_t *method, const method_config_t *config, const fixture_t *fixture, float *floats)
{
    compressed_t out = compress(method, config, fixture, floats);
    compressed_free(&out);
}

static double squared_error(const float *a, const float *b, int count)
{
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
    return sum;
}

#endif
