/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/large.h"

#include <stdlib.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 1 << 21, LINE = 64 };

void *large_alloc(size_t size)
{
    void *memory = NULL;
    /* C11's aligned_alloc() would need a multiple of the alignment, and so up to 2 MiB more. */
    if (posix_memalign(&memory, size < HUGE_PAGE ? LINE : HUGE_PAGE, size) != 0)
        return NULL;
    if (size >= HUGE_PAGE)
        (void)madvise(memory, size / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE); /* only a hint */
    return memory;
}
