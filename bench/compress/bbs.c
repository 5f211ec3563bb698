/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/bbs.h"

#include "compress/ra.h"
#include "compress/zps.h"

const method_t bbs_cons = {
    .name = "bbs-cons",
    .summary = "BBS conservative: rounded averaging, N = 2, 10 % sensitive channels (BBS paper)",
    .input = METHOD_INT8,
    .selects = true,
    .packs = true,
    .activation_bits = 8,
    .defaults = {.columns = 2, .group = 32, .beta = 0.1, .channel_unit = 32},
    .compress = ra_compress,
    .coder = &ra_coder,
};

const method_t bbs_mod = {
    .name = "bbs-mod",
    .summary = "BBS moderate: zero-point shifting, N = 4, 20 % sensitive channels (BBS paper)",
    .input = METHOD_INT8,
    .selects = true,
    .packs = true,
    .constant_is_signed = true,
    .activation_bits = 8,
    .defaults = {.columns = 4, .group = 32, .beta = 0.2, .channel_unit = 32, .constant_bits = 6},
    .compress = zps_compress,
    .coder = &zps_coder,
    .check = zps_check,
};
