/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/sha256.h"

#include <errno.h>
#include <string.h>

#include <sha2.h> /* SHA256File, of libmd */

outcome_t sha256_file(const char *path, sha256_t *digest)
{
    if (SHA256File(path, digest->hex) == NULL)
        return outcome_missing(path, "hashing", strerror(errno), "a readable file", NULL);
    return outcome_ok();
}

void sha256_bytes(const void *bytes, size_t size, sha256_t *digest)
{
    SHA256Data(bytes, size, digest->hex);
}
