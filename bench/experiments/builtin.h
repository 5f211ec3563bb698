/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_BUILTIN_H
#define BBS_EXPERIMENTS_BUILTIN_H

/* The files *.md and *.sql of this folder, compiled in by the Makefile, sorted by name. */
typedef struct {
    const char *name; /* "fig12.md"; NULL ends the table */
    const char *text;
} builtin_t;

extern const builtin_t builtin_files[];

/* The text of a file, or NULL. */
const char *builtin_text(const char *name);

#endif
