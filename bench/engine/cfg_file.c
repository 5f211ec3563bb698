/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One table says what a cfg may hold. Everything that is in no row of it is refused. */
#include "engine/cfg_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ===  What may be said  === */

/* Darknet multiplies two sides, or a side and a number of channels, in an int. */
enum { SIDE_MOST = 1 << 15, CLASSES_MOST = 1 << 20 };

typedef enum { IN_RANGE, ACTIVATION, EARLIER } value_kind_t;

typedef struct {
    const char *section, *key;
    value_kind_t kind;
    int64_t least, most; /* IN_RANGE */
} setting_t;

static const setting_t settings[] = {
    {"[net]", "batch", IN_RANGE, 1, 1},
    {"[net]", "subdivisions", IN_RANGE, 1, 1},
    {"[net]", "height", IN_RANGE, 1, SIDE_MOST},
    {"[net]", "width", IN_RANGE, 1, SIDE_MOST},
    {"[net]", "channels", IN_RANGE, 1, SIDE_MOST},
    {"[convolutional]", "batch_normalize", IN_RANGE, 0, 1},
    {"[convolutional]", "filters", IN_RANGE, 1, SIDE_MOST},
    {"[convolutional]", "groups", IN_RANGE, 1, SIDE_MOST},
    {"[convolutional]", "size", IN_RANGE, 1, SIDE_MOST},
    {"[convolutional]", "stride", IN_RANGE, 1, SIDE_MOST},
    {"[convolutional]", "pad", IN_RANGE, 0, 1},
    {"[convolutional]", "padding", IN_RANGE, 0, SIDE_MOST},
    {"[convolutional]", "activation", ACTIVATION, 0, 0},
    {"[maxpool]", "size", IN_RANGE, 1, SIDE_MOST},
    {"[maxpool]", "stride", IN_RANGE, 1, SIDE_MOST},
    {"[maxpool]", "padding", IN_RANGE, 0, SIDE_MOST},
    {"[route]", "layers", EARLIER, 0, 0},
    {"[shortcut]", "from", EARLIER, 0, 0},
    {"[shortcut]", "activation", ACTIVATION, 0, 0},
    {"[connected]", "output", IN_RANGE, 1, CLASSES_MOST},
    {"[connected]", "activation", ACTIVATION, 0, 0},
    {"[avgpool]", NULL, IN_RANGE, 0, 0}, /* has no setting */
};
enum { SETTINGS = sizeof settings / sizeof *settings };

/* The section of the table, or NULL. */
static const char *find_section(const char *line)
{
    for (size_t i = 0; i < SETTINGS; i++)
        if (text_equal(settings[i].section, line))
            return settings[i].section;
    return NULL;
}

static const setting_t *find_setting(const char *section, const char *key, size_t length)
{
    for (size_t i = 0; i < SETTINGS; i++)
        if (text_equal(settings[i].section, section) && settings[i].key != NULL && strlen(settings[i].key) == length &&
            strncmp(settings[i].key, key, length) == 0)
            return &settings[i];
    return NULL;
}

/* ===  Line by line  === */

typedef struct {
    const char *where, *section; /* section NULL: none yet */
    int number;                  /* of the line, from 1 */
    int64_t layers;              /* sections after [net] before this one */
} reading_t;

static outcome_t wrong(const reading_t *reading, const char *found, const char *expected)
{
    return outcome_failed(reading->where, text_of("line %d", reading->number).chars, found, expected, NULL);
}

static outcome_t take_section(reading_t *reading, const char *line)
{
    const char *section = find_section(line);
    const bool first = reading->section == NULL;
    if (first && !text_equal(line, "[net]"))
        return wrong(reading, line, "[net] first");
    if (section == NULL || (!first && text_equal(line, "[net]")))
        return wrong(reading, line, "a section this engine computes");
    reading->layers += !first && !text_equal(reading->section, "[net]");
    reading->section = section;
    return outcome_ok();
}

static outcome_t take_setting(const reading_t *reading, const char *line)
{
    const char *value = strchr(line, '=');
    int64_t integer;
    if (reading->section == NULL)
        return wrong(reading, line, "[net] first");
    if (value == NULL)
        return wrong(reading, line, "key=value");
    const setting_t *setting = find_setting(reading->section, line, (size_t)(value - line));
    value++;
    if (setting == NULL)
        return wrong(reading, line, text_of("a key of %s that this engine computes", reading->section).chars);
    if (setting->kind == ACTIVATION)
        return text_equal(value, "relu") || text_equal(value, "linear") ? outcome_ok()
                                                                        : wrong(reading, line, "relu or linear");
    if (setting->kind == EARLIER)
        return text_to_integer(value, -reading->layers, -1, &integer)
                   ? outcome_ok()
                   : wrong(reading, line, text_of("an earlier layer, one of %" PRId64, reading->layers).chars);
    if (!text_to_integer(value, setting->least, setting->most, &integer))
        return wrong(reading, line,
                     text_of("an integer from %" PRId64 " to %" PRId64, setting->least, setting->most).chars);
    return outcome_ok();
}

/* The line without its end. The message shows no byte that a terminal might obey. */
static outcome_t take_line(reading_t *reading, const char *line, size_t length)
{
    enum { LONGEST = 64 };
    char copy[LONGEST];
    if (length == 0 || line[0] == '#')
        return outcome_ok();
    if (length >= sizeof copy)
        return wrong(reading, text_of("%zu characters", length).chars, "a short line");
    for (size_t i = 0; i < length; i++)
        if (line[i] <= ' ' || line[i] > '~')
            return wrong(reading, text_of("byte 0x%02X", (unsigned char)line[i]).chars, "ASCII without blanks");
    snprintf(copy, sizeof copy, "%.*s", (int)length, line);
    return copy[0] == '[' ? take_section(reading, copy) : take_setting(reading, copy);
}

outcome_t cfg_file_check(const char *where, const bytes_t *text)
{
    reading_t reading = {.where = where};
    const char *at = (const char *)text->data, *const end = at + text->size;
    if (memchr(at, '\0', text->size) != NULL)
        return outcome_failed(where, NULL, "a NUL", "a text", NULL);
    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        const size_t length = (size_t)((line_end != NULL ? line_end : end) - at);
        reading.number++;
        outcome_t result = take_line(&reading, at, length);
        if (!outcome_is_ok(&result))
            return result;
        at += length + (line_end != NULL);
    }
    return reading.section != NULL ? outcome_ok() : outcome_failed(where, NULL, "no section", "[net] first", NULL);
}
