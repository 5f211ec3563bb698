/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_SETTINGS_H
#define BBS_ACCEL_SETTINGS_H

#include "accel/accel.h"

/* The members of accel_config_t by their names: one table says what they are called, what they may be, and how they read.
 */

/* Set a number by its key. An unknown key is FAULT_USAGE and lists the known ones. Whether the value is one that the
 * design can have is settings_check()'s to say. */
outcome_t settings_put(accel_config_t *config, const char *key, int64_t value);

/* Set any member from text, as it stands in a file or on the command line: `where` and `place` (file and line, or the
 * option) begin the error of a value that is none, or out of range for every design. */
outcome_t settings_read(accel_config_t *config, const char *key, const char *text, const char *where, const char *place);

/* Refuses a value that is out of range for this design. */
outcome_t settings_check(const accelerator_t *accelerator, const accel_config_t *config);

#endif
