/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/settings.h"

#include "base/text.h"

#include <stddef.h>

#define SETTING(member)                           \
    {                                             \
#member, offsetof(accel_config_t, member) \
    }

static const struct {
    const char *key;
    size_t offset;
} settings[] = {
    SETTING(rows),         SETTING(columns),         SETTING(group),
    SETTING(lanes),        SETTING(lane_bits),       SETTING(weight_sram_bytes),
    SETTING(weight_banks), SETTING(weight_bus_bits), SETTING(input_sram_bytes),
    SETTING(input_banks),  SETTING(input_bus_bits),  SETTING(activation_bits),
    SETTING(low_bits),     SETTING(beta_permille),   SETTING(channel_unit),
    SETTING(meta_group),   SETTING(meta_bits),
};

outcome_t settings_put(accel_config_t *config, const char *key, int64_t value)
{
    text_t known = text_of("%s", "");
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        if (text_equal(settings[i].key, key)) {
            *(int64_t *)(void *)((char *)config + settings[i].offset) = value;
            return outcome_ok();
        }
        known = text_of("%s%s%s", known.chars, known.chars[0] ? ", " : "", settings[i].key);
    }
    return outcome_usage("setting", key, "no such key", known.chars, NULL);
}
