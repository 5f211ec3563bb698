/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/idx.h"

#include "base/text.h"

/* MOST_BYTES: 20 times the largest file of Fashion-MNIST */
enum { TYPE_UINT8 = 8, PREFIX = 4, SIZE_BYTES = 4, MOST_BYTES = 1 << 30 };

static outcome_t parse(const char *path, int rank, idx_t *idx)
{
    const uint8_t *bytes = idx->bytes.data;
    size_t header = PREFIX + SIZE_BYTES * (size_t)rank, size = idx->bytes.size;
    if (size < header)
        return outcome_failed(path, NULL, text_of("%zu bytes", size).chars, text_of("an idx header of %zu", header).chars,
                              "install the data set again");
    if (bytes[0] != 0 || bytes[1] != 0 || bytes[2] != TYPE_UINT8 || bytes[3] != rank)
        return outcome_failed(path, "byte 0",
                              text_of("magic %02x %02x %02x %02x", bytes[0], bytes[1], bytes[2], bytes[3]).chars,
                              text_of("00 00 08 %02x (uint8, %d dimensions)", (unsigned)rank, rank).chars,
                              "this is another kind of file, or a damaged one");
    int64_t count = 1;
    idx->rank = rank;
    for (int i = 0; i < rank; i++) {
        const uint8_t *at = bytes + PREFIX + SIZE_BYTES * i;
        idx->shape[i] = (int64_t)at[0] << 24 | (int64_t)at[1] << 16 | (int64_t)at[2] << 8 | at[3];
        if (__builtin_mul_overflow(count, idx->shape[i], &count))
            return outcome_failed(path, text_of("dimension %d", i).chars, "sizes that overflow", "a real data set", NULL);
    }
    if ((int64_t)(size - header) != count)
        return outcome_failed(path, text_of("after byte %zu", header).chars, text_of("%zu values", size - header).chars,
                              text_of("%lld by its sizes", (long long)count).chars,
                              "the file is truncated or damaged: install the data set again");
    idx->values = bytes + header;
    return outcome_ok();
}

outcome_t idx_read(const char *path, const char *todo, int rank, idx_t *idx)
{
    *idx = (idx_t){0};
    outcome_t result = file_read_gzip(path, todo, MOST_BYTES, &idx->bytes);
    if (!outcome_is_ok(&result))
        return result;
    result = parse(path, rank, idx);
    if (!outcome_is_ok(&result))
        idx_free(idx);
    return result;
}

void idx_free(idx_t *idx)
{
    file_free_bytes(&idx->bytes);
    *idx = (idx_t){0};
}
