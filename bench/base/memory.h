/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_MEMORY_H
#define BBS_BASE_MEMORY_H

#include <stdint.h>

/* Peak memory of a part of the program: memory_reset_peak() resets the kernel's high-water mark of the resident set, and
 * memory_peak_bytes() reads it (-1: not known). Pages of mapped files count while they are resident. Where
 * /proc/self/clear_refs cannot be written, the mark is that of the whole process. */
void memory_reset_peak(void);
int64_t memory_peak_bytes(void);

#endif
