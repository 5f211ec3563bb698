/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/configuration_dump.h"

#include "accel/oddity.h"
#include "accel/settings.h"
#include "base/sha256.h"

#include <stdlib.h>

static void write_oddities(uint32_t flags, text_builder_t *text)
{
    const oddity_t *oddity;
    bool some = false;
    for (size_t i = 0; (oddity = registry_at(&oddity_names, i)) != NULL; i++)
        if (flags & oddity->flag) {
            text_append(text, "%s%s", some ? "," : "oddities = ", oddity->name);
            some = true;
        }
    text_append(text, "%s", some ? "\n" : "");
}

/* A real with as few digits as give it back. */
static text_t real_text(double value)
{
    enum { LEAST_DIGITS = 15, MOST_DIGITS = 17 };
    text_t text;
    double back = 0.0;
    for (int digits = LEAST_DIGITS; digits <= MOST_DIGITS; digits++) {
        text = text_of("%.*g", digits, value);
        if (text_to_real(text.chars, &back) && back == value)
            break;
    }
    return text;
}

static void write_values(const accelerator_t *const *accelerators, size_t count, const accel_config_t *configs,
                         const configuration_more_t *more, text_builder_t *text)
{
    write_oddities(count > 0 ? configs[0].oddities : 0, text);
    for (size_t i = 0; i < count; i++) {
        text_append(text, "\n[%s]\n", accelerators[i]->name);
        settings_write(accelerators[i]->keys, &configs[i], text);
    }
    text_append(text, "\n[technology]\n");
    for (size_t i = 0; i < technology_row_count; i++)
        text_append(text, "%s = %s %s\n", technology_rows[i].name, real_text(more->technology.values[i]).chars,
                    technology_rows[i].unit);
}

static text_t digest_of(const text_builder_t *values)
{
    sha256_t digest;
    sha256_bytes(values->chars != NULL ? values->chars : "", values->length, &digest);
    return text_of("%s", digest.hex);
}

void configuration_dump(const accelerator_t *const *accelerators, size_t count, const accel_config_t *configs,
                        const configuration_more_t *more, const char *name, text_builder_t *text)
{
    text_builder_t values = {.chars = NULL};
    write_values(accelerators, count, configs, more, &values);
    text_append(text, "# Keys: bbsbench simulate --help. Constants and their sources: bench/accel/technology.csv.\n"
                      "# Rows have this name while no value below is changed, and the name of the file after a change.\n");
    text_append(text, "[model]\nname = %s\nvalues = %s\n%s", name, digest_of(&values).chars,
                values.chars != NULL ? values.chars : "");
    text->failed = text->failed || values.failed;
    free(values.chars);
}

bool configuration_is_as_dumped(const accelerator_t *const *accelerators, size_t count, const accel_config_t *configs,
                                const configuration_more_t *more)
{
    text_builder_t values = {.chars = NULL};
    write_values(accelerators, count, configs, more, &values);
    const bool same = !values.failed && text_equal(digest_of(&values).chars, more->values.chars);
    free(values.chars);
    return same;
}
