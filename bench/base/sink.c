/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/sink.h"

#include <errno.h>
#include <unistd.h>

/* For fopencookie(3): the number of bytes taken; fewer than asked for is an error of the stream. */
static ssize_t take(void *cookie, const char *bytes, size_t size)
{
    sink_t *sink = cookie;
    size_t done = 0;
    while (done < size) {
        ssize_t written = write(sink->descriptor, bytes + done, size - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            sink->error = sink->error != 0 ? sink->error : written < 0 ? errno : EIO;
            break;
        }
        done += (size_t)written;
    }
    return (ssize_t)done;
}

static int end(void *cookie)
{
    return close(((sink_t *)cookie)->descriptor);
}

FILE *sink_open(sink_t *sink)
{
    return fopencookie(sink, "w", (cookie_io_functions_t){.write = take, .close = end});
}
