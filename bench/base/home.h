/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_HOME_H
#define BBS_BASE_HOME_H

#include "base/outcome.h"
#include "base/text.h"

/* Where the project's own files are (models/cfg, technology table, plots), whatever the current folder is:
 * $BBS_ROOT when set, else the nearest folder above the program that holds models/cfg, else the current folder. */
outcome_t home_path(const char *relative, text_t *path);

#endif
