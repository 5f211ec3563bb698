/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/memory.h"

#include <stdio.h>
#include <sys/resource.h>

void memory_reset_peak(void)
{
    FILE *stream = fopen("/proc/self/clear_refs", "w"); /* proc(5): 5 resets the peak resident set size */
    if (stream == NULL)
        return;
    fputs("5", stream);
    fclose(stream);
}

int64_t memory_peak_bytes(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (int64_t)usage.ru_maxrss * 1024 : -1;
}
