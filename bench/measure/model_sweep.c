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

bool model_sweep_is_workload(const char *setting)
{
    return part_of(setting) < PARTS;
}

bool model_sweeps(const model_plan_t *plan, const char *key)
{
    for (size_t i = 0; i < plan->sweep_count; i++) {
        const size_t part = part_of(plan->sweeps[i].settings[0]);
        if (part < PARTS && (key == NULL || text_equal(parts[part].key, key)))
            return true;
    }
    return false;
}

int64_t model_sweep_most(const char *key)
{
    const size_t part = part_of(key);
    return part < PARTS ? parts[part].most : 0;
}

outcome_t model_sweep_put(const char *setting, model_plan_t *plan)
{
    const size_t part = part_of(setting);
    const char *equals = strchr(setting, '=');
    int64_t value;
    if (part == PARTS || equals == NULL || !text_to_integer(equals + 1, 1, parts[part].most, &value))
        return outcome_usage("--sweep", setting, "a value that cannot be",
                             text_of("1 to %" PRId64, part < PARTS ? parts[part].most : 0).chars, NULL);
    memcpy((char *)plan + parts[part].offset, &value, sizeof value);
    return outcome_ok();
}
