/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_METHOD_OPTIONS_H
#define BBS_CLI_METHOD_OPTIONS_H

#include "cli/options.h"
#include "compress/settings.h"
#include "weights/int8_tensors.h"

/* The options that choose a compression method and its parameters, for the tables of the commands that take them: --method
 * takes a spec, and each row of compress/settings.h is an option too. What is not given keeps the method's default. */
#define METHOD_ROW(key, option, argument, help, taken_by, kind, member, least, most, no, yes) \
    {option, argument, NULL, help},
/* clang-format off */
#define METHOD_COLUMN_OPTIONS SETTINGS_OF_COLUMNS(METHOD_ROW)
#define METHOD_OPTIONS                                                                                                  \
    METHOD_COLUMN_OPTIONS                                                                                               \
    SETTINGS_OF_LAYERS(METHOD_ROW)                                                                                      \
    {"first-layer", "NAME", "keep", "first layer: keep it at 8 bits, or prune it"},                                     \
    {"first-name", "TENSOR", NULL, "which weight the first layer is (default: the first in the file)"}
/* clang-format on */

#define JOBS_OPTION                                             \
    {                                                           \
        "jobs", "N", NULL, "threads (default: one a processor)" \
    }

/* The method of --method and its parameters; the result passes method_check(). `own` is an option that means something to
 * the command itself too, and is passed over where the method does not take it; NULL: none. */
outcome_t method_options_read(const options_t *options, const char *own, const method_t **method, method_config_t *config);

/* Whether the first layer stays at 8 bits. */
outcome_t method_options_first(const options_t *options, bool *keep_first);

/* The weights of a set as layers, the first one whole if it is to be kept. */
outcome_t method_options_weights(const options_t *options, const tensor_set_t *set, const char *where, bool keep_floats,
                                 bool keep_first, int threads, int8_network_t *network);

outcome_t method_options_jobs(const options_t *options, int *threads);

/* One of two words; *second tells which. */
outcome_t method_options_choice(const options_t *options, const char *name, const char *first_word, const char *second_word,
                                bool *second);

#endif
