/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_BBS_H
#define BBS_COMPRESS_BBS_H

#include "compress/compress.h"

/* The paper's two operating points (§V-A): conservative is rounded averaging of 2 columns with 10 % sensitive channels,
 * moderate is zero-point shifting of 4 columns with 20 %. Algorithm 2 as printed has the two swapped; its text has not. */
extern const method_t bbs_cons;
extern const method_t bbs_mod;

#endif
