/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/parts.h"

#include <stdbool.h>
#include <string.h>

const parts_limits_t parts_whole = {.least = INT8_MIN, .most = INT8_MAX, .total = INT64_MAX};

/* The share of `left` that this part takes; `above` and `below` are the sums taken so far. */
static int take(int left, const parts_limits_t *limits, int64_t *above, int64_t *below)
{
    const int value = left > limits->most ? limits->most : left < limits->least ? limits->least : left;
    if (*above + (value > 0 ? value : 0) > limits->total || *below - (value < 0 ? value : 0) > limits->total)
        return 0;
    *(value > 0 ? above : below) += value > 0 ? value : -value;
    return value;
}

int parts_split(const int16_t *weights, int64_t count, const parts_limits_t *limits, int8_t *const *parts)
{
    int needed = 0;
    for (int part = 0; part < PARTS_LIMIT; part++)
        memset(parts[part], 0, (size_t)count);
    for (int part = 0; part < PARTS_LIMIT; part++) {
        int64_t above = 0, below = 0;
        bool more = false;
        for (int64_t i = 0; i < count; i++) {
            int left = weights[i];
            for (int p = 0; p < part; p++)
                left -= parts[p][i];
            parts[part][i] = (int8_t)take(left, limits, &above, &below);
            more |= left != parts[part][i];
        }
        needed = part + 1;
        if (!more)
            return needed;
    }
    return 0;
}
