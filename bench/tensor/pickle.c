/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pickle is a program for a stack machine (pickle_machine.h): opcodes push values, build containers from the values
 * above a mark, and store or fetch values by number (the memo). This file has one handler per opcode, in a table by code; a
 * code without a handler is refused. */
#include "tensor/pickle.h"

#include "base/text.h"
#include "tensor/pickle_machine.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ===  Opcodes: plain values  === */

static outcome_t run_proto(pickle_machine_t *machine, size_t width)
{
    uint64_t protocol;
    outcome_t result;
    if (outcome_bad(&result, pickle_machine_unsigned(machine, width, &protocol)))
        return result;
    if (protocol < 2 || protocol > 5)
        return pickle_machine_refused(machine, text_of("protocol %" PRIu64, protocol).chars, "2 to 5");
    return result;
}

/* A frame only announces the number of bytes that follow together. */
static outcome_t run_frame(pickle_machine_t *machine, size_t width)
{
    uint64_t length;
    outcome_t result;
    if (outcome_bad(&result, pickle_machine_unsigned(machine, width, &length)))
        return result;
    if (length > machine->size - machine->at)
        return pickle_machine_refused(machine, text_of("a frame of %" PRIu64 " bytes", length).chars,
                                      text_of("at most the %zu that are left", machine->size - machine->at).chars);
    return result;
}

static outcome_t run_none(pickle_machine_t *machine, size_t width)
{
    (void)width;
    return pickle_machine_push_value(machine, (pickle_value_t){.kind = PICKLE_NONE});
}

static outcome_t run_bool(pickle_machine_t *machine, size_t value)
{
    return pickle_machine_push_value(machine, (pickle_value_t){.kind = PICKLE_BOOL, .integer = (int64_t)value});
}

/* BININT is signed, BININT1 and BININT2 are not. */
static outcome_t run_integer(pickle_machine_t *machine, size_t width)
{
    uint64_t value;
    outcome_t result;
    if (outcome_bad(&result, pickle_machine_unsigned(machine, width, &value)))
        return result;
    int64_t integer = width == 4 ? (int64_t)(int32_t)(uint32_t)value : (int64_t)value;
    return pickle_machine_push_value(machine, (pickle_value_t){.kind = PICKLE_INTEGER, .integer = integer});
}

/* Python 2 writes integers above 31 bits as a decimal line. */
static outcome_t run_decimal(pickle_machine_t *machine, size_t width)
{
    (void)width;
    const char *chars;
    size_t count;
    int64_t value;
    outcome_t result;
    if (outcome_bad(&result, pickle_machine_line(machine, &chars, &count)))
        return result;
    text_t text = text_of("%.*s", count < 64 ? (int)count : 64, chars);
    if (!text_to_integer(text.chars, INT64_MIN, INT64_MAX, &value))
        return pickle_machine_refused(machine, text_of("\"%s\"", text.chars).chars, "a decimal integer of 64 bits");
    return pickle_machine_push_value(machine, (pickle_value_t){.kind = PICKLE_INTEGER, .integer = value});
}

static outcome_t run_long(pickle_machine_t *machine, size_t width)
{
    uint64_t length, value = 0;
    const uint8_t *bytes;
    outcome_t result;
    if (outcome_bad(&result, pickle_machine_unsigned(machine, width, &length)) ||
        outcome_bad(&result, pickle_machine_take(machine, length, &bytes)))
        return result;
    if (length > sizeof value)
        return pickle_machine_push_value(
            machine, (pickle_value_t){.kind = PICKLE_LONG, .chars = (const char *)bytes, .count = (uint32_t)length});
    uint8_t fill = length > 0 && (bytes[length - 1] & 0x80u) ? 0xFF : 0;
    for (size_t i = sizeof value; i-- > 0;)
        value = value << 8 | (i < length ? bytes[i] : fill);
    return pickle_machine_push_value(machine, (pickle_value_t){.kind = PICKLE_INTEGER, .integer = (int64_t)value});
}

/* Big endian, alone among the opcodes. */
static outcome_t run_real(pickle_machine_t *machine, size_t width)
{
    const uint8_t *bytes;
    outcome_t result;
    if (outcome_bad(&result, pickle_machine_take(machine, width, &bytes)))
        return result;
    union {
        uint64_t bits;
        double real;
    } word = {0};
    for (size_t i = 0; i < width; i++)
        word.bits = word.bits << 8 | bytes[i];
    return pickle_machine_push_value(machine, (pickle_value_t){.kind = PICKLE_REAL, .real = word.real});
}

static outcome_t run_text(pickle_machine_t *machine, size_t width)
{
    uint64_t length;
    const uint8_t *bytes;
    outcome_t result;
    if (outcome_bad(&result, pickle_machine_unsigned(machine, width, &length)) ||
        outcome_bad(&result, pickle_machine_take(machine, length, &bytes)))
        return result;
    return pickle_machine_push_value(
        machine, (pickle_value_t){.kind = PICKLE_TEXT, .chars = (const char *)bytes, .count = (uint32_t)length});
}

