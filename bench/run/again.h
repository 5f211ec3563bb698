/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_RUN_AGAIN_H
#define BBS_RUN_AGAIN_H

/* The command that makes the rows of one experiment again, in the mode and with the settings of a run: the run's own
 * command (run.json) with --only ID in place of its own, and without what belongs to that run alone: --out and --resume,
 * and
 * --jobs, on which no row depends. With `id` NULL: the command that makes the whole run again, with its own --only. Returns
 * a text to free(), or NULL when memory is out. */
char *again_command(const char *command, const char *id);

#endif
