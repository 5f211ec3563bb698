/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_ACCEL_METHOD_H
#define BBS_CLI_ACCEL_METHOD_H

#include "accel/accel.h"

/* `simulate --method SPEC`: a method as `accuracy --method` takes it, "zps:columns=3:beta=0.1" or a preset, as keys of the
 * designs that run this method: BitVert and BitWave, also with an array of one's own. */

/* Change configs[count]. FAULT_USAGE when none of the designs runs the method (the error lists who runs what), when the
 * spec changes a parameter for which the designs have no key, and when beta is no multiple of 0.001. */
outcome_t accel_method(const char *spec, const accelerator_t *const *accelerators, size_t count, accel_config_t *configs);

#endif
