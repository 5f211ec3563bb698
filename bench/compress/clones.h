/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_CLONES_H
#define BBS_COMPRESS_CLONES_H

/* COMPRESS_CLONES before a function compiles it for AVX2 and for the baseline; the loader picks one by cpuid. The work
 * is integer, or float with sums in a fixed number of lanes: both give the same bytes. On other processors than x86-64 it
 * is the plain function. Helpers that such a function calls are COMPRESS_INLINE: they are compiled once in each clone.
 * Clang 14 gives even a static clone a global symbol, and gives an extern clone no plain symbol: so clones are static, and
 * their names have the module prefix. */
#if defined(__x86_64__)
#define COMPRESS_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define COMPRESS_CLONES
#endif
#define COMPRESS_INLINE static inline __attribute__((always_inline))

#endif