static outcome_t run_bytes(pickle_machine_t *machine, size_t width)
{
    uint64_t length;
    const uint8_t *bytes;
    outcome_t result;
    if (outcome_bad(&result, pickle_machine_unsigned(machine, width, &length)) ||
        outcome_bad(&result, pickle_machine_take(machine, length, &bytes)))
        return result;
    return pickle_machine_push_value(
        machine, (pickle_value_t){.kind = PICKLE_BYTES, .chars = (const char *)bytes, .count = (uint32_t)length});
}

/* ===  Opcodes: containers  === */

static outcome_t run_mark(pickle_machine_t *machine, size_t width)
{
    (void)width;
    return pickle_machine_mark(machine);
}

static outcome_t run_empty(pickle_machine_t *machine, size_t kind)
{
    return pickle_machine_push_value(machine, (pickle_value_t){.kind = (pickle_kind_t)kind});
}

static outcome_t push_items(pickle_machine_t *machine, pickle_kind_t kind, const pickle_ref_t *refs, size_t count)
{
    pickle_value_t value = {.kind = kind};
    outcome_t result = pickle_machine_append(machine, &value, refs, count);
    return outcome_is_ok(&result) ? pickle_machine_push_value(machine, value) : result;
}

static outcome_t run_tuple(pickle_machine_t *machine, size_t width)
{
    (void)width;
    pickle_ref_t *refs;
    size_t count;
    outcome_t result = pickle_machine_pop_mark(machine, &refs, &count);
    return outcome_is_ok(&result) ? push_items(machine, PICKLE_TUPLE, refs, count) : result;
}

static outcome_t run_short_tuple(pickle_machine_t *machine, size_t width)
{
    pickle_ref_t *refs;
    outcome_t result;
    if (outcome_bad(&result, pickle_machine_pop(machine, width, &refs)))
        return result;
    return push_items(machine, PICKLE_TUPLE, refs, width);
}

/* The items of the list, set or deque of a foreign object are dropped. */
static bool drops_items(const pickle_value_t *container)
{
    return container->kind == PICKLE_CALL;
}

/* Add values to the container below them on the stack. */
static outcome_t extend(pickle_machine_t *machine, const pickle_ref_t *refs, size_t count, bool pairs)
{
    pickle_ref_t *below;
    outcome_t result;
    if (outcome_bad(&result, pickle_machine_peek(machine, 1, &below)))
        return result;
    pickle_value_t *container = pickle_machine_value(machine, *below);
    if (!pairs && drops_items(container))
        return outcome_ok();
    bool fits = pairs ? container->kind == PICKLE_DICT || container->kind == PICKLE_CALL : container->kind == PICKLE_LIST;
    if (!fits)
        return pickle_machine_refused(machine, "another value below the items", pairs ? "a dictionary" : "a list");
    if (pairs && count % 2 != 0)
        return pickle_machine_refused(machine, "a key without a value", "pairs");
    return pickle_machine_append(machine, container, refs, count);
}

static outcome_t run_extend(pickle_machine_t *machine, size_t pairs)
{
    pickle_ref_t *refs;
    size_t count;
    outcome_t result = pickle_machine_pop_mark(machine, &refs, &count);
    return outcome_is_ok(&result) ? extend(machine, refs, count, pairs) : result;
}

static outcome_t run_extend_one(pickle_machine_t *machine, size_t pairs)
{
    size_t count = pairs ? 2 : 1;
    pickle_ref_t *refs;
    outcome_t result;
    if (outcome_bad(&result, pickle_machine_pop(machine, count, &refs)))
        return result;
    return extend(machine, refs, count, pairs);
}

/* ===  Opcodes: names and calls  === */

static outcome_t push_global(pickle_machine_t *machine, const char *module, size_t module_size, const char *name,
                             size_t name_size)
{
    for (const pickle_global_t *global = machine->globals; global->module != NULL; global++)
        if (strlen(global->module) == module_size && memcmp(global->module, module, module_size) == 0 &&
            strlen(global->name) == name_size && memcmp(global->name, name, name_size) == 0)
            return pickle_machine_push_value(machine, (pickle_value_t){.kind = PICKLE_GLOBAL, .integer = global->id});
    return pickle_machine_push_value(machine,
                                     (pickle_value_t){.kind = PICKLE_FOREIGN, .chars = name, .count = (uint32_t)name_size});
}

