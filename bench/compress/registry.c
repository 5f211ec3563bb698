/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/ant.h"
#include "compress/bbs.h"
#include "compress/bitflip.h"
#include "compress/mx.h"
#include "compress/noisyquant.h"
#include "compress/olive.h"
#include "compress/plain.h"
#include "compress/ptq.h"
#include "compress/ra.h"
#include "compress/zps.h"
#include "compress/zps_released.h"

/* clang-format off: a family a line */
const method_t *const method_registry[] = {
    &plain_fp32,
    &plain_int8,
    &ra_method,
    &zps_method,
    &zps_released_method,
    &bbs_cons,
    &bbs_mod,
    &bitflip_method,
    &bitflip_bitwave_cons,
    &bitflip_bitwave_mod,
    &ptq_method,
    &ptq_cons,
    &ptq_mod,
    &mx_method,
    &mx_e3m2,
    &mx_int6,
    &mx_int8,
    &ant_method,
    &noisyquant_method,
    &olive_method,
    NULL,
};
