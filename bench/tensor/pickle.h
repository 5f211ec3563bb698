/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TENSOR_PICKLE_H
#define BBS_TENSOR_PICKLE_H

#include "base/outcome.h"
#include "tensor/pickle_value.h"

#include <stddef.h>
#include <stdint.h>

/* The subset of Python's pickle (protocols 2 to 4) that state dicts are written in, read as plain values.
 *
 * Nothing is executed: a GLOBAL is an entry of the caller's table, a REDUCE the note that something was called with
 * something. An opcode outside the subset, a global outside the table, an empty stack, a length behind the end: each
 * is refused with the opcode and its offset. (Opcodes: CPython's Lib/pickletools.py describes them one by one.) */

/* What a pickle may name. A module of NULL ends the table. */
typedef struct {
    const char *module;
    const char *name;
    int id;
} pickle_global_t;

enum { PICKLE_SIZE_LIMIT = 16 << 20 }; /* bytes of one pickle; a state dict needs about 150 a tensor */

/* Read one pickle from the front of bytes[size]; the bytes must outlive `pickle`. `where` names them in errors. */
outcome_t pickle_read(const char *where, const uint8_t *bytes, size_t size, const pickle_global_t *globals,
                      pickle_t *pickle);

#endif
