/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/model_sweep.h"

#include "base/text.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

static const struct {
    const char *key;
    size_t offset; /* of an int64_t in model_plan_t */
    int64_t most;
} parts[] = {{"tokens", offsetof(model_plan_t, tokens), 65536},
             {"context", offsetof(model_plan_t, context), 1 << 20},
             {"batch", offsetof(model_plan_t, batch), 4096}};
enum { PARTS = sizeof parts / sizeof *parts };

/* The part that "context" or "context=4096" names, or PARTS. */
static size_t part_of(const char *setting)
{
    const size_t length = strcspn(setting, "=");
    size_t i = 0;
    while (i < PARTS && (strlen(parts[i].key) != length || strncmp(parts[i].key, setting, length) != 0))
        i++;
    return i;
}

static const char constants[] = "technology.";

bool model_sweep_is_general(const char *setting)
{
    return part_of(setting) < PARTS || text_starts(setting, constants);
}

bool model_sweeps(const model_plan_t *plan, const char *key)
{
    for (size_t i = 0; i < plan->sweep_count; i++) {
        const char *setting = plan->sweeps[i].settings[0];
        const size_t part = part_of(setting);
        if (key == NULL ? model_sweep_is_general(setting) : part < PARTS && text_equal(parts[part].key, key))
            return true;
    }
    return false;
}

int64_t model_sweep_most(const char *key)
{
    const size_t part = part_of(key);
    return part < PARTS ? parts[part].most : 0;
}

/* "technology.dram.access=800", in the unit of the table. */
static outcome_t put_constant(const char *setting, technology_t *technology)
{
    text_t name = text_of("%s", setting + strlen(constants));
    const char *value = strchr(setting, '='), *unit = "";
    name.chars[strcspn(name.chars, "=")] = '\0';
    for (size_t i = 0; i < technology_row_count; i++)
        if (text_equal(technology_rows[i].name, name.chars))
            unit = technology_rows[i].unit;
    return technology_put(technology, name.chars, text_of("%s %s", value != NULL ? value + 1 : "", unit).chars, "--sweep",
                          setting);
}

outcome_t model_sweep_put(const char *setting, model_plan_t *plan, technology_t *technology)
{
    const size_t part = part_of(setting);
    const char *equals = strchr(setting, '=');
    int64_t value;
    if (part == PARTS)
        return put_constant(setting, technology);
    if (equals == NULL || !text_to_integer(equals + 1, 1, parts[part].most, &value))
        return outcome_usage("--sweep", setting, "a value that cannot be", text_of("1 to %" PRId64, parts[part].most).chars,
                             NULL);
    memcpy((char *)plan + parts[part].offset, &value, sizeof value);
    return outcome_ok();
}
