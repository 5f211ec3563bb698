/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_RUN_AGAIN_H
#define BBS_RUN_AGAIN_H

/* The command that makes the rows of one experiment again, in the mode and with the settings of a run: the run's own
 * command (run.json) with --only ID, and without the options that belong to that run alone: --out, --resume and its own
 * --only. Returns a text to free(), or NULL when memory is out. */
char *again_command(const char *command, const char *id);

#endif
