/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_SETTINGS_H
#define BBS_COMPRESS_SETTINGS_H

#include "base/text.h"
#include "compress/method.h"

/* The parameters of methods, by name. One row is a key of a spec (`ra:columns=4`) and an option of every command that
 * compresses (`--columns 4`): its names, its range, the methods that take it, its line of --help. (A row of
 * SETTINGS_OF_ACTIVATIONS is only a key.)
 *
 *     ROW(key, option, argument, help, taken by, kind, member, least, most, words)
 * Taken by: SETTING_OF_COLUMNS (methods with a coder), SETTING_OF_SELECTION (methods with .selects), SETTING_OF_VARIANTS
 * (methods with .variants), SETTING_OF_ACTIVATIONS (methods with .activations), or a flag of method_t.takes. Kind: type of
 * the member of method_config_t. SETTING_BITS is a whole number, or any number for a method that takes a mean. Words: the
 * texts for false and true of a boolean. */
/* clang-format off */
#define SETTINGS_OF_COLUMNS(ROW)                                                                                        \
    ROW("columns", "columns", "N", "bit columns to prune, 1 to 6; budget: at most, in a layer (default: the method's)",  \
        SETTING_OF_COLUMNS, SETTING_INT, columns, 1, 6, NULL, NULL)                                                     \
    ROW("constant", "constant-bits", "P", "zero-point shifting: bits of the constant, 3 to 6 (default 6)",              \
        METHOD_TAKES_CONSTANT, SETTING_INT, constant_bits, 3, 6, NULL, NULL)                                            \
    ROW("shift", "shift", "S", "zero-point shifting: this shift instead of the best one",                               \
        METHOD_TAKES_SHIFT, SETTING_SHIFT, shift, -32, 32, NULL, NULL)                                                  \
    ROW("shift-range", "shift-range", "NAME", "zps: stored, or paper, which also tries -2^(P-1) (default stored)",      \
        METHOD_TAKES_SHIFT_RANGE, SETTING_BOOL, paper_shift_range, 0, 0, "stored", "paper")                             \
    ROW("ties", "ties", "NAME", "zps, best, budget: ties go to the even multiple, or to zero: even or zero (default even)",\
        METHOD_TAKES_ROUNDING, SETTING_BOOL, ties_to_zero, 0, 0, "even", "zero")                                        \
    ROW("choice", "choice", "NAME", "of equally good shifts the lowest, or that of least mean error: lowest or mean (default mean)",\
        METHOD_TAKES_ROUNDING, SETTING_BOOL, least_mean, 0, 0, "lowest", "mean")                                        \
    ROW("near", "near", "PERCENT", "choice mean: also shifts with a squared error up to this much higher, 0 to 100 (default 0)",\
        METHOD_TAKES_ROUNDING, SETTING_INT, near_percent, 0, 100, NULL, NULL)

#define SETTINGS_OF_LAYERS(ROW)                                                                                         \
    ROW("group", "group", "G", "weights per group, 1 to 4096 (default 32)", \
        METHOD_TAKES_GROUP, SETTING_INT, group, 1, 4096, NULL, NULL)                                                    \
    ROW("beta", "beta", "SHARE", "share of channels that stay at 8 bits (default: the method's)",                       \
        SETTING_OF_SELECTION, SETTING_REAL, beta, 0, 1, NULL, NULL)                                                     \
    ROW("channels", "channels", "C", "8-bit channels of a layer are rounded up to a multiple of C (default 32)", \
        SETTING_OF_SELECTION, SETTING_INT64, channel_unit, 1, INT32_MAX, NULL, NULL)                                    \
    ROW("score", "score", "NAME", "what makes a channel sensitive: scale or deviation (default scale)",                 \
        SETTING_OF_SELECTION, SETTING_BOOL, score_by_deviation, 0, 0, "scale", "deviation")                             \
    ROW("bits", "bits", "B", "bits per weight, 2 to 8: of methods that quantise floats; budget: their mean, with metadata",\
        METHOD_TAKES_BITS | METHOD_TAKES_MEAN_BITS, SETTING_BITS, bits, 2, 8, NULL, NULL)                               \
    ROW("clip", "clip", "NAME", "range by absmax or squares (least squared error; default squares)",                    \
        METHOD_TAKES_CLIP, SETTING_BOOL, least_squares_clip, 0, 0, "absmax", "squares")                                 \
    ROW("variant", "variant", "NAME", "format of a method that has several",                                            \
        SETTING_OF_VARIANTS, SETTING_VARIANT, variant, 0, 0, NULL, NULL)
/* Only in specs, for `bbsbench accuracy`: no other command computes with activations. */
#define SETTINGS_OF_ACTIVATIONS(ROW)                                                                                    \
    ROW("activations", "activations", "B", "bits of the activations, 4 to 8 (default: float)",                          \
        SETTING_OF_ACTIVATIONS, SETTING_INT, activation_bits, 4, 8, NULL, NULL)
/* clang-format on */

enum {
    SETTING_OF_COLUMNS = 1 << 16,
    SETTING_OF_SELECTION = 1 << 17,
    SETTING_OF_VARIANTS = 1 << 18,
    SETTING_OF_ACTIVATIONS = 1 << 19
};

typedef enum {
    SETTING_INT,
    SETTING_INT64,
    SETTING_REAL,
    SETTING_BOOL,
    SETTING_SHIFT,
    SETTING_VARIANT,
    SETTING_BITS
} setting_kind_t;

typedef struct {
    const char *key, *option;
    const char *help; /* what it is, in one line */
    unsigned taken_by;
    setting_kind_t kind;
    size_t offset; /* of the member of method_config_t */
    int64_t least, most;
    const char *no, *yes;
} setting_t;

extern const setting_t method_settings[]; /* ends with a key that is NULL */

bool setting_is_taken(const setting_t *setting, const method_t *method);

/* The row of a key; an unknown one is FAULT_USAGE. `where` and `place` begin the error: the option, and the spec. */
outcome_t setting_find(const char *key, const char *where, const char *place, const setting_t **setting);

/* Read a value into `config`. FAULT_USAGE when the method does not take the key (the error lists the keys that it takes),
 * or the text is not a valid value. Rules over several keys are checked by method_check(). */
outcome_t setting_read(const setting_t *setting, const method_t *method, const char *text, const char *where,
                       const char *place, method_config_t *config);

/* The values that a key can have for a method, in words: "1 to 6", "even or zero". */
text_t setting_values(const setting_t *setting, const method_t *method);

/* The value in a configuration, as setting_read() would take it; "" when none is set (a free shift, float activations). */
text_t setting_value(const setting_t *setting, const method_t *method, const method_config_t *config);

#endif
