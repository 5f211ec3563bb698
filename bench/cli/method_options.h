/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_METHOD_OPTIONS_H
#define BBS_CLI_METHOD_OPTIONS_H

#include "cli/options.h"
#include "weights/int8_tensors.h"

/* The options that choose a compression method and its parameters, for the tables of the commands that take them. What
 * is not given keeps the method's default. */
/* clang-format off */
#define METHOD_OPTIONS                                                                                                  \
    {"columns", "N", NULL, "bit columns to prune, 1 to 6 (default: the method's)"},                                     \
    {"group", "G", NULL, "weights a group (default 32)"},                                                               \
    {"beta", "SHARE", NULL, "share of channels that stay at 8 bits (default 0.2; 0.1 for bbs-cons)"},                   \
    {"channels", "C", NULL, "sensitive channels of a layer are rounded up to multiples of it (default 32)"},            \
    {"score", "NAME", "scale", "what makes a channel sensitive: scale or deviation"},                                   \
    {"constant-bits", "P", NULL, "zero-point shifting: bits of the constant, 3 to 6 (default 6)"},                      \
    {"shift-range", "NAME", "stored", "zero-point shifting: stored, or paper, which also tries -2^(P-1)"},              \
    {"bits", "B", NULL, "methods named by bits: bits a weight"},                                                        \
    {"clip", "NAME", NULL, "ptq: range by absmax or squares (least squared error; default)"},                           \
    {"variant", "NAME", NULL, "format of a method that has several"},                                                   \
    {"first-layer", "NAME", "keep", "first layer: keep it at 8 bits, or prune it"},                                     \
    {"first-name", "TENSOR", NULL, "which weight the first layer is (default: the first in the file)"}
/* clang-format on */

#define JOBS_OPTION                                             \
    {                                                           \
        "jobs", "N", NULL, "threads (default: one a processor)" \
    }

/* The method of --method, its parameters, and whether the first layer is kept. The result passes method_check(). */
outcome_t method_options_read(const options_t *options, const method_t **method, method_config_t *config, bool *keep_first);

/* The weights of a set as layers, the first one whole if it is to be kept. */
outcome_t method_options_weights(const options_t *options, const tensor_set_t *set, const char *where, bool keep_floats,
                                 bool keep_first, int threads, int8_network_t *network);

outcome_t method_options_jobs(const options_t *options, int *threads);

/* One of two words; *second tells which. */
outcome_t method_options_choice(const options_t *options, const char *name, const char *first_word, const char *second_word,
                                bool *second);

#endif
