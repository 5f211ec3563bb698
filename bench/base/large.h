/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_LARGE_H
#define BBS_BASE_LARGE_H

#include <stddef.h>

/* malloc() for arrays of megabytes, such as the weights of a layer, aligned to 64 bytes. Where the kernel may (madvise of
 * transparent_hugepage), their pages are 2 MiB: half the time of a pass that writes new memory is the kernel's, which makes
 * it page by page, and a pass that reads hundreds of megabytes once waits less for the addresses of pages
 * (docs/performance.md). Not more memory than malloc() takes. NULL: none left; free() frees. */
void *large_alloc(size_t size);

#endif
