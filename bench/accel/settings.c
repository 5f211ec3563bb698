/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key, common or own, is looked up once as a number_t: its name, range and offset in the configuration. The rest of this
 * file works on number_t. */
#include "accel/settings.h"

#include "accel/exact.h"
#include "base/registry.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_PES = 4096, MOST_BITS = 8, MOST_GROUP = 1024, GIGABYTE = 1 << 30, BILLION = 1000000000 };

static const int64_t unset = INT64_MIN;

typedef struct {
    const char *key;
    size_t offset; /* in accel_config_t */
    int64_t least, most;
    int64_t scale;    /* the member is the value in the text times this factor */
    bool may_be_none; /* 0: not set */
    bool by_network;
} number_t;

#define MEMBER(member) .key = #member, .offset = offsetof(accel_config_t, member)

static const number_t common[] = {
    {MEMBER(rows), .least = 1, .most = MOST_PES, .scale = 1},
    {MEMBER(columns), .least = 1, .most = MOST_PES, .scale = 1},
    {MEMBER(group), .least = 1, .most = MOST_GROUP, .scale = 1},
    {MEMBER(lanes), .least = 1, .most = MOST_GROUP, .scale = 1},
    {MEMBER(lane_bits), .least = 1, .most = MOST_BITS, .scale = 1},
    {MEMBER(weight_sram_bytes), .least = 1, .most = GIGABYTE, .scale = 1},
    {MEMBER(weight_banks), .least = 1, .most = MOST_PES, .scale = 1},
    {MEMBER(weight_bus_bits), .least = 8, .most = MOST_PES, .scale = 1},
    {MEMBER(input_sram_bytes), .least = 1, .most = GIGABYTE, .scale = 1},
    {MEMBER(input_banks), .least = 1, .most = MOST_PES, .scale = 1},
    {MEMBER(input_bus_bits), .least = 8, .most = MOST_PES, .scale = 1},
    {MEMBER(activation_bits), .least = 1, .most = MOST_BITS, .scale = 1},
    {MEMBER(multipliers), .least = 1, .most = GIGABYTE, .scale = 1, .may_be_none = true},
    {.key = "dram_gbytes_per_s",
     .offset = offsetof(accel_config_t, dram_mbytes_per_s),
     .least = 1,
     .most = BILLION,
     .scale = 1000,
     .may_be_none = true},
    {.key = "dram_pj_per_64bit",
     .offset = offsetof(accel_config_t, dram_fj_per_64bit),
     .least = 1,
     .most = BILLION,
     .scale = 1000,
     .may_be_none = true},
};

static const struct {
    const char *key;
    size_t offset, capacity;
} texts[] = {
    {"counted", offsetof(accel_config_t, counted), sizeof(((accel_config_t *)0)->counted)},
    {"unequal", offsetof(accel_config_t, unequal), sizeof(((accel_config_t *)0)->unequal)},
};

enum { COMMON = sizeof common / sizeof *common, TEXTS = sizeof texts / sizeof *texts };

/* ===  Keys  === */

static size_t own_count(const accel_key_t *own)
{
    size_t count = 0;
    while (own != NULL && count < ACCEL_OWN_KEYS && own[count].key != NULL)
        count++;
    return count;
}

/* The numbers of a design: the common ones, then its own. */
static size_t number_count(const accel_key_t *own)
{
    return COMMON + own_count(own);
}

static number_t number_at(const accel_key_t *own, size_t index)
{
    if (index < COMMON)
        return common[index];
    const accel_key_t *key = &own[index - COMMON];
    return (number_t){.key = key->key,
                      .offset = offsetof(accel_config_t, own) + (index - COMMON) * sizeof(int64_t),
                      .least = key->least,
                      .most = key->most,
                      .scale = 1,
                      .may_be_none = key->may_be_none,
                      .by_network = key->by_network};
}

static bool find(const accel_key_t *own, const char *key, number_t *number)
{
    for (size_t i = 0; i < number_count(own); i++) {
        *number = number_at(own, i);
        if (text_equal(number->key, key))
            return true;
    }
    return false;
}

