/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TESTS_MADE_METHOD_H
#define BBS_TESTS_MADE_METHOD_H

/* Methods for tests: one by its name, one by a spec, and the names of all. Each test program includes it once; what it does
 * not use is dropped. */
#include "compress/spec.h"

#include <string.h>

#include "testing.h"

#pragma GCC diagnostic ignored "-Wunused-function"

static const method_t *method_of(const char *name)
{
    const method_t *method = NULL;
    assert_ok(method_find(name, &method));
    return method;
}

/* A method or preset with its parameters. */
static const method_t *method_of_spec(const char *spec, method_config_t *config)
{
    const method_t *method = NULL;
    assert_ok(method_parse(spec, &method, config));
    return method;
}

/* Every method, then every preset; NULL behind the last. */
static const char *nth_method(size_t index)
{
    size_t methods = 0, presets = 0;
    while (method_registry[methods] != NULL)
        methods++;
    while (preset_registry[presets] != NULL)
        presets++;
    if (index < methods)
        return method_registry[index]->name;
    return index - methods < presets ? preset_registry[index - methods]->name : NULL;
}

#endif
