/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/settings.h"

#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { MOST_PES = 4096, MOST_BITS = 8, MOST_GROUP = 1024, GIGABYTE = 1 << 30, MILLIARD = 1000000000 };

typedef struct {
    const char *key;
    size_t offset;
    int64_t least, most;
    int64_t scale;    /* the member is the value as written times this */
    bool of_pruned;   /* at least 1 in a design that prunes channels, else at least 0 */
    bool may_be_none; /* 0: not set */
} number_t;

#define MEMBER(member) #member, offsetof(accel_config_t, member)

static const number_t numbers[] = {
    {MEMBER(rows), 1, MOST_PES, 1, false, false},
    {MEMBER(columns), 1, MOST_PES, 1, false, false},
    {MEMBER(group), 1, MOST_GROUP, 1, false, false},
    {MEMBER(lanes), 1, MOST_GROUP, 1, false, false},
    {MEMBER(lane_bits), 1, MOST_BITS, 1, false, false},
    {MEMBER(weight_sram_bytes), 1, GIGABYTE, 1, false, false},
    {MEMBER(weight_banks), 1, MOST_PES, 1, false, false},
    {MEMBER(weight_bus_bits), 8, MOST_PES, 1, false, false},
    {MEMBER(input_sram_bytes), 1, GIGABYTE, 1, false, false},
    {MEMBER(input_banks), 1, MOST_PES, 1, false, false},
    {MEMBER(input_bus_bits), 8, MOST_PES, 1, false, false},
    {MEMBER(activation_bits), 1, MOST_BITS, 1, false, false},
    {MEMBER(mask_bits), 0, 1, 1, false, false},
    {MEMBER(local_bytes), 0, GIGABYTE, 1, false, false},
    {MEMBER(local_bus_bits), 0, MOST_PES, 1, false, false},
    {MEMBER(low_bits), 1, MOST_BITS, 1, true, true},
    {MEMBER(mean_centibits), 100, 100 * MOST_BITS, 1, false, true},
    {MEMBER(beta_permille), 0, 1000, 1, false, false},
    {MEMBER(channel_unit), 1, MOST_PES, 1, true, true},
    {MEMBER(meta_group), 1, MOST_GROUP, 1, true, true},
    {MEMBER(meta_bits), 0, MOST_GROUP, 1, false, false},
    {MEMBER(multipliers), 1, GIGABYTE, 1, false, true},
    {"dram_gbytes_per_s", offsetof(accel_config_t, dram_mbytes_per_s), 1, MILLIARD, 1000, false, true},
    {"dram_pj_per_64bit", offsetof(accel_config_t, dram_fj_per_64bit), 1, MILLIARD, 1000, false, true},
};

static const struct {
    const char *key;
    size_t offset, capacity;
} texts[] = {
    {MEMBER(counted), sizeof(((accel_config_t *)0)->counted)},
    {MEMBER(unequal), sizeof(((accel_config_t *)0)->unequal)},
};

enum { NUMBERS = sizeof numbers / sizeof *numbers, TEXTS = sizeof texts / sizeof *texts };

static const number_t *find(const char *key)
{
    for (size_t i = 0; i < NUMBERS; i++)
        if (text_equal(numbers[i].key, key))
            return &numbers[i];
    return NULL;
}

static text_t known_keys(void)
{
    text_t known = text_of("%s", numbers[0].key);
    for (size_t i = 1; i < NUMBERS; i++)
        known = text_of("%s, %s", known.chars, numbers[i].key);
    for (size_t i = 0; i < TEXTS; i++)
        known = text_of("%s, %s", known.chars, texts[i].key);
    return known;
}

static int64_t *member(const number_t *number, accel_config_t *config)
{
    return (int64_t *)(void *)((char *)config + number->offset);
}

static text_t range(const number_t *number, int64_t least)
{
    if (number->scale == 1)
        return text_of("%" PRId64 " to %" PRId64, least, number->most);
    return text_of("%g to %g", (double)least / (double)number->scale, (double)number->most / (double)number->scale);
}

outcome_t settings_put(accel_config_t *config, const char *key, int64_t value)
{
    const number_t *number = find(key);
    if (number == NULL)
        return outcome_usage("setting", key, "no such key", known_keys().chars, NULL);
    *member(number, config) = value;
    return outcome_ok();
}

static bool read_number(const number_t *number, const char *text, int64_t *value)
{
    double real;
    if (number->scale == 1)
        return text_to_integer(text, number->least, number->most, value);
    if (!text_to_real(text, &real))
        return false;
    real *= (double)number->scale;
    if (!(real >= (double)number->least && real <= (double)number->most))
        return false;
    *value = (int64_t)llround(real);
    return true;
}

outcome_t settings_read(accel_config_t *config, const char *key, const char *text, const char *where, const char *place)
{
    for (size_t i = 0; i < TEXTS; i++)
        if (text_equal(texts[i].key, key)) {
            if (strlen(text) >= texts[i].capacity)
                return outcome_usage(where, text_of("%s: %s", place, key).chars, text_of("%zu bytes", strlen(text)).chars,
                                     text_of("fewer than %zu", texts[i].capacity).chars, NULL);
            memcpy((char *)config + texts[i].offset, text, strlen(text) + 1);
            return outcome_ok();
        }
    const number_t *number = find(key);
    if (number == NULL)
        return outcome_usage(where, text_of("%s: %s", place, key).chars, "no such key", known_keys().chars, NULL);
    int64_t multipliers = accel_multipliers(config), declared = config->multipliers;
    if (read_number(number, text, member(number, config))) {
        if (multipliers != accel_multipliers(config) || declared != config->multipliers)
            snprintf(config->changed_by, sizeof config->changed_by, "%s: %s: %s", where, place, key);
        return outcome_ok();
    }
    return outcome_usage(where, text_of("%s: %s", place, key).chars, text[0] ? text : "nothing",
                         range(number, number->least).chars, NULL);
}

outcome_t settings_check(const accelerator_t *accelerator, const accel_config_t *config)
{
    for (size_t i = 0; i < NUMBERS; i++) {
        const number_t *number = &numbers[i];
        bool may_be_none = number->may_be_none && !(number->of_pruned && accelerator->selects);
        int64_t value;
        memcpy(&value, (const char *)config + number->offset, sizeof value);
        if ((value < number->least || value > number->most) && !(value == 0 && may_be_none))
            return outcome_usage(accelerator->name, number->key, text_of("%" PRId64, value).chars,
                                 range(number, may_be_none ? 0 : number->least).chars, NULL);
    }
    if (config->local_bytes > 0 && config->local_bus_bits == 0)
        return outcome_usage(accelerator->name, "local_bus_bits", "0", "the bus of the PEs' buffers", NULL);
    return outcome_ok();
}
