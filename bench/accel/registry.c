/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/designs.h"

#include <stddef.h>

const accelerator_t *const accelerator_registry[] = {
    &accelerator_stripes,      &accelerator_pragmatic,   &accelerator_bitlet,
    &accelerator_bitwave,      &accelerator_sparten,     &accelerator_ant,
    &accelerator_bitvert_cons, &accelerator_bitvert_mod, NULL,
};
