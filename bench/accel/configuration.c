/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/configuration.h"

#include "accel/settings.h"
#include "base/file.h"
#include "base/home.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* What is being read, and into what. */
typedef struct {
    const char *where; /* file, or "--set" */
    const accelerator_t *const *accelerators;
    size_t count;
    accel_config_t *configs;
} target_t;

static const char all_designs[] = "all", dram[] = "dram";

/* ===  One setting  === */

static bool is_of(const accelerator_t *accelerator, const char *section)
{
    return text_equal(section, all_designs) || text_equal(section, dram) || text_equal(section, accelerator->name) ||
           text_equal(section, accelerator->part);
}

/* A section that no accelerator of the registry knows is an error; one that only others than the target's know is not. */
static outcome_t check_section(const char *section, const char *where, const char *place)
{
    text_t known = text_of("%s, %s", dram, all_designs);
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++) {
        if (is_of(*at, section))
            return outcome_ok();
        known = text_of("%s, %s", known.chars, (*at)->name);
    }
    return outcome_usage(where, place, section, known.chars, "name a design, its family, or one of these");
}

static outcome_t put(const target_t *target, const char *section, const char *key, const char *value, const char *place)
{
    text_t full = text_equal(section, dram) ? text_of("%s_%s", dram, key) : text_of("%s", key);
    accel_config_t scratch = {0};
    outcome_t result;
    if (outcome_bad(&result, check_section(section, target->where, place)) ||
        outcome_bad(&result, settings_read(&scratch, full.chars, value, target->where, place)))
        return result;
    for (size_t i = 0; i < target->count && outcome_is_ok(&result); i++)
        if (is_of(target->accelerators[i], section))
            result = settings_read(&target->configs[i], full.chars, value, target->where, place);
    return result;
}

static char *trimmed(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    for (size_t length = strlen(text); length > 0 && isspace((unsigned char)text[length - 1]); length--)
        text[length - 1] = '\0';
    return text;
}

/* "key = value" cut in two; NULL where there is no '='. */
static char *cut(char *line)
{
    char *equals = strchr(line, '=');
    if (equals == NULL)
        return NULL;
    *equals = '\0';
    return trimmed(equals + 1);
}

/* ===  A file  === */

enum { MOST_KEYS = 64 };

typedef struct {
    const char *section; /* NULL before the first */
    const char *keys[MOST_KEYS];
    size_t count;
} section_t;

static outcome_t read_key(const target_t *target, section_t *section, char *line, const char *place)
{
    char *value = cut(line);
    const char *key = trimmed(line);
    if (value == NULL || section->section == NULL)
        return outcome_usage(target->where, place, line, value == NULL ? "key = value, or [section]" : "[section] first",
                             NULL);
    for (size_t i = 0; i < section->count; i++)
        if (text_equal(section->keys[i], key))
            return outcome_usage(target->where, text_of("%s: %s", place, key).chars, "a second time in its section", "once",
                                 NULL);
    if (section->count < MOST_KEYS)
        section->keys[section->count++] = key;
    return put(target, section->section, key, value, place);
}

static outcome_t read_line(const target_t *target, section_t *section, char *line, const char *place)
{
    line = trimmed(line);
    size_t length = strlen(line);
    if (length == 0 || line[0] == '#' || line[0] == ';')
        return outcome_ok();
    if (line[0] != '[')
        return read_key(target, section, line, place);
    if (line[length - 1] != ']')
        return outcome_usage(target->where, place, line, "[section]", NULL);
    line[length - 1] = '\0';
    *section = (section_t){.section = trimmed(line + 1)};
    return check_section(section->section, target->where, place);
}

static outcome_t read_file(const char *path, target_t *target)
{
    bytes_t bytes;
    section_t section = {0};
    outcome_t result = file_read(path, "the profiles are paper, bitsim, or a file of your own", &bytes);
    if (!outcome_is_ok(&result))
        return result;
    target->where = path;
    char *rest = (char *)bytes.data;
    for (int number = 1; rest != NULL && outcome_is_ok(&result); number++) {
        char *line = rest, *end = strchr(rest, '\n');
        rest = end != NULL ? end + 1 : NULL;
        if (end != NULL)
            *end = '\0';
        result = read_line(target, &section, line, text_of("line %d", number).chars);
    }
    file_free_bytes(&bytes);
    return result;
}

outcome_t configuration_load(const char *profile, const accelerator_t *const *accelerators, size_t count,
                             accel_config_t *configs)
{
    target_t target = {.accelerators = accelerators, .count = count, .configs = configs};
    for (size_t i = 0; i < count; i++)
        configs[i] = accelerators[i]->defaults;
    if (text_equal(profile, "paper"))
        return outcome_ok();
    if (text_ends(profile, ".ini"))
        return read_file(profile, &target);
    text_t path;
    outcome_t result = home_path(text_of("bench/accel/config/%s.ini", profile).chars, &path);
    return outcome_is_ok(&result) ? read_file(path.chars, &target) : result;
}

outcome_t configuration_set(const char *setting, const accelerator_t *const *accelerators, size_t count,
                            accel_config_t *configs)
{
    target_t target = {.where = "--set", .accelerators = accelerators, .count = count, .configs = configs};
    text_t copy = text_of("%s", setting);
    char *value = text_fits(&copy) ? cut(copy.chars) : NULL, *section = trimmed(copy.chars), *dot = strchr(section, '.');
    if (value == NULL || dot == NULL)
        return outcome_usage("--set", setting, "something else", "DESIGN.KEY=VALUE, as bitvert.rows=16", NULL);
    *dot = '\0';
    return put(&target, section, dot + 1, value, setting);
}
