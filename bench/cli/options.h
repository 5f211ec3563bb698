/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_OPTIONS_H
#define BBS_CLI_OPTIONS_H

#include "base/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Command lines: each command has one table of options, from which parsing and --help both come, so they cannot
 * drift apart. */

/* As a fallback, compared by address: the option must be given. Parsing names all that are absent at once. */
extern const char option_required[];

typedef struct {
    const char *name; /* long name, without dashes; NULL ends the table */
    /* Name of its value in --help; NULL: a flag; "M...": may be given several times. Words of small letters and digits,
     * as in "keep|prune", are all allowed values: parsing refuses others. */
    const char *argument;
    const char *fallback; /* value when absent; NULL: none; option_required */
    const char *help;
} option_t;

/* The options that every command takes, ended like any table: --help and --quiet. */
extern const option_t options_common[];

typedef struct options options_t; /* a parsed command line */

typedef struct {
    const char *name;
    const char *summary;  /* one line */
    const char *operands; /* as written in --help: "IN OUT"; "" for none */
    size_t operands_least, operands_most;
    const option_t *options;
    const char *details; /* text below the options in --help, or NULL */
    void (*list)(void);  /* prints further choices below `details`, or NULL */
    /* Two examples or more: a line "# reason", and below it the whole command, which may go on after a "\" at the end of
     * the line. */
    const char *examples;
    /* What to do next when the user stops the command (base/stop.h); NULL: it is quick, or says so itself. */
    const char *stopped;
    outcome_t (*run)(const options_t *options);
} command_t;

/* Parse argv[1..]; argv[0] is the command's name. With --help or -h `*help` is set and nothing else is checked. Required
 * options and allowed values are checked here. Free with options_free(). */
outcome_t options_parse(const command_t *command, int argc, char **argv, bool *help, options_t **options);
void options_free(options_t *options);

/* A line on the stream when an option was given by its name of an earlier version. */
void options_note_old_words(const options_t *options, FILE *stream);

/* Is the argument a list of allowed values? */
bool option_is_choice(const option_t *option);

bool options_given(const options_t *options, const char *name); /* on the command line itself */
bool options_flag(const options_t *options, const char *name);
const char *options_text(const options_t *options, const char *name); /* the last one, the fallback, or NULL */
size_t options_count(const options_t *options, const char *name);     /* how often a repeated option was given */
const char *options_nth(const options_t *options, const char *name, size_t index);
/* All values of a repeated option, into items[limit]; more than `limit` of them are FAULT_USAGE. */
outcome_t options_list(const options_t *options, const char *name, const char **items, size_t limit, size_t *count);

/* Numbers within bounds; the error names the option. An option with neither value nor fallback is FAULT_USAGE. */
outcome_t options_integer(const options_t *options, const char *name, int64_t least, int64_t most, int64_t *value);
outcome_t options_real(const options_t *options, const char *name, double least, double most, double *value);
outcome_t options_required(const options_t *options, const char *name, const char **value);

size_t options_operand_count(const options_t *options);
const char *options_operand(const options_t *options, size_t index);

#endif
