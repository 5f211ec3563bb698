/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_VERSION_H
#define BBS_CLI_VERSION_H

/* `bbsbench --version`: commit, compiler and flags, libraries and versions, processor and instruction set. */
void version_print(void);

#endif
