/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/method.h"

#include <stddef.h>

extern const method_t plain_fp32, plain_int8, ra_method, zps_method, zps_released_method, best_method, budget_method,
    bitflip_method, ptq_method, mx_method, ant_method, noisyquant_method, olive_method;

/* One line adds a method. */
/* clang-format off */
const method_t *const method_registry[] = {
    &plain_fp32,
    &plain_int8,
    &ra_method,
    &zps_method,
    &zps_released_method,
    &best_method,
    &budget_method,
    &bitflip_method,
    &ptq_method,
    &mx_method,
    &ant_method,
    &noisyquant_method,
    &olive_method,
    NULL,
};

#define PRESET(name, spec, summary) &(const preset_t){name, spec, summary}

/* One line adds a preset.
  * BBS: the paper's two operating points (§V-A). The printed Algorithm 2 swaps the two methods; the paper's text does not.
 * BitWave and PTQ have the same sensitive channels and the same compression (§V-B, Fig. 11): BitWave the same N, PTQ as many
 * bits as BBS keeps, 6 and 4 of 8; these widths are inferred, the paper prints none. Table III compares with 6-bit mx; the
 * standard also has E3M2 and INT8 (OCP MX 1.0, §5.3), but no 6-bit integers. */
const preset_t *const preset_registry[] = {
    PRESET("bbs-cons", "ra:columns=2:beta=0.1",
           "BBS conservative: rounded averaging, N = 2, 10 % sensitive channels (BBS paper)"),
    PRESET("bbs-mod", "zps:columns=4:beta=0.2",
           "BBS moderate: zero-point shifting, N = 4, 20 % sensitive channels (BBS paper)"),
    PRESET("bitwave-cons", "bitflip:columns=2:beta=0.1",
           "bit flip with N and sensitive channels of bbs-cons (paper, Fig. 11)"),
    PRESET("bitwave-mod", "bitflip:columns=4:beta=0.2",
           "bit flip with N and sensitive channels of bbs-mod (paper, Fig. 11)"),
    PRESET("ptq-cons", "ptq:bits=6:beta=0.1",
           "6-bit quantisation with the sensitive channels of bbs-cons (BBS paper, Fig. 11)"),
    PRESET("ptq-mod", "ptq:bits=4:beta=0.2",
           "4-bit quantisation with the sensitive channels of bbs-mod (BBS paper, Fig. 11)"),
    PRESET("mx-e3m2", "mx:bits=6:variant=e3m2", "Microscaling MXFP6 E3M2 (OCP MX 1.0)"),
    PRESET("mx-int6", "mx:bits=6:variant=int", "Microscaling with 6-bit integers, defined in the way of MXINT8"),
    PRESET("mx-int8", "mx:bits=8:variant=int", "Microscaling MXINT8 (OCP MX 1.0)"),
    NULL,
};
/* clang-format on */
