/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_CONFIGURATION_H
#define BBS_ACCEL_CONFIGURATION_H

#include "accel/accel.h"
#include "accel/technology_file.h"

#include <stddef.h>

/* The configurations of accelerators come from data: the defaults (config/paper.ini, compiled in), then a profile, then
 * single settings.
 *
 * A profile is an INI file: [SECTION] lines, `key = value` lines (settings.h has the keys), blank ones, and comments after
 * '#' or ';' at the beginning of a line. A section is the name of an accelerator, or of its family (accelerator_t.part), or
 * `all`, which means the designs that have the key; [dram] holds gbytes_per_s and pj_per_64bit of all designs. A key may
 * stand once in a section; a later section changes what an earlier one has set. */

/* The profiles that lie in bench/accel/config, `paper` first; ended by a name of NULL. */
typedef struct {
    const char *name, *summary;
} configuration_profile_t;
extern const configuration_profile_t configuration_profiles[];

/* The defaults of one design. A section or a key that paper.ini lacks is an error that names it. */
outcome_t configuration_default(const accelerator_t *accelerator, accel_config_t *config);

/* Fill configs[count], one for each accelerator. `profile` is "paper" for the defaults; another name for
 * bench/accel/config/NAME.ini; a path that ends in ".ini" or has a '/' for a user's file. Errors name file, line and key. A
 * configuration as a whole is checked by accel_check(). */
outcome_t configuration_load(const char *profile, const accelerator_t *const *accelerators, size_t count,
                             accel_config_t *configs);

/* What a user's profile may hold besides keys of designs: constants in a section [technology], as `dram.access = 800 pJ/64
 * bit`, and in [model] the `oddities` of all designs, the `name` of the configuration and a digest of its `values`
 * (configuration_dump.h). */
typedef struct {
    technology_t technology;
    text_t name, values; /* "": not given */
} configuration_more_t;

/* The same as configuration_load(), for a profile with these sections. `more->technology` is one of technology_create();
 * the configurations point to it. */
outcome_t configuration_read(const char *profile, const accelerator_t *const *accelerators, size_t count,
                             accel_config_t *configs, configuration_more_t *more);

/* Apply SECTION.KEY=VALUE: "bitvert.rows=16", "dram.gbytes_per_s=25.6". */
outcome_t configuration_set(const char *setting, const accelerator_t *const *accelerators, size_t count,
                            accel_config_t *configs);

/* Whether SECTION.KEY=VALUE is a valid setting of at least one of these designs; else FAULT_USAGE, which says why not. */
outcome_t configuration_reaches(const char *setting, const accelerator_t *const *accelerators, size_t count);

#endif
