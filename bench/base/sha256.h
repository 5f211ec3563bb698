/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_SHA256_H
#define BBS_BASE_SHA256_H

#include "base/outcome.h"

#include <stddef.h>

/* SHA-256, as 64 hexadecimal digits and a NUL (libmd). */
typedef struct {
    char hex[65];
} sha256_t;

outcome_t sha256_file(const char *path, sha256_t *digest);
/* Of bytes in memory. */
void sha256_bytes(const void *bytes, size_t size, sha256_t *digest);

#endif
