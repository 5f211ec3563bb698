/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_METHOD_OPTIONS_H
#define BBS_CLI_METHOD_OPTIONS_H

#include "cli/options.h"
#include "compress/settings.h"
#include "weights/int8_tensors.h"

/* The options that choose a compression method and its parameters, for the option tables of commands. --method takes a
 * spec, and each row of compress/settings.h is an option too. A parameter that is not given keeps the method's default. */
#define METHOD_ROW(key, option, argument, help, taken_by, kind, member, least, most, no, yes) \
    {option, argument, NULL, help},
/* clang-format off */
#define METHOD_COLUMN_OPTIONS SETTINGS_OF_COLUMNS(METHOD_ROW)
#define METHOD_OPTIONS                                                                                                  \
    METHOD_COLUMN_OPTIONS                                                                                               \
    SETTINGS_OF_LAYERS(METHOD_ROW)                                                                                      \
    {"first-layer", "NAME", "keep", "keep: the convolution that reads the image stays at 8 bits"},                                     \
    {"first-name", "TENSOR", NULL, "the weight that stays (default: the first convolution of 2 to 4 input channels, else of 1)"}
/* clang-format on */

#define JOBS_OPTION                                                                                    \
    {                                                                                                  \
        "jobs", "N", NULL, "threads, at most one a processor (default: all that this process may use)" \
    }

/* The method of --method and its parameters; the result passes method_check(). `own` is an option that the command itself
 * uses too: it is ignored here when the method does not take it. NULL: none. */
outcome_t method_options_read(const options_t *options, const char *own, const method_t **method, method_config_t *config);

/* Whether the first layer stays at 8 bits. */
outcome_t method_options_first(const options_t *options, bool *keep_first);

/* The weights of a set as layers (int8_tensors_list()), only those of `table` unless it is empty. Depthwise kernels stay at
 * 8 bits; with `keep_first` the first layer does too. */
outcome_t method_options_layers(const options_t *options, const tensor_set_t *set, const char *where,
                                const net_table_t *table, bool keep_first, int8_network_t *network);

/* --net auto of the commands on files: the layers of the network that the tensors are, whose names and order `set` gets.
 * `table` is empty without the option; free it with net_table_free(). */
#define TABLE_OPTION                                                                                                       \
    {                                                                                                                      \
        "net", "auto", NULL, "recognise the network, and leave what it computes in float as it is (heads of transformers)" \
    }
outcome_t method_options_table(const options_t *options, const char *where, tensor_set_t *set, net_table_t *table);

outcome_t method_options_jobs(const options_t *options, int *threads);

/* For the details of commands that write a checkpoint in parts of layers. */
#define LARGE_FILES                                                                                                        \
    "Files may be larger than the memory: weights are read, used and written 4 million at a time (64 million by ant and\n" \
    "olive). Safetensors are read where they lie; large tensors of other formats are first copied to files in $TMPDIR\n"   \
    "(default /var/tmp), and so is what goes to a pipe. Only what comes from a pipe is in memory as a whole. OUT is one\n" \
    "file whatever its size, also where IN is an index with several."

/* The value of an option that takes one of two words; `*second` says whether it is the second one. */
outcome_t method_options_choice(const options_t *options, const char *name, const char *first_word, const char *second_word,
                                bool *second);

#endif
