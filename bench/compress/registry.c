/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/bbs.h"
#include "compress/bitflip.h"
#include "compress/plain.h"
#include "compress/ra.h"
#include "compress/zps.h"
#include "compress/zps_released.h"

/* One line adds a method. */
/* clang-format off */
const method_t *const method_registry[] = {
    &plain_fp32,
    &plain_int8,
    &ra_method,
    &zps_method,
    &zps_released_method,
    &bitflip_method,
    &bbs_cons,
    &bbs_mod,
    &bitflip_bitwave_cons,
    &bitflip_bitwave_mod,
    NULL,
};
/* clang-format on */
