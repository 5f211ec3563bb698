/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_IDX_H
#define BBS_DATA_IDX_H

#include "base/file.h"
#include "base/outcome.h"

/* The idx format of the MNIST family: bytes 0, 0, type (8 = uint8), number of dimensions; each size as a big-endian
 * 32-bit integer; then the values. (http://yann.lecun.com/exdb/mnist, "The IDX file format") Plain or gzipped. */

enum { IDX_MAX_RANK = 3 };

typedef struct {
    bytes_t bytes;         /* the whole file */
    const uint8_t *values; /* inside bytes, product of shape */
    int rank;
    int64_t shape[IDX_MAX_RANK];
} idx_t;

/* Read a file of uint8 values with `rank` dimensions. Any other content or length is refused. */
outcome_t idx_read(const char *path, const char *todo, int rank, idx_t *idx);
void idx_free(idx_t *idx);

#endif
