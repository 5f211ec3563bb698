/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_SPEC_H
#define BBS_COMPRESS_SPEC_H

#include "compress/method.h"

/* A spec: a method with its parameters in one word, as in --method and in rows:
 *     bbs-mod    ra:columns=4    zps:columns=4:constant=5    mx:variant=int:bits=8
 * The name of a method or preset, then key=value in place of its defaults, in any order; settings.h has the keys. A key
 * that the method lacks, a key given twice and a value that the method cannot use are FAULT_USAGE. Nothing points into
 * `spec`. */
outcome_t method_parse(const char *spec, const method_t **method, method_config_t *config);

/* The summary of the method or preset of a spec that method_parse() accepts. */
const char *method_summary(const char *spec);

#endif
