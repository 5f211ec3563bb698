/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TESTS_FUZZ_SMALL_FILES_H
#define BBS_TESTS_FUZZ_SMALL_FILES_H

/* For targets with a reader for each of their seeds: any bytes as a file in a folder of its own. */
#include "base/outcome.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline void must(bool holds)
{
    if (!holds)
        abort();
}

/* An error says which file it is about. Returns false: nothing was read. */
static inline bool refused(const outcome_t *outcome, const char *folder)
{
    must(strstr(outcome_text(outcome), folder) != NULL);
    return false;
}

/* A reader gets the file and, for errors, its folder, which it leaves with no other files; it returns whether it was read.
 */
typedef bool (*reader_t)(const char *path, const char *folder);

static inline bool read_small_file(reader_t reader, const uint8_t *data, size_t size)
{
    char folder[] = "/dev/shm/bbs-fuzz-XXXXXX";
    must(mkdtemp(folder) != NULL);
    const text_t path = text_of("%s/file.ini", folder);
    FILE *stream = fopen(path.chars, "wb");
    must(stream != NULL && fwrite(data, 1, size, stream) == size);
    must(fclose(stream) == 0);
    const bool taken = reader(path.chars, folder);
    unlink(path.chars);
    must(rmdir(folder) == 0);
    return taken;
}

#endif
