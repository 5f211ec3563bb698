/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer target: any bytes as a safetensors file, and what parses as weights to compress and pack. */
#include "compress/pack.h"
#include "compress/compress.h"
#include "compress/spec.h"
#include "weights/int8_tensors.h"
#include "tensor/safetensors.h"

#include <stdlib.h>
#include <string.h>

#include "../unit/compressed_set.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compress_weights(const tensor_set_t *set)
{
    int8_network_t network;
    const method_t *method;
    method_config_t config;
    outcome_t outcome = int8_tensors_open(set, "fuzz", false, 1, &network);
    if (!outcome_is_ok(&outcome))
        return;
    compressed_t *compressed = calloc(network.count, sizeof *compressed);
    tensor_set_t out = {0};
    outcome = method_parse("bbs-mod", &method, &config);
    if (compressed != NULL && outcome_is_ok(&outcome))
        outcome = compress_network(method, &config, network.layers, network.count, 1, compressed);
    if (compressed != NULL && outcome_is_ok(&outcome)) {
        outcome = compressed_set(set, &network, compressed, &out);
        for (size_t i = 0; i < network.count; i++)
            compressed_free(&compressed[i]);
        tensor_set_free(&out);
    }
    free(compressed);
    int8_network_free(&network);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tensor_set_t set;
    uint8_t *bytes = malloc(size + 1);
    if (bytes == NULL)
        return 0;
    memcpy(bytes, data, size);
    outcome_t parsed = safetensors_parse("fuzz", bytes, size, &set);
    if (outcome_is_ok(&parsed)) {
        bytes_t file;
        pack_report_t report;
        compress_weights(&set);
        outcome_t packed = pack_encode("fuzz", &set, 1, &file, &report);
        if (outcome_is_ok(&packed))
            file_free_bytes(&file);
        tensor_set_free(&set);
    }
    free(bytes);
    return 0;
}
