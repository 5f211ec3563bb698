/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/unicode.h"

#include <utf8proc.h>

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

size_t unicode_check(const char *text, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)text;
    utf8proc_int32_t character;
    size_t at = 0;
    while (at < size) {
        const utf8proc_ssize_t used =
            bytes[at] < 0x80 ? 1 : utf8proc_iterate(bytes + at, (utf8proc_ssize_t)(size - at), &character);
        if (used < 1)
            break;
        at += (size_t)used;
    }
    return at;
}
