/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/home.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_home(const char *folder)
{
    return file_is_folder(text_of("%s/models/cfg", folder).chars);
}

static text_t above_program(void)
{
    text_t folder = {{0}};
    ssize_t length = readlink("/proc/self/exe", folder.chars, sizeof folder.chars - 1);
    if (length < 0)
        return text_of(".");
    folder.chars[length] = '\0';
    for (char *slash = strrchr(folder.chars, '/'); slash != NULL; slash = strrchr(folder.chars, '/')) {
        *slash = '\0';
        if (is_home(folder.chars))
            return folder;
    }
    return text_of(".");
}

outcome_t home_path(const char *relative, text_t *path)
{
    const char *root = getenv("BBS_ROOT");
    text_t folder = root != NULL && *root != '\0' ? text_of("%s", root) : above_program();
    if (!text_fits(&folder))
        return outcome_failed(folder.chars, NULL, "a path that is too long", "a shorter one", NULL);
    *path = text_of("%s/%s", folder.chars, relative);
    if (!text_fits(path))
        return outcome_failed(path->chars, NULL, "a path that is too long", "a shorter one", NULL);
    return outcome_ok();
}
