/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_RUN_ENVIRONMENT_H
#define BBS_RUN_ENVIRONMENT_H

#include <stdint.h>

#include "base/json.h"

/* The environment of a run, as four objects of texts that are added to `parent`: program (commit, dirty, SHA-256 of the
 * executable), build (compiler, flags), machine (processor, memory, system) and libraries (versions, and the SHA-256 of
 * each shared library that computes rows). This loads the engine, which is one of these libraries. */
void environment_describe(cJSON *parent);

/* Peak memory of a part of the program: environment_reset_peak() resets the kernel's high-water mark, and
 * environment_peak_bytes() reads it. Where /proc/self/clear_refs cannot be written, the mark is that of the whole process.
 */
void environment_reset_peak(void);
int64_t environment_peak_bytes(void);

#endif
