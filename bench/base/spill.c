/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/spill.h"

#include "base/text.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static const size_t small = (size_t)32 << 20; /* bytes below which plain memory is used */

/* Map a file that no other process sees and that disappears with this process. Its disk space is allocated at once, so that
 * a full disk is an error here and not a signal later. */
static void *map_file(size_t size)
{
    const char *folder = getenv("TMPDIR");
    text_t name = text_of("%s/bbsbench-XXXXXX", folder != NULL && folder[0] != '\0' ? folder : "/var/tmp");
    int file = mkstemp(name.chars);
    if (file < 0)
        return NULL;
    unlink(name.chars);
    void *data = posix_fallocate(file, 0, (off_t)size) == 0 ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
                                                            : MAP_FAILED;
    close(file);
    return data == MAP_FAILED ? NULL : data;
}

outcome_t spill_create(const char *what, size_t size, spill_t *spill)
{
    *spill = (spill_t){.size = size};
    if (size >= small) {
        spill->data = map_file(size);
        spill->mapped = spill->data != NULL ? size : 0;
    }
    if (spill->data == NULL)
        spill->data = calloc(size > 0 ? size : 1, 1);
    return spill->data != NULL ? outcome_ok() : outcome_out_of_memory(what);
}

void spill_rest(const spill_t *spill, const void *from, size_t bytes)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (spill->mapped == 0)
        return;
    size_t first = (size_t)((uintptr_t)from - (uintptr_t)spill->data), end = first + bytes;
    first = (first + page - 1) / page * page; /* whole pages only */
    end = end == spill->size ? spill->mapped : end / page * page;
    if (end > first)
        madvise((char *)spill->data + first, end - first, MADV_DONTNEED); /* a shared file mapping keeps what was written */
}

void spill_free(spill_t *spill)
{
    if (spill->mapped > 0)
        munmap(spill->data, spill->mapped);
    else
        free(spill->data);
    *spill = (spill_t){0};
}
