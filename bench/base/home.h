/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_HOME_H
#define BBS_BASE_HOME_H

#include "base/outcome.h"
#include "base/text.h"

/* Where the project's own files are (models/cfg, technology table, plots), whatever the current folder is: the first of
 *   - $BBS_ROOT when set,
 *   - the nearest folder above the program that holds models/cfg, or whose share/bbsbench does (`make install`),
 *   - the folder that the file bbsbench.root beside the program names (written by make, for a BUILD outside the project),
 *   - the current folder when it holds models/cfg.
 * FAULT_MISSING, naming BBS_ROOT, when there is none. */
outcome_t home_folder(text_t *folder);

/* The path of one of these files; an absolute path stays as it is. */
outcome_t home_path(const char *relative, text_t *path);

/* The path as it is recorded, so that a record stays true when the project is moved: relative to the project when it is
 * inside, else absolute. A path of the user's is relative to the current folder. */
text_t home_record(const char *path);

/* Where results go: `relative` in the project, or in the current folder when the program was installed: the copy of
 * `make install` has no Makefile, and is not for writing. */
outcome_t home_output(const char *relative, text_t *path);

#endif
