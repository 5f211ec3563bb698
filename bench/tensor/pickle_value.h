/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TENSOR_PICKLE_VALUE_H
#define BBS_TENSOR_PICKLE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The content of a pickle, as plain values in one array. */

typedef enum {
    PICKLE_NONE,
    PICKLE_BOOL,       /* integer: 0 or 1 */
    PICKLE_INTEGER,    /* integer */
    PICKLE_LONG,       /* an integer of more than 64 bits: chars, count bytes in two's complement, little endian */
    PICKLE_REAL,       /* real */
    PICKLE_TEXT,       /* chars, count bytes of UTF-8 without a final NUL */
    PICKLE_BYTES,      /* chars, count bytes */
    PICKLE_TUPLE,      /* items[count] */
    PICKLE_LIST,       /* items[count] */
    PICKLE_DICT,       /* items[count]: key, value, key, value ... */
    PICKLE_GLOBAL,     /* integer: the id of the entry in the caller's table */
    PICKLE_FOREIGN,    /* a global outside the table: chars, count bytes of its name, without the module */
    PICKLE_CALL,       /* items[0] what is called, items[1] the argument tuple, then keys and values set later */
    PICKLE_PERSISTENT, /* items[0]: the persistent id */
} pickle_kind_t;

/* Values refer to each other by index, so cycles and sharing do no harm in memory. Code that follows references must limit
 * the depth. */
typedef uint32_t pickle_ref_t;

typedef struct {
    union {
        int64_t integer;
        double real;
        const char *chars; /* into the pickle's own bytes */
        pickle_ref_t *items;
    };
    uint32_t count;
    uint32_t capacity;
    uint32_t at; /* offset of the opcode that made it, for messages */
    pickle_kind_t kind;
} pickle_value_t;

typedef struct {
    pickle_value_t *values;
    size_t count;
    size_t capacity;
    pickle_ref_t root; /* the value that STOP leaves on the stack */
    size_t size;       /* bytes up to and including STOP */
} pickle_t;

void pickle_free(pickle_t *pickle);

const pickle_value_t *pickle_root(const pickle_t *pickle);
const pickle_value_t *pickle_item(const pickle_t *pickle, const pickle_value_t *value, size_t index);

bool pickle_is_text(const pickle_value_t *value, const char *text);
/* A call of the global with that id in the caller's table. */
bool pickle_is_call(const pickle_t *pickle, const pickle_value_t *value, int id);

#endif
