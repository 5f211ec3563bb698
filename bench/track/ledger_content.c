/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/sha256.h"
#include "track/ledger_internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

char *ledger_header(const bytes_t *bytes)
{
    size_t length = 0;
    while (length < bytes->size && bytes->data[length] != '\n' && bytes->data[length] != '\r')
        length++;
    char *header = malloc(length + 1);
    if (header == NULL)
        return NULL;
    memcpy(header, bytes->data, length);
    header[length] = '\0';
    return header;
}

outcome_t ledger_deflate(const bytes_t *bytes, bytes_t *deflated)
{
    uLongf size = compressBound((uLong)bytes->size);
    deflated->data = malloc(size);
    if (deflated->data == NULL ||
        compress2(deflated->data, &size, bytes->data, (uLong)bytes->size, Z_DEFAULT_COMPRESSION) != Z_OK)
        return outcome_out_of_memory("history");
    deflated->size = size;
    return outcome_ok();
}

/* Deflate packs at most 1,032 bytes into one (zlib's technical notes): a longer length is not believed, nor allocated. */
enum { DEFLATE_MOST = 1032 };

/* What comes out must have the length and the hash that were stored with it. */
outcome_t ledger_inflate(const ledger_t *ledger, const void *deflated, size_t size, int64_t original, const char *sha256,
                         bytes_t *bytes)
{
    sha256_t digest;
    *bytes = (bytes_t){0};
    bool possible = original >= 0 && original < INT_MAX && deflated != NULL && sha256 != NULL &&
                    (size_t)original / DEFLATE_MOST <= size;
    uLongf length = possible ? (uLongf)original : 0;
    bytes->data = possible ? malloc(length + 1) : NULL;
    if (possible && bytes->data == NULL)
        return outcome_out_of_memory(ledger->path);
    if (possible && uncompress(bytes->data, &length, deflated, (uLong)size) == Z_OK && length == (uLongf)original) {
        bytes->size = length;
        bytes->data[length] = '\0';
        sha256_bytes(bytes->data, length, &digest);
        if (text_equal(digest.hex, sha256))
            return outcome_ok();
    }
    file_free_bytes(bytes);
    return outcome_failed(ledger->path, text_of("contents %.12s", sha256 != NULL ? sha256 : "?").chars, "other bytes",
                          "those of this hash", "the history is damaged: move it away");
}
