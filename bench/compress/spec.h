/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_SPEC_H
#define BBS_COMPRESS_SPEC_H

#include "compress/compress.h"

/* A method with its parameters in one word, as --method takes it and rows carry it:
 *     bbs-mod    ra:columns=4    zps:columns=4:constant=5    ptq:bits=6:beta=0.1
 * The name of the registry, then key=value in place of the method's defaults. Keys: columns, group, beta, channels (C_H),
 * bits, constant (bits of the constant), shift-range (stored | paper), score (scale | deviation), clip (absmax | squares),
 * variant. Unknown keys and values that the method cannot use are FAULT_USAGE. `config.variant` points into `spec`. */
outcome_t method_parse(const char *spec, const method_t **method, method_config_t *config);

#endif
