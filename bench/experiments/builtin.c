/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/builtin.h"

#include "base/text.h"

#include <stddef.h>

const builtin_t builtin_files[] = {
#include "experiments.inc" /* written by the Makefile: {"fig12.md", (const char[]){...}}, ... */
    {NULL, NULL},
};

const char *builtin_text(const char *name)
{
    for (const builtin_t *file = builtin_files; file->name != NULL; file++)
        if (text_equal(file->name, name))
            return file->text;
    return NULL;
}