static outcome_t run_global(pickle_machine_t *machine, size_t width)
{
    (void)width;
    const char *module, *name;
    size_t module_size, name_size;
    outcome_t result;
    if (outcome_bad(&result, pickle_machine_line(machine, &module, &module_size)) ||
        outcome_bad(&result, pickle_machine_line(machine, &name, &name_size)))
        return result;
    return push_global(machine, module, module_size, name, name_size);
}

static outcome_t run_stack_global(pickle_machine_t *machine, size_t width)
{
    (void)width;
    pickle_ref_t *refs;
    outcome_t result;
    if (outcome_bad(&result, pickle_machine_pop(machine, 2, &refs)))
        return result;
    const pickle_value_t *module = pickle_machine_value(machine, refs[0]), *name = pickle_machine_value(machine, refs[1]);
    if (module->kind != PICKLE_TEXT || name->kind != PICKLE_TEXT)
        return pickle_machine_refused(machine, "no module and name", "two texts");
    return push_global(machine, module->chars, module->count, name->chars, name->count);
}

static outcome_t run_reduce(pickle_machine_t *machine, size_t width)
{
    (void)width;
    pickle_ref_t *refs;
    outcome_t result;
    if (outcome_bad(&result, pickle_machine_pop(machine, 2, &refs)))
        return result;
    pickle_kind_t called = pickle_machine_value(machine, refs[0])->kind;
    if ((called != PICKLE_GLOBAL && called != PICKLE_FOREIGN && called != PICKLE_CALL) ||
        pickle_machine_value(machine, refs[1])->kind != PICKLE_TUPLE)
        return pickle_machine_refused(machine, "a call of another value", "a global and a tuple");
    return push_items(machine, PICKLE_CALL, refs, 2);
}

/* A new object with arguments by keyword, which are dropped. */
static outcome_t run_new_object_ex(pickle_machine_t *machine, size_t width)
{
    pickle_ref_t *keywords;
    outcome_t result = pickle_machine_pop(machine, 1, &keywords);
    return outcome_is_ok(&result) ? run_reduce(machine, width) : result;
}

/* The attributes of an object (a state dict's `_metadata`) do not concern tensors and are ignored. */
static outcome_t run_build(pickle_machine_t *machine, size_t width)
{
    (void)width;
    pickle_ref_t *refs;
    outcome_t result;
    if (outcome_bad(&result, pickle_machine_peek(machine, 2, &refs)))
        return result;
    if (pickle_machine_value(machine, refs[0])->kind != PICKLE_CALL)
        return pickle_machine_refused(machine, "attributes for another value", "an object");
    return pickle_machine_pop(machine, 1, &refs);
}

static outcome_t run_persistent(pickle_machine_t *machine, size_t width)
{
    (void)width;
    pickle_ref_t *refs;
    outcome_t result;
    if (outcome_bad(&result, pickle_machine_pop(machine, 1, &refs)))
        return result;
    return push_items(machine, PICKLE_PERSISTENT, refs, 1);
}

/* ===  Opcodes: stack and memo  === */

static outcome_t run_pop(pickle_machine_t *machine, size_t width)
{
    (void)width;
    pickle_ref_t *refs;
    return pickle_machine_pop(machine, 1, &refs);
}

static outcome_t run_pop_mark(pickle_machine_t *machine, size_t width)
{
    (void)width;
    pickle_ref_t *refs;
    size_t count;
    return pickle_machine_pop_mark(machine, &refs, &count);
}

/* MEMOIZE takes the next number. */
static outcome_t run_memoize(pickle_machine_t *machine, size_t width)
{
    (void)width;
    return pickle_machine_memoize(machine, machine->memo_count);
}

static outcome_t run_put(pickle_machine_t *machine, size_t width)
{
    uint64_t number;
    outcome_t result = pickle_machine_unsigned(machine, width, &number);
    return outcome_is_ok(&result) ? pickle_machine_memoize(machine, number) : result;
}

static outcome_t run_get(pickle_machine_t *machine, size_t width)
{
    uint64_t number;
    outcome_t result = pickle_machine_unsigned(machine, width, &number);
    return outcome_is_ok(&result) ? pickle_machine_recall(machine, number) : result;
}

static outcome_t run_stop(pickle_machine_t *machine, size_t width)
{
    (void)width;
    pickle_ref_t *refs;
    outcome_t result;
    if (outcome_bad(&result, pickle_machine_peek(machine, 1, &refs)))
        return result;
    if (machine->depth != 1 || machine->mark_count != 0)
        return pickle_machine_refused(machine, text_of("%zu values on the stack", machine->depth).chars, "one");
    machine->pickle->root = *refs;
    machine->pickle->size = machine->at;
    machine->stopped = true;
    return result;
}

/* ===  The table  === */

typedef struct {
    const char *name; /* as pickletools spells it; NULL: outside the subset */
    outcome_t (*run)(pickle_machine_t *machine, size_t argument);
    size_t argument; /* bytes of the argument; other uses are described at the handler */
} opcode_t;

