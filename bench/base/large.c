/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/large.h"

#include <stdlib.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 1 << 21 };

void *large_alloc(size_t size)
{
    void *memory = size < HUGE_PAGE ? malloc(size) : aligned_alloc(HUGE_PAGE, size);
    if (memory != NULL && size >= HUGE_PAGE)
        (void)madvise(memory, size / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE); /* only a hint */
    return memory;
}
