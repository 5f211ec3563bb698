/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/accel.h"

#include <stddef.h>

/* One line adds an accelerator: ADD(name) is accelerator_name, defined in its own file. Speedups are relative to the first.
 */
/* clang-format off */
#define DESIGNS(ADD)  \
    ADD(stripes)      \
    ADD(pragmatic)    \
    ADD(bitlet)       \
    ADD(bitwave)      \
    ADD(sparten)      \
    ADD(ant)          \
    ADD(bitvert_cons) \
    ADD(bitvert_mod)
/* clang-format on */

#define DECLARE(name) extern const accelerator_t accelerator_##name;
#define ENTRY(name) &accelerator_##name,

DESIGNS(DECLARE)

const accelerator_t *const accelerator_registry[] = {DESIGNS(ENTRY) NULL};
