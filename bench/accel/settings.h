/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_SETTINGS_H
#define BBS_ACCEL_SETTINGS_H

#include "accel/config.h"
#include "base/outcome.h"
#include "base/text.h"

/* The values of a configuration by key: the common keys of a table in settings.c, and a design's own keys. In every
 * function `own` is the design's table of keys; NULL: it has none.
 *
 * Sizes may be given in KiB and shares in per cent: input_sram_kib=64 sets input_sram_bytes, beta_percent=12.5 sets
 * beta_permille. A value between two that the models can hold is refused, never rounded.
 *
 * A key may be KEY.NETWORK where accel_key_t.by_network allows it. KEY alone sets the value for all networks, also for
 * those with a value of their own. A key that the design lacks is FAULT_USAGE and lists the keys that it has. */

bool settings_has(const accel_key_t *own, const char *key);

/* Set or get a number, in the unit of the key (dram_gbytes_per_s: GB/s; rounded down by settings_get()). The range is
 * checked by settings_check(), not here. */
outcome_t settings_put(const accel_key_t *own, accel_config_t *config, const char *key, int64_t value);
outcome_t settings_get(const accel_key_t *own, const accel_config_t *config, const char *key, int64_t *value);

/* Set any key from the text of a file or of the command line. `where` and `place` (file and line, or the option) begin the
 * error about a value that is malformed or out of range. */
outcome_t settings_read(const accel_key_t *own, accel_config_t *config, const char *key, const char *text,
                        const char *where, const char *place);

/* Append "key = value" lines that settings_read() reads to the same configuration. */
void settings_write(const accel_key_t *own, const accel_config_t *config, text_builder_t *text);

/* settings_clear() removes the values of all keys. settings_complete() refuses a configuration in which a key that must
 * have a value has none; the error names file, section and key. */
void settings_clear(const accel_key_t *own, accel_config_t *config);
outcome_t settings_complete(const accel_key_t *own, accel_config_t *config, const char *where, const char *section);

/* Refuse a value that is out of range; `design` begins the error. */
outcome_t settings_check(const accel_key_t *own, const accel_config_t *config, const char *design);

/* A key, for lists of keys. */
typedef struct {
    const char *key, *what; /* `what`: the meaning, with the unit */
    double least, most;     /* in the unit of the key */
    bool may_be_none;       /* 0 means "not set" */
    bool by_network;
    double value; /* in the configuration */
} settings_key_t;

/* How many keys every design has: they come first. */
size_t settings_common_count(void);

/* Key `index` of a design and its value; false after the last one. Keys of texts (`counted`, `unequal`) are left out. */
bool settings_key_at(const accel_key_t *own, const accel_config_t *config, size_t index, settings_key_t *key);

#endif
