/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_SETTINGS_H
#define BBS_ACCEL_SETTINGS_H

#include "accel/accel.h"

/* A member of accel_config_t by its name: what a sweep changes. An unknown one is FAULT_USAGE and lists the known names.
 * Whether the value is one that the design can have is accel_check()'s to say. */
outcome_t settings_put(accel_config_t *config, const char *key, int64_t value);

#endif
