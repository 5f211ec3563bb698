/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_TRANSPOSE_H
#define BBS_COMPRESS_TRANSPOSE_H

#include <stdint.h>

/* Transpose from[rows][columns] to to[columns][rows]. It converts a channel between PyTorch's order [c][kh * kw], where the
 * weights of a group lie kh * kw apart, and rows of input channels. */
void transpose_bytes(const int8_t *from, int64_t rows, int64_t columns, int8_t *to);
/* The same on every processor. */
void transpose_bytes_plain(const int8_t *from, int64_t rows, int64_t columns, int8_t *to);

#endif
