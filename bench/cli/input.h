/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_INPUT_H
#define BBS_CLI_INPUT_H

#include "base/file.h"
#include "base/outcome.h"

/* "-" for a file that a command reads is standard input.
 *
 * Readers need the length of a file and may read it twice, which a pipe cannot give. So what comes is kept in memory, and
 * that becomes the standard input, which every reader opens as /dev/stdin. */

/* `*path` is `given`, or "/dev/stdin" for "-". NULL stays NULL. A terminal is FAULT_USAGE. */
outcome_t input_path(const char *given, const char **path);

/* The text of standard input for "-", without the last line break, else a copy of `given`. Free with file_free_bytes(). */
outcome_t input_text(const char *given, bytes_t *text);

#endif
