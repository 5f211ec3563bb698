/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/windows.h"

#include <stdlib.h>
#include <string.h>

const char *const windows_begin_names[WINDOWS_BEGINS] = {"always", "first", "never"};

static outcome_t grow(windows_t *windows, int64_t tokens, int64_t count)
{
    const size_t room = (size_t)(windows->tokens + tokens) + 1;
    int32_t *numbers = realloc(windows->numbers, room * sizeof *numbers);
    if (numbers == NULL)
        return outcome_out_of_memory("windows of a text");
    windows->numbers = numbers;
    int32_t *bytes = realloc(windows->bytes, room * sizeof *bytes);
    if (bytes == NULL)
        return outcome_out_of_memory("windows of a text");
    windows->bytes = bytes;
    window_t *items = realloc(windows->items, (size_t)(windows->count + count + 1) * sizeof *items);
    if (items == NULL)
        return outcome_out_of_memory("windows of a text");
    windows->items = items;
    return outcome_ok();
}

bool windows_full(const windows_t *windows, const windows_rule_t *rule)
{
    return rule->most > 0 && windows->tokens >= rule->most;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

outcome_t windows_add(windows_t *windows, const windows_rule_t *rule, const int32_t *numbers, const int32_t *bytes,
                      int64_t count)
{
    const int64_t reach = rule->begin == WINDOWS_BEGIN_ALWAYS ? rule->context : rule->context - 1; /* predictions */
    const int64_t start = rule->begin == WINDOWS_BEGIN_NEVER ? 1 : 0; /* the first token that can be predicted */
    const int64_t base = windows->tokens;
    outcome_t result;
    if (rule->most > 0)
        count = smaller(count, rule->most - windows->tokens);
    if (rule->truncate)
        count = smaller(count, start + reach);
    if (outcome_bad(&result, grow(windows, count, count / rule->stride + 1)))
        return result;
    memcpy(windows->numbers + base, numbers, (size_t)count * sizeof *numbers);
    memcpy(windows->bytes + base, bytes, (size_t)count * sizeof *bytes);
    for (int64_t first = start, end = start; end < count && first < count; first += rule->stride) {
        const int64_t predicts = smaller(reach, count - first), fresh = end > first ? end : first;
        window_t *window = &windows->items[windows->count++];
        *window =
            (window_t){.document = windows->documents,
                       .begins = rule->begin == WINDOWS_BEGIN_ALWAYS || (rule->begin == WINDOWS_BEGIN_FIRST && first == 0),
                       .first = base + first,
                       .predicts = predicts,
                       .counts = first + predicts - fresh,
                       .at = windows->counted};
        end = first + predicts;
        windows->counted += window->counts;
        for (int64_t i = fresh; i < end; i++)
            windows->counted_bytes += bytes[i];
    }
    windows->tokens += count;
    windows->documents++;
    return result;
}

void windows_free(windows_t *windows)
{
    free(windows->numbers);
    free(windows->bytes);
    free(windows->items);
    *windows = (windows_t){0};
}

int64_t windows_inputs(const windows_t *windows, int64_t window, int32_t begin, int32_t *inputs)
{
    const window_t *at = &windows->items[window];
    for (int64_t i = at->begins ? 1 : 0; i < at->predicts; i++)
        inputs[i] = windows->numbers[at->first + i - 1];
    if (at->begins)
        inputs[0] = begin;
    return at->predicts;
}
