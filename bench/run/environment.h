/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_RUN_ENVIRONMENT_H
#define BBS_RUN_ENVIRONMENT_H

#include <stdint.h>

#include <cjson/cJSON.h>

/* Where a run happens, as objects of key and text: program (commit, dirty, SHA-256 of the executable), build (compiler,
 * flags), machine (processor, memory, system) and libraries (versions, and the SHA-256 of each shared library that
 * computes, the engine among them, which this loads). Adds the four to `parent`. */
void environment_describe(cJSON *parent);

/* Peak memory of what follows: environment_reset_peak() starts the kernel's high-water mark anew (where
 * /proc/self/clear_refs allows it; else the mark stays the process's), environment_peak_bytes() reads it. */
void environment_reset_peak(void);
int64_t environment_peak_bytes(void);

#endif
