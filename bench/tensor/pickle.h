/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TENSOR_PICKLE_H
#define BBS_TENSOR_PICKLE_H

#include "base/outcome.h"
#include "tensor/pickle_value.h"

#include <stddef.h>
#include <stdint.h>

/* The subset of Python's pickle (protocols 2 to 5) in which checkpoints are written, read as plain values.
 *
 * Nothing is executed. A global is an entry of the caller's table, or PICKLE_FOREIGN when the table lacks it: training
 * scripts keep their settings (argparse.Namespace), numpy scalars and states of random generators beside the weights. A
 * call, of whatever global, only records what is called and its arguments. The contents of foreign objects are kept as
 * plain values, or dropped (attributes, items of sets and lists); they never become tensors.
 * Refused, with opcode and offset: an opcode outside the subset, an empty stack, a length beyond the end. (CPython's
 * Lib/pickletools.py describes each opcode.) */

/* The globals that the caller knows. A module of NULL ends the table. */
typedef struct {
    const char *module;
    const char *name;
    int id;
} pickle_global_t;

enum { PICKLE_SIZE_LIMIT = 16 << 20 }; /* bytes of one pickle; a state dict needs about 150 per tensor */

/* Read one pickle from the front of bytes[size]; the bytes must outlive `pickle`. `where` names them in errors. */
outcome_t pickle_read(const char *where, const uint8_t *bytes, size_t size, const pickle_global_t *globals,
                      pickle_t *pickle);

#endif
