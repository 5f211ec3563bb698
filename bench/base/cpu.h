/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_CPU_H
#define BBS_BASE_CPU_H

#include "base/text.h"

/* The processor: its name, its vector instructions, and the floating-point environment of the suite.
 *
 * Debian 12's libdarknet.so carries crtfastmath, which sets flush-to-zero and denormals-are-zero for the whole process
 * when it is loaded. Results must not depend on that: each thread calls cpu_float_environment() before it computes. */

void cpu_float_environment(void); /* round to nearest, denormals kept, no traps */

text_t cpu_name(void);            /* from /proc/cpuinfo, or "unknown" */
const char *cpu_vector_set(void); /* "avx512", "avx2", "sse2", "neon" or "portable": what dispatched kernels use */

/* Processors that this process may use, at least 1: those it is allowed to run on (taskset, cpusets of Slurm and Docker),
 * but no more than its control group may be busy at a time (docker --cpus, systemd's CPUQuota), rounded up. */
int cpu_count(void);

/* The limit of the control group alone, or INT_MAX. `membership` is a file like /proc/self/cgroup, `mount` a folder like
 * /sys/fs/cgroup (cgroups(7), versions 1 and 2). */
int cpu_limit(const char *membership, const char *mount);

#endif
