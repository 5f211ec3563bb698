/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_FETCH_UNPACK_H
#define BBS_FETCH_UNPACK_H

#include "base/outcome.h"
#include "base/text.h"

#include <stdbool.h>

/* Archives of the cache: NAME.tar becomes the folder NAME beside it, whole or not at all. */

/* Is this an archive, and which folder does it become? */
bool unpack_place(const char *archive, text_t *folder);

/* By the program `tar`, started without a shell; into FOLDER.part first. Names that lead out of the folder are refused by
 * tar. FAULT_MISSING when there is no tar. The archive stays. */
outcome_t unpack(const char *archive, const char *folder);

#endif
