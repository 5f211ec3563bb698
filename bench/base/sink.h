/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_SINK_H
#define BBS_BASE_SINK_H

#include <stdio.h>

/* A stream that remembers why it could not be written.
 *
 * stdio tells of a failed write later, by ferror(), when errno belongs to another call: a full disk then reads
 * "Input/output error". The sink keeps the errno of its first failed write(). */
typedef struct {
    int descriptor;
    int error; /* errno of the first write() that failed; 0: none */
} sink_t;

/* A stream for writing to sink->descriptor, which fclose() closes. `sink` must live as long as the stream. NULL, with errno
 * set, when memory is out. */
FILE *sink_open(sink_t *sink);

#endif
