/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_SPILL_H
#define BBS_BASE_SPILL_H

#include "base/outcome.h"

#include <stddef.h>

/* Memory that can be given back for a time: large arrays that are written once and read rarely.
 *
 * A large array is a mapped file without a name in $TMPDIR (default /var/tmp). spill_rest() gives the pages of a part back
 * to the system; the next reader gets the same bytes, from the file. A small array, or one for which the disk has no room,
 * is plain memory, and spill_rest() does nothing. */
typedef struct {
    void *data; /* size bytes, zeros at first, page or 16-byte aligned */
    size_t size;
    size_t mapped; /* bytes; 0: plain memory */
} spill_t;

outcome_t spill_create(const char *what, size_t size, spill_t *spill);
void spill_rest(const spill_t *spill, const void *from, size_t bytes);
void spill_free(spill_t *spill);

#endif
