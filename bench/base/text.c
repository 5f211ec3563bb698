/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

text_t text_of(const char *format, ...)
{
    text_t text;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text.chars, sizeof text.chars, format, arguments);
    va_end(arguments);
    return text;
}

bool text_fits(const text_t *text)
{
    return strlen(text->chars) + 1 < sizeof text->chars;
}

bool text_equal(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

bool text_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *text, const char *suffix)
{
    size_t whole = strlen(text), part = strlen(suffix);
    return whole >= part && strcmp(text + whole - part, suffix) == 0;
}

char *text_copy(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

bool text_to_integer(const char *text, int64_t least, int64_t most, int64_t *value)
{
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number < least || number > most)
        return false;
    *value = number;
    return true;
}

bool text_to_real(const char *text, double *value)
{
    char *end = NULL;
    double number = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(number))
        return false;
    *value = number;
    return true;
}

size_t text_split(char *text, char separator, char **parts, size_t limit)
{
    size_t count = 0;
    for (char *at = *text != '\0' ? text : NULL; at != NULL;) {
        char *next = strchr(at, separator);
        if (next != NULL)
            *next++ = '\0';
        if (count < limit)
            parts[count] = at;
        count++;
        at = next;
    }
    return count;
}
