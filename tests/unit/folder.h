/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TESTS_FOLDER_H
#define BBS_TESTS_FOLDER_H

/* A folder of a test's own: the setup of its group makes it, the teardown removes it with all that is in it. */
#include "base/text.h"

#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/bbs-test-XXXXXX";

static inline text_t inside(const char *name)
{
    return text_of("%s/%s", folder, name);
}

static inline int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

/* For tests that remove every file themselves: one that is left is a failure. */
static inline int remove_empty_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static inline int remove_folder(void **state)
{
    (void)state;
    return system(text_of("rm -rf '%s'", folder).chars);
}

#endif
