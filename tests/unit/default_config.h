/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TESTS_DEFAULT_CONFIG_H
#define BBS_TESTS_DEFAULT_CONFIG_H

#include "accel/configuration.h"
#include "accel/settings.h"

#include "testing.h"

/* The configuration of paper.ini, read once for each accelerator. */
static inline const accel_config_t *default_config(const accelerator_t *accelerator)
{
    enum { MOST = 32 };
    static struct {
        const accelerator_t *of;
        accel_config_t config;
    } known[MOST];
    int at = 0;
    while (known[at].of != NULL && known[at].of != accelerator)
        at++;
    assert_in_range(at, 0, MOST - 2);
    if (known[at].of == NULL) {
        assert_ok(configuration_default(accelerator, &known[at].config));
        known[at].of = accelerator;
    }
    return &known[at].config;
}

/* One of its own keys, by name. */
static inline int64_t default_value(const accelerator_t *accelerator, const char *key)
{
    int64_t value = 0;
    assert_ok(settings_get(accelerator->keys, default_config(accelerator), key, &value));
    return value;
}

#endif
