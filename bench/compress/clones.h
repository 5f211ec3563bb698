/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_CLONES_H
#define BBS_COMPRESS_CLONES_H

#include "base/clones.h"

/* COMPRESS_CLONES before a function compiles it for AVX2 and for the baseline (base/clones.h). The work is integer, or
 * float with sums in a fixed number of lanes: both give the same bytes. Helpers that such a function calls are
 * COMPRESS_INLINE: they are compiled once in each clone. Clang 14 gives even a static clone a global symbol, and gives an
 * extern clone no plain symbol: so clones are static, and their names have the module prefix. */
#define COMPRESS_CLONES CLONES("avx2", "default")
#define COMPRESS_INLINE static inline __attribute__((always_inline))

#endif
