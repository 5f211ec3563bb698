/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_SETTINGS_H
#define BBS_ACCEL_SETTINGS_H

#include "accel/config.h"
#include "base/outcome.h"

/* The values of a configuration by their keys: the common ones, which one table in settings.c names, and a design's own.
 * `own` is the design's table of keys everywhere here; NULL: it has none.
 *
 * A key is also KEY.NETWORK where accel_key_t.by_network allows it. KEY alone gives all networks the value, those too that
 * had one of their own. A key that the design lacks is FAULT_USAGE and lists those that it has. */

bool settings_has(const accel_key_t *own, const char *key);

/* Set or read a number, in the unit of the key (dram_gbytes_per_s: GB/s; read rounded down). Whether the value is one that
 * the design can have is settings_check()'s to say. */
outcome_t settings_put(const accel_key_t *own, accel_config_t *config, const char *key, int64_t value);
outcome_t settings_get(const accel_key_t *own, const accel_config_t *config, const char *key, int64_t *value);

/* Set any key from text, as it stands in a file or on the command line: `where` and `place` (file and line, or the option)
 * begin the error of a value that is none, or out of range. */
outcome_t settings_read(const accel_key_t *own, accel_config_t *config, const char *key, const char *text,
                        const char *where, const char *place);

/* Leave every key without a value, and afterwards: refuse a configuration in which one that must have a value has none,
 * naming file, section and key. */
void settings_clear(const accel_key_t *own, accel_config_t *config);
outcome_t settings_complete(const accel_key_t *own, accel_config_t *config, const char *where, const char *section);

/* Refuse a value that is out of range; `design` begins the error. */
outcome_t settings_check(const accel_key_t *own, const accel_config_t *config, const char *design);

#endif
