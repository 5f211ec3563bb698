/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/unicode.h"

#include <stddef.h>

typedef struct {
    int32_t first, last;
    unicode_class_t class;
} range_t;

static const range_t ranges[] = {
#include "data/unicode_ranges.inc"
};

unicode_class_t unicode_class(int32_t character)
{
    size_t low = 0, high = sizeof ranges / sizeof *ranges;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ranges[middle].last < character)
            low = middle + 1;
        else
            high = middle;
    }
    return low < sizeof ranges / sizeof *ranges && ranges[low].first <= character ? ranges[low].class : UNICODE_PLAIN;
}
