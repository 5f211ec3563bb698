/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_NPZ_H
#define BBS_DATA_NPZ_H

#include "base/file.h"
#include "base/outcome.h"

#include <stdint.h>

/* One array of a NumPy archive (.npz, numpy.savez and savez_compressed): a zip of NAME.npy files. The format is that of
 * numpy/lib/format.py: "\x93NUMPY", version 1 or 2, the length of the header, a header like
 * {'descr': '|b1', 'fortran_order': False, 'shape': (964, 20, 105, 105), }, then the values. */

enum { NPZ_MAX_RANK = 4 };

typedef struct {
    bytes_t bytes;         /* the whole NAME.npy */
    const uint8_t *values; /* inside bytes, the product of shape */
    int rank;
    int64_t shape[NPZ_MAX_RANK]; /* last index fastest */
} npz_t;

/* Read the array NAME of one byte a value: bool ("|b1") or uint8 ("|u1"). Refused: other types, Fortran order, another rank
 * than `rank`, values whose number is not the product of the shape, more than 2^30 bytes, and what libzip cannot read (CRC
 * included). A missing file is FAULT_MISSING with `todo`. Free with npz_free(). */
outcome_t npz_read(const char *path, const char *todo, const char *name, int rank, npz_t *array);
void npz_free(npz_t *array);

#endif
