/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-256 takes longer than compressing, and one long hash is the work of one thread. So a layer is cut into slices that
 * are hashed side by side; its digest is that of the slices' digests. Integers that fit are hashed as one byte each: a
 * quarter of the bytes of the floats that the engine gets. */
#include "measure/variant_digest.h"

#include "base/threads.h"

#include <stdlib.h>
#include <string.h>

enum { SLICE = 1 << 15 /* weights */ };

typedef struct {
    const compressed_t *compressed;
    const float *floats; /* NULL: the values are hashed */
    int64_t weights;
    sha256_t *slices;
} hashing_t;

/* 16 bits to 8; false when a value does not fit. */
static bool narrow(const int16_t *values, int64_t count, int8_t *to)
{
    int beyond = 0;
    for (int64_t i = 0; i < count; i++) {
        beyond |= values[i] + 128;
        to[i] = (int8_t)values[i];
    }
    return (beyond & ~UINT8_MAX) == 0;
}

static void hash_slice(void *context, int64_t index, int worker)
{
    const hashing_t *hashing = context;
    const int64_t first = index * SLICE, left = hashing->weights - first, count = left < SLICE ? left : SLICE;
    int8_t bytes[SLICE];
    (void)worker;
    if (hashing->floats != NULL)
        sha256_bytes(hashing->floats + first, (size_t)count * sizeof *hashing->floats, &hashing->slices[index]);
    else if (narrow(hashing->compressed->values + first, count, bytes))
        sha256_bytes(bytes, (size_t)count, &hashing->slices[index]);
    else
        sha256_bytes(hashing->compressed->values + first, (size_t)count * sizeof *hashing->compressed->values,
                     &hashing->slices[index]);
}

outcome_t variant_digest_add(const compress_layer_t *layer, const compressed_t *compressed, int threads, sha256_t *digest)
{
    hashing_t hashing = {.compressed = compressed, .weights = compress_layer_size(layer)};
    const int64_t count = (hashing.weights + SLICE - 1) / SLICE;
    sha256_t parts[3] = {{{0}}}; /* so far; scales; slices */
    if (compressed->values == NULL)
        hashing.floats = compressed->floats != NULL ? compressed->floats : layer->weights;
    hashing.slices = calloc((size_t)count + 1, sizeof *hashing.slices);
    if (hashing.slices == NULL)
        return outcome_out_of_memory(layer->name);
    outcome_t result = threads_for(threads, count, hash_slice, &hashing);
    parts[0] = *digest;
    if (compressed->values != NULL)
        sha256_bytes(compressed->scale, (size_t)layer->k * sizeof *compressed->scale, &parts[1]);
    sha256_bytes(hashing.slices, (size_t)count * sizeof *hashing.slices, &parts[2]);
    sha256_bytes(parts, sizeof parts, digest);
    free(hashing.slices);
    return result;
}
