/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/config.h"

#include "accel/exact.h"
#include "accel/oddity.h"

#include <string.h>

int64_t accel_multipliers(const accel_config_t *config)
{
    return exact_times(exact_times(config->rows, config->columns), exact_times(config->lanes, config->lane_bits)) / 8;
}

bool accel_config_same_work(const accel_config_t *a, const accel_config_t *b)
{
    return a->rows == b->rows && a->columns == b->columns && a->group == b->group && a->lanes == b->lanes &&
           a->lane_bits == b->lane_bits && a->activation_bits == b->activation_bits && a->weight_banks == b->weight_banks &&
           a->weight_bus_bits == b->weight_bus_bits && a->input_banks == b->input_banks &&
           a->input_bus_bits == b->input_bus_bits && a->oddities == b->oddities &&
           memcmp(a->own, b->own, sizeof a->own) == 0;
}

void accel_config_on(accel_config_t *config, const network_t *network)
{
    for (size_t i = 0; i < config->network_value_count; i++)
        if (config->network_values[i].network == network)
            config->own[config->network_values[i].key] = config->network_values[i].value;
    memset(config->network_values, 0, sizeof config->network_values);
    config->network_value_count = 0;
    config->oddities = oddity_on_family(config->oddities, network->family);
}