static text_t known_keys(const accel_key_t *own)
{
    text_t known = text_of("%s", common[0].key);
    for (size_t i = 1; i < number_count(own); i++)
        known = text_of("%s, %s", known.chars, number_at(own, i).key);
    for (size_t i = 0; i < TEXTS; i++)
        known = text_of("%s, %s", known.chars, texts[i].key);
    return known;
}

/* "did you mean rows?" for an unknown key, or "". */
static text_t near_key(const accel_key_t *own, const char *key)
{
    enum { MOST_NEAR = 128 };
    const char *names[MOST_NEAR + 1] = {NULL};
    size_t count = 0;
    for (; count < number_count(own) && count < MOST_NEAR - TEXTS; count++)
        names[count] = number_at(own, count).key;
    for (size_t i = 0; i < TEXTS; i++)
        names[count + i] = texts[i].key;
    return registry_guess(names, text_of("%.*s", (int)strcspn(key, "."), key).chars);
}

/* Find "KEY" or "KEY.NETWORK"; `network` is the part after the dot, or NULL. False when the design has no such key. */
static bool find_any(const accel_key_t *own, const char *key, number_t *number, const char **network)
{
    const char *dot = strchr(key, '.');
    *network = dot != NULL ? dot + 1 : NULL;
    if (dot == NULL)
        return find(own, key, number);
    return find(own, text_of("%.*s", (int)(dot - key), key).chars, number) && number->by_network;
}

bool settings_has(const accel_key_t *own, const char *key)
{
    number_t number;
    const char *network;
    for (size_t i = 0; i < TEXTS; i++)
        if (text_equal(texts[i].key, key))
            return true;
    return find_any(own, key, &number, &network);
}

/* ===  Values  === */

static int64_t value_of(const number_t *number, const accel_config_t *config)
{
    int64_t value;
    memcpy(&value, (const char *)config + number->offset, sizeof value);
    return value;
}

static void store(const number_t *number, accel_config_t *config, int64_t value)
{
    memcpy((char *)config + number->offset, &value, sizeof value);
}

static size_t own_index(const number_t *number)
{
    return (number->offset - offsetof(accel_config_t, own)) / sizeof(int64_t);
}

/* Set the value for all networks, and remove values of single networks. */
static void store_everywhere(const number_t *number, accel_config_t *config, int64_t value)
{
    accel_network_value_t *values = config->network_values;
    size_t count = number->by_network ? config->network_value_count : 0, kept = 0;
    store(number, config, value);
    for (size_t i = 0; i < count; i++)
        if (values[i].key != own_index(number))
            values[kept++] = values[i];
    for (size_t i = kept; i < count; i++)
        values[i] = (accel_network_value_t){0};
    config->network_value_count -= count - kept;
}

/* Set the value for one network; false when there is no room for another one. */
static bool store_on(const number_t *number, const network_t *network, accel_config_t *config, int64_t value)
{
    size_t at = 0;
    while (at < config->network_value_count &&
           (config->network_values[at].network != network || config->network_values[at].key != own_index(number)))
        at++;
    if (at == ACCEL_NETWORK_VALUES)
        return false;
    config->network_values[at] = (accel_network_value_t){network, own_index(number), value};
    config->network_value_count += at == config->network_value_count;
    return true;
}

static text_t range(const number_t *number, int64_t least)
{
    if (number->scale == 1)
        return text_of("%" PRId64 " to %" PRId64, least, number->most);
    return text_of("%g to %g", (double)least / (double)number->scale, (double)number->most / (double)number->scale);
}

outcome_t settings_put(const accel_key_t *own, accel_config_t *config, const char *key, int64_t value)
{
    number_t number;
    if (!find(own, key, &number))
        return outcome_usage("setting", key, "no such key", known_keys(own).chars, NULL);
    store_everywhere(&number, config, exact_times(value, number.scale));
    return outcome_ok();
}

