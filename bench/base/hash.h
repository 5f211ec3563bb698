/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_HASH_H
#define BBS_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a in 64 bits (Fowler, Noll, Vo), for tables of texts: begin with HASH_START, add bytes, take the place. */
#define HASH_START UINT64_C(0xcbf29ce484222325)

static inline uint64_t hash_more(uint64_t hash, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (uint8_t)text[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* Both halves of the hash, for a table whose size is a power of two. */
static inline size_t hash_place(uint64_t hash)
{
    return (size_t)(hash ^ hash >> 32);
}

#endif
