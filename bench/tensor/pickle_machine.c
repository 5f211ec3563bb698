/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tensor/pickle_machine.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char SAVE_AGAIN[] = "save a plain state dict: torch.save(model.state_dict(), PATH)";

outcome_t pickle_machine_refused(const pickle_machine_t *machine, const char *found, const char *expected)
{
    text_t place = text_of("opcode %s (0x%02x) at byte %zu", machine->opcode_name ? machine->opcode_name : "unknown",
                           machine->bytes[machine->opcode_at], machine->opcode_at);
    return outcome_failed(machine->where, place.chars, found, expected, SAVE_AGAIN);
}

/* ===  Bytes  === */

/* The array with room for `needed` items, or NULL; the old one stays valid then. */
static void *with_room(void *array, size_t *capacity, size_t needed, size_t item)
{
    if (needed <= *capacity)
        return array;
    size_t wanted = 2 * *capacity > 64 ? 2 * *capacity : 64;
    wanted = wanted > needed ? wanted : needed;
    void *grown = realloc(array, wanted * item);
    if (grown != NULL)
        *capacity = wanted;
    return grown;
}

outcome_t pickle_machine_take(pickle_machine_t *machine, uint64_t count, const uint8_t **bytes)
{
    size_t left = machine->size - machine->at;
    if (count > left)
        return pickle_machine_refused(machine, text_of("%zu bytes left", left).chars, text_of("%" PRIu64, count).chars);
    *bytes = machine->bytes + machine->at;
    machine->at += (size_t)count;
    return outcome_ok();
}

outcome_t pickle_machine_unsigned(pickle_machine_t *machine, size_t width, uint64_t *value)
{
    const uint8_t *bytes;
    outcome_t result = pickle_machine_take(machine, width, &bytes);
    *value = 0;
    for (size_t i = width; outcome_is_ok(&result) && i-- > 0;)
        *value = *value << 8 | bytes[i];
    return result;
}

outcome_t pickle_machine_line(pickle_machine_t *machine, const char **chars, size_t *count)
{
    const uint8_t *start = machine->bytes + machine->at;
    const uint8_t *end = memchr(start, '\n', machine->size - machine->at);
    if (end == NULL)
        return pickle_machine_refused(machine, "no end of the line", "a newline");
    *chars = (const char *)start;
    *count = (size_t)(end - start);
    machine->at += *count + 1;
    return outcome_ok();
}

/* ===  Values and stack  === */

static outcome_t push(pickle_machine_t *machine, pickle_ref_t ref)
{
    pickle_ref_t *stack = with_room(machine->stack, &machine->stack_capacity, machine->depth + 1, sizeof *stack);
    if (stack == NULL)
        return outcome_out_of_memory(machine->where);
    machine->stack = stack;
    machine->stack[machine->depth++] = ref;
    return outcome_ok();
}

outcome_t pickle_machine_push_value(pickle_machine_t *machine, pickle_value_t value)
{
    pickle_t *pickle = machine->pickle;
    pickle_value_t *values = with_room(pickle->values, &pickle->capacity, pickle->count + 1, sizeof value);
    if (values == NULL) {
        if (value.capacity > 0)
            free(value.items);
        return outcome_out_of_memory(machine->where);
    }
    pickle->values = values;
    value.at = (uint32_t)machine->opcode_at;
    pickle->values[pickle->count++] = value;
    return push(machine, (pickle_ref_t)(pickle->count - 1));
}

static size_t floor_of(const pickle_machine_t *machine)
{
    return machine->mark_count > 0 ? machine->marks[machine->mark_count - 1] : 0;
}

outcome_t pickle_machine_peek(const pickle_machine_t *machine, size_t count, pickle_ref_t **refs)
{
    size_t there = machine->depth - floor_of(machine);
    if (there < count)
        return pickle_machine_refused(machine, text_of("%zu values on the stack", there).chars,
                                      text_of("%zu", count).chars);
    *refs = machine->stack + machine->depth - count;
    return outcome_ok();
}

outcome_t pickle_machine_pop(pickle_machine_t *machine, size_t count, pickle_ref_t **refs)
{
    outcome_t result = pickle_machine_peek(machine, count, refs);
    if (outcome_is_ok(&result))
        machine->depth -= count;
    return result;
}

outcome_t pickle_machine_mark(pickle_machine_t *machine)
{
    size_t *marks = with_room(machine->marks, &machine->mark_capacity, machine->mark_count + 1, sizeof *marks);
    if (marks == NULL)
        return outcome_out_of_memory(machine->where);
    machine->marks = marks;
    machine->marks[machine->mark_count++] = machine->depth;
    return outcome_ok();
}

outcome_t pickle_machine_pop_mark(pickle_machine_t *machine, pickle_ref_t **refs, size_t *count)
{
    if (machine->mark_count == 0)
        return pickle_machine_refused(machine, "no mark on the stack", "one");
    size_t mark = machine->marks[--machine->mark_count];
    *refs = machine->stack != NULL ? machine->stack + mark : NULL; /* NULL + 0 is undefined in C */
    *count = machine->depth - mark;
    machine->depth = mark;
    return outcome_ok();
}

pickle_value_t *pickle_machine_value(const pickle_machine_t *machine, pickle_ref_t ref)
{
    return &machine->pickle->values[ref];
}

outcome_t pickle_machine_append(pickle_machine_t *machine, pickle_value_t *container, const pickle_ref_t *refs,
                                size_t count)
{
    size_t capacity = container->capacity, needed = container->count + count;
    if (needed > capacity) {
        capacity = needed > 2 * capacity ? needed : 2 * capacity;
        pickle_ref_t *items = realloc(container->capacity ? container->items : NULL, capacity * sizeof *items);
        if (items == NULL)
            return outcome_out_of_memory(machine->where);
        container->items = items;
        container->capacity = (uint32_t)capacity;
    }
    if (count > 0)
        memcpy(container->items + container->count, refs, count * sizeof *refs);
    container->count += (uint32_t)count;
    return outcome_ok();
}

/* ===  Memo  === */

outcome_t pickle_machine_memoize(pickle_machine_t *machine, uint64_t number)
{
    pickle_ref_t *top;
    outcome_t result;
    if (outcome_bad(&result, pickle_machine_peek(machine, 1, &top)))
        return result;
    if (number >= machine->size) /* picklers count up, at two bytes a store or more */
        return pickle_machine_refused(machine, text_of("memo %" PRIu64, number).chars,
                                      text_of("below the pickle's %zu bytes", machine->size).chars);
    size_t needed = (size_t)number + 1;
    pickle_ref_t *memo = with_room(machine->memo, &machine->memo_capacity, needed, sizeof *memo);
    if (memo == NULL)
        return outcome_out_of_memory(machine->where);
    machine->memo = memo;
    for (; machine->memo_count < needed; machine->memo_count++)
        memo[machine->memo_count] = 0;
    memo[number] = *top + 1;
    return result;
}

outcome_t pickle_machine_recall(pickle_machine_t *machine, uint64_t number)
{
    if (number >= machine->memo_count || machine->memo[number] == 0)
        return pickle_machine_refused(machine, text_of("memo %" PRIu64, number).chars, "a number that was stored");
    return push(machine, machine->memo[number] - 1);
}
