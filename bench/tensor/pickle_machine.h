/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TENSOR_PICKLE_MACHINE_H
#define BBS_TENSOR_PICKLE_MACHINE_H

#include "tensor/pickle.h"

/* The stack machine that runs a pickle: bytes, stack, marks and memo; every access is checked. Used by pickle.c, which has
 * the opcodes. Memory is bounded by a fixed multiple of the bytes that were read. */

typedef struct {
    const char *where;
    const uint8_t *bytes;
    size_t size, at;
    size_t opcode_at; /* of the opcode that runs, for messages */
    const char *opcode_name;
    const pickle_global_t *globals;
    pickle_t *pickle;
    pickle_ref_t *stack;
    size_t depth, stack_capacity;
    size_t *marks; /* depths of the stack */
    size_t mark_count, mark_capacity;
    pickle_ref_t *memo; /* value + 1; 0: none */
    size_t memo_count, memo_capacity;
    bool stopped;
} pickle_machine_t;

/* An error that names the opcode and its offset. */
outcome_t pickle_machine_refused(const pickle_machine_t *machine, const char *found, const char *expected);

/* Take the next bytes of the pickle; an unsigned number of up to 8 bytes, little endian; the text up to a newline, which is
 * taken as well. */
outcome_t pickle_machine_take(pickle_machine_t *machine, uint64_t count, const uint8_t **bytes);
outcome_t pickle_machine_unsigned(pickle_machine_t *machine, size_t width, uint64_t *value);
outcome_t pickle_machine_line(pickle_machine_t *machine, const char **chars, size_t *count);

/* Push a new value; its items are taken over. */
outcome_t pickle_machine_push_value(pickle_machine_t *machine, pickle_value_t value);

/* The topmost `count` values above the last mark. peek leaves them on the stack; pop removes them, and the pointer is valid
 * until the next push. pop_mark removes all values above the mark, and the mark. */
outcome_t pickle_machine_peek(const pickle_machine_t *machine, size_t count, pickle_ref_t **refs);
outcome_t pickle_machine_pop(pickle_machine_t *machine, size_t count, pickle_ref_t **refs);
outcome_t pickle_machine_mark(pickle_machine_t *machine);
outcome_t pickle_machine_pop_mark(pickle_machine_t *machine, pickle_ref_t **refs, size_t *count);

pickle_value_t *pickle_machine_value(const pickle_machine_t *machine, pickle_ref_t ref); /* until the next push_value */
outcome_t pickle_machine_append(pickle_machine_t *machine, pickle_value_t *container, const pickle_ref_t *refs,
                                size_t count);

/* Store the topmost value under a number; push the value stored under a number. */
outcome_t pickle_machine_memoize(pickle_machine_t *machine, uint64_t number);
outcome_t pickle_machine_recall(pickle_machine_t *machine, uint64_t number);

#endif
