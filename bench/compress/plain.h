/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_PLAIN_H
#define BBS_COMPRESS_PLAIN_H

#include "compress/compress.h"

/* The two references every method is compared with: float weights as they are, and INT8 with nothing pruned. */
extern const method_t plain_fp32;
extern const method_t plain_int8;

#endif