static const opcode_t opcodes[256] = {
    [0x80] = {"PROTO", run_proto, 1},
    [0x95] = {"FRAME", run_frame, 8},
    ['.'] = {"STOP", run_stop, 0},
    ['N'] = {"NONE", run_none, 0},
    [0x88] = {"NEWTRUE", run_bool, 1},
    [0x89] = {"NEWFALSE", run_bool, 0},
    ['K'] = {"BININT1", run_integer, 1},
    ['M'] = {"BININT2", run_integer, 2},
    ['J'] = {"BININT", run_integer, 4},
    ['I'] = {"INT", run_decimal, 0},
    [0x8a] = {"LONG1", run_long, 1},
    [0x8b] = {"LONG4", run_long, 4},
    ['G'] = {"BINFLOAT", run_real, 8},
    ['U'] = {"SHORT_BINSTRING", run_text, 1},
    ['T'] = {"BINSTRING", run_text, 4},
    [0x8c] = {"SHORT_BINUNICODE", run_text, 1},
    ['X'] = {"BINUNICODE", run_text, 4},
    [0x8d] = {"BINUNICODE8", run_text, 8},
    ['C'] = {"SHORT_BINBYTES", run_bytes, 1},
    ['B'] = {"BINBYTES", run_bytes, 4},
    [0x8e] = {"BINBYTES8", run_bytes, 8},
    [0x96] = {"BYTEARRAY8", run_bytes, 8},
    ['('] = {"MARK", run_mark, 0},
    [')'] = {"EMPTY_TUPLE", run_empty, PICKLE_TUPLE},
    [']'] = {"EMPTY_LIST", run_empty, PICKLE_LIST},
    ['}'] = {"EMPTY_DICT", run_empty, PICKLE_DICT},
    [0x8f] = {"EMPTY_SET", run_empty, PICKLE_LIST},
    ['t'] = {"TUPLE", run_tuple, 0},
    [0x85] = {"TUPLE1", run_short_tuple, 1},
    [0x86] = {"TUPLE2", run_short_tuple, 2},
    [0x87] = {"TUPLE3", run_short_tuple, 3},
    ['a'] = {"APPEND", run_extend_one, false},
    ['e'] = {"APPENDS", run_extend, false},
    [0x90] = {"ADDITEMS", run_extend, false},
    [0x91] = {"FROZENSET", run_tuple, 0},
    ['s'] = {"SETITEM", run_extend_one, true},
    ['u'] = {"SETITEMS", run_extend, true},
    ['c'] = {"GLOBAL", run_global, 0},
    [0x93] = {"STACK_GLOBAL", run_stack_global, 0},
    ['R'] = {"REDUCE", run_reduce, 0},
    [0x81] = {"NEWOBJ", run_reduce, 0},
    [0x92] = {"NEWOBJ_EX", run_new_object_ex, 0},
    ['b'] = {"BUILD", run_build, 0},
    ['Q'] = {"BINPERSID", run_persistent, 0},
    ['0'] = {"POP", run_pop, 0},
    ['1'] = {"POP_MARK", run_pop_mark, 0},
    [0x94] = {"MEMOIZE", run_memoize, 0},
    ['q'] = {"BINPUT", run_put, 1},
    ['r'] = {"LONG_BINPUT", run_put, 4},
    ['h'] = {"BINGET", run_get, 1},
    ['j'] = {"LONG_BINGET", run_get, 4},
};

static outcome_t run(pickle_machine_t *machine)
{
    while (!machine->stopped) {
        if (machine->at == machine->size)
            return outcome_failed(machine->where, text_of("byte %zu", machine->at).chars, "the end", "a STOP opcode",
                                  "get the file again");
        machine->opcode_at = machine->at++;
        const opcode_t *opcode = &opcodes[machine->bytes[machine->opcode_at]];
        machine->opcode_name = opcode->name;
        outcome_t result;
        if (opcode->name == NULL)
            return pickle_machine_refused(machine, "an opcode that checkpoints do not need", "plain values and tensors");
        if (outcome_bad(&result, opcode->run(machine, opcode->argument)))
            return result;
    }
    return outcome_ok();
}

outcome_t pickle_read(const char *where, const uint8_t *bytes, size_t size, const pickle_global_t *globals,
                      pickle_t *pickle)
{
    *pickle = (pickle_t){0};
    pickle_machine_t machine = {.where = where,
                                .bytes = bytes,
                                .size = size < PICKLE_SIZE_LIMIT ? size : PICKLE_SIZE_LIMIT,
                                .globals = globals,
                                .pickle = pickle};
    outcome_t result = run(&machine);
    free(machine.stack);
    free(machine.marks);
    free(machine.memo);
    if (!outcome_is_ok(&result))
        pickle_free(pickle);
    return result;
}
