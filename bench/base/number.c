/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char UNKNOWN[] = "–";
static const char MINUS[] = "−";

text_t number_integer(int64_t value)
{
    text_t digits = text_of("%" PRId64, value), grouped = text_of("%s", "");
    const char *from = digits.chars;
    char *to = grouped.chars;
    if (*from == '-') {
        to += sizeof MINUS - 1;
        memcpy(grouped.chars, MINUS, sizeof MINUS - 1);
        from++;
    }
    for (size_t left = strlen(from); left > 0; left--) {
        *to++ = *from++;
        if (left > 1 && left % 3 == 1)
            *to++ = ',';
    }
    *to = '\0';
    return grouped;
}

/* With the sign `plus` in front of what is above zero, and none of what rounds to zero. */
static text_t with_sign(double value, int decimals, const char *plus)
{
    if (isnan(value))
        return text_of("%s", UNKNOWN);
    text_t size = text_of("%.*f", decimals, fabs(value));
    bool zero = strspn(size.chars, "0.") == strlen(size.chars);
    return text_of("%s%s", zero ? "" : value < 0 ? MINUS : plus, size.chars);
}

text_t number_fixed(double value, int decimals)
{
    return with_sign(value, decimals, "");
}

text_t number_signed(double value, int decimals)
{
    return with_sign(value, decimals, "+");
}

text_t number_probability(double value)
{
    if (isnan(value))
        return text_of("%s", UNKNOWN);
    return value < 0.001 ? text_of("< 0.001") : text_of("%.3f", value);
}

/* The largest unit of `names` (each `step` times the one before) that keeps the number at or above 1. */
static text_t scaled(double value, double step, const char *const *names, size_t count)
{
    size_t unit = 0;
    while (unit + 1 < count && fabs(value) >= step) {
        value /= step;
        unit++;
    }
    return text_of("%.*f %s", unit == 0 || fabs(value) >= 100 ? 0 : fabs(value) >= 10 ? 1 : 2, value, names[unit]);
}

text_t number_bytes(double value)
{
    static const char *const names[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    return scaled(value, 1024, names, sizeof names / sizeof *names);
}

text_t number_energy(double picojoule)
{
    static const char *const names[] = {"pJ", "nJ", "µJ", "mJ", "J"};
    return scaled(picojoule, 1000, names, sizeof names / sizeof *names);
}

text_t number_duration(double seconds)
{
    if (isnan(seconds))
        return text_of("%s", UNKNOWN);
    if (seconds < 59.95)
        return text_of("%.1f s", seconds);
    int64_t whole = llround(seconds);
    if (whole < 3600)
        return text_of("%" PRId64 " min %" PRId64 " s", whole / 60, whole % 60);
    return text_of("%" PRId64 " h %" PRId64 " min", whole / 3600, whole % 3600 / 60);
}
