/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_CFG_FILE_H
#define BBS_ENGINE_CFG_FILE_H

#include "base/file.h"
#include "base/outcome.h"

/* The text of a Darknet cfg, checked before Darknet reads it: Darknet takes what it does not know for something else, or
 * ends the whole program.
 *
 * A line is empty, a comment that begins with '#', a section "[convolutional]" or a setting "filters=64". Lines are ASCII
 * without blanks, and there is no NUL, so that Darknet, which removes blanks and ends a line at a NUL, reads the same
 * lines. [net] comes first and once. Each setting is one that this engine computes, and its value is in the range of the
 * table in cfg_file.c; [route] and [shortcut] name earlier layers. Whether the layers fit together is checked after
 * Darknet has read them (graph.h).
 *
 * An error is FAULT_FAILED with `where` and the line. */
outcome_t cfg_file_check(const char *where, const bytes_t *text);

#endif
