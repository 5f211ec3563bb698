/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TESTS_COUNTED_NETWORK_H
#define BBS_TESTS_COUNTED_NETWORK_H

#include "accel/accel.h"

#include <stdlib.h>

#include "random.h"
#include "testing.h"

/* Totals of a whole network, uniform channels, the same made-up weights for each layer. */
static inline counts_t count_network(const char *network_name, const accelerator_t *accelerator,
                                     const accel_config_t *config)
{
    enum { LARGEST = 768 * 3072 };
    static int8_t weights[LARGEST];
    uint64_t random = 7;
    for (int i = 0; i < LARGEST; i++)
        weights[i] = (int8_t)(random_between(&random, 0, 3) ? random_between(&random, -31, 31) : 0);
    const network_t *network;
    const net_size_t *size;
    net_table_t table;
    assert_ok(net_find(network_name, &network));
    assert_ok(net_find_size(network, "full", &size));
    assert_ok(net_layers(network, size, &table));
    accel_layer_t *layers = calloc(table.count, sizeof *layers);
    counts_t *counts = calloc(table.count, sizeof *counts), total = {0};
    assert_true(layers != NULL && counts != NULL);
    for (size_t i = 0; i < table.count; i++)
        layers[i] = (accel_layer_t){.shape = &table.items[i],
                                    .sensitive = ACCEL_UNIFORM,
                                    .weights = weights,
                                    .input_density = 0.5,
                                    .output_density = 0.5,
                                    .whole = table.items[i].reads_image};
    assert_ok(accel_count(accelerator, config, layers, table.count, 2, counts));
    for (size_t i = 0; i < table.count; i++)
        counts_add(&total, &counts[i]);
    free(layers);
    free(counts);
    net_table_free(&table);
    return total;
}

#endif
