/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_FETCH_UNPACK_H
#define BBS_FETCH_UNPACK_H

#include "base/outcome.h"
#include "base/text.h"

#include <stdbool.h>

/* Archives of the cache: NAME.tar, NAME.tar.gz or NAME.tgz is unpacked into the folder NAME beside it, completely or not at
 * all. */

/* Is this an archive? `*folder` is the folder that it is unpacked into. */
bool unpack_place(const char *archive, text_t *folder);

/* Unpack by the program `tar`, started without a shell, into FOLDER.part first. tar refuses names that lead out of the
 * folder. FAULT_MISSING when tar is not installed. The archive stays. */
outcome_t unpack(const char *archive, const char *folder);

#endif
