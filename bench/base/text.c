/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char mark[] = "…";

/* `end`, or the start of the character that it would split: UTF-8 continues one with up to three bytes of 10xxxxxx. */
static size_t whole_characters(const char *chars, size_t end)
{
    size_t start = end;
    while (start > 0 && end - start < 3 && ((unsigned char)chars[start] & 0xC0u) == 0x80u)
        start--;
    return start;
}

void text_shorten(const char *text, char *chars, size_t size)
{
    size_t length = strlen(text), kept = length;
    if (length >= size) {
        kept = whole_characters(text, size - sizeof mark);
        memcpy(chars + kept, mark, sizeof mark);
    } else {
        chars[length] = '\0';
    }
    memcpy(chars, text, kept);
}

text_t text_of(const char *format, ...)
{
    text_t text;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text.chars, sizeof text.chars, format, arguments);
    va_end(arguments);
    if (length >= TEXT_CAPACITY)
        memcpy(text.chars + whole_characters(text.chars, TEXT_CAPACITY - sizeof mark), mark, sizeof mark);
    return text;
}

bool text_fits(const text_t *text)
{
    return strlen(text->chars) <= TEXT_MOST;
}

static bool make_room(text_builder_t *builder, size_t more)
{
    if (builder->capacity - builder->length > more)
        return true;
    size_t capacity = 2 * (builder->length + more) + 1;
    char *grown = realloc(builder->chars, capacity);
    if (grown == NULL)
        return false;
    builder->chars = grown;
    builder->capacity = capacity;
    return true;
}

void text_append(text_builder_t *builder, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int more = vsnprintf(NULL, 0, format, arguments);
    if (more < 0 || builder->failed || !make_room(builder, (size_t)more)) {
        builder->failed = true;
    } else {
        vsnprintf(builder->chars + builder->length, (size_t)more + 1, format, again);
        builder->length += (size_t)more;
    }
    va_end(again);
    va_end(arguments);
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
    if (isspace((unsigned char)text[0]) || errno != 0 || end == text || *end != '\0' || number < least || number > most)
        return false;
    *value = number;
    return true;
}

bool text_to_real(const char *text, double *value)
{
    char *end = NULL;
    double number = strtod(text, &end);
    if (isspace((unsigned char)text[0]) || end == text || *end != '\0' || !isfinite(number))
        return false;
    *value = number;
    return true;
}

char *text_trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    for (size_t length = strlen(text); length > 0 && isspace((unsigned char)text[length - 1]); length--)
        text[length - 1] = '\0';
    return text;
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