outcome_t settings_get(const accel_key_t *own, const accel_config_t *config, const char *key, int64_t *value)
{
    number_t number;
    if (!find(own, key, &number))
        return outcome_usage("setting", key, "no such key", known_keys(own).chars, NULL);
    *value = value_of(&number, config) / number.scale;
    return outcome_ok();
}

/* ===  From text  === */

static bool read_value(const number_t *number, const char *text, int64_t *value)
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

/* Read the value for one network. `place` already names the key. */
static outcome_t read_on(const number_t *number, accel_config_t *config, const char *name, int64_t value, const char *where,
                         const char *place)
{
    text_t known = text_of("%s", "");
    for (const network_t *const *at = net_registry; *at != NULL; at++) {
        known = text_of("%s%s%s", known.chars, known.chars[0] ? ", " : "", (*at)->name);
        if (!text_equal((*at)->name, name))
            continue;
        if (store_on(number, *at, config, value))
            return outcome_ok();
        return outcome_usage(where, place, "too many values of single networks",
                             text_of("at most %d", ACCEL_NETWORK_VALUES).chars, NULL);
    }
    return outcome_usage(where, place, "no such network", known.chars, NULL);
}

static outcome_t read_number(const accel_key_t *own, accel_config_t *config, const char *key, const char *text,
                             const char *where, const char *place)
{
    number_t number;
    const char *network;
    int64_t value;
    if (!find_any(own, key, &number, &network))
        return outcome_usage(where, place, "no such key", known_keys(own).chars, near_key(own, key).chars);
    if (!read_value(&number, text, &value))
        return outcome_usage(where, place, text[0] ? text : "no value", range(&number, number.least).chars, NULL);
    if (network != NULL)
        return read_on(&number, config, network, value, where, place);
    store_everywhere(&number, config, value);
    return outcome_ok();
}

outcome_t settings_read(const accel_key_t *own, accel_config_t *config, const char *key, const char *text,
                        const char *where, const char *place)
{
    for (size_t i = 0; i < TEXTS; i++)
        if (text_equal(texts[i].key, key)) {
            if (strlen(text) >= texts[i].capacity)
                return outcome_usage(where, text_of("%s: %s", place, key).chars, text_of("%zu bytes", strlen(text)).chars,
                                     text_of("fewer than %zu", texts[i].capacity).chars, NULL);
            memcpy((char *)config + texts[i].offset, text, strlen(text) + 1);
            return outcome_ok();
        }
    int64_t multipliers = accel_multipliers(config), declared = config->multipliers;
    outcome_t result = read_number(own, config, key, text, where, text_of("%s: %s", place, key).chars);
    if (outcome_is_ok(&result) && (multipliers != accel_multipliers(config) || declared != config->multipliers))
        snprintf(config->changed_by, sizeof config->changed_by, "%s: %s: %s", where, place, key);
    return result;
}

/* ===  A configuration as a whole  === */

void settings_clear(const accel_key_t *own, accel_config_t *config)
{
    *config = (accel_config_t){0};
    for (size_t i = 0; i < number_count(own); i++) {
        const number_t number = number_at(own, i);
        if (!number.may_be_none)
            store(&number, config, unset);
    }
}

outcome_t settings_complete(const accel_key_t *own, accel_config_t *config, const char *where, const char *section)
{
    for (size_t i = 0; i < number_count(own); i++) {
        const number_t number = number_at(own, i);
        if (value_of(&number, config) == unset)
            return outcome_failed(where, text_of("[%s]", section).chars, text_of("no %s", number.key).chars,
                                  range(&number, number.least).chars, "add the line and build again");
    }
    config->changed_by[0] = '\0';
    return outcome_ok();
}

outcome_t settings_check(const accel_key_t *own, const accel_config_t *config, const char *design)
{
    for (size_t i = 0; i < number_count(own); i++) {
        const number_t number = number_at(own, i);
        int64_t value = value_of(&number, config);
        if ((value < number.least || value > number.most) && !(value == 0 && number.may_be_none))
            return outcome_usage(design, number.key, text_of("%" PRId64, value).chars,
                                 range(&number, number.may_be_none ? 0 : number.least).chars, NULL);
    }
    return outcome_ok();
}
