/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_LARGE_H
#define BBS_BASE_LARGE_H

#include <stddef.h>

/* malloc() for arrays of megabytes that are written once from end to end, such as the weights of a layer. Half the time of
 * such a pass is the kernel's, which makes memory page by page when it is first touched; where it may (madvise of
 * transparent_hugepage), it makes 2 MiB at once here. Not more memory than malloc() takes. NULL: none left; free() frees.
 */
void *large_alloc(size_t size);

#endif
