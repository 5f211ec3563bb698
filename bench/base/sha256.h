/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_SHA256_H
#define BBS_BASE_SHA256_H

#include "base/outcome.h"

/* SHA-256 of a file, as 64 hexadecimal digits and a NUL (libmd). */
typedef struct {
    char hex[65];
} sha256_t;

outcome_t sha256_file(const char *path, sha256_t *digest);

#endif
