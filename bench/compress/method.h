/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_METHOD_H
#define BBS_COMPRESS_METHOD_H

#include "compress/activations.h"
#include "compress/layer.h"
#include "compress/source.h"

/* A method is an algorithm; a preset is a method with parameters, under a name of its own. */

typedef enum { METHOD_INT8, METHOD_FLOAT } method_input_t;

enum { METHOD_FORMATS_MOST = 3 };

/* Parameters. Each method has defaults, which a caller may change. settings.h reads parameters from text. */
typedef struct method_config {
    /* methods that prune bit columns */
    int columns; /* N, bit columns to prune */
    int group;   /* weights per group; mx: weights that share a scale */
    /* methods that keep sensitive channels (Algorithm 2) */
    double beta;             /* share of channels that are sensitive, in [0, 1] */
    int64_t channel_unit;    /* C_H: sensitive channels of a layer are rounded up to multiples of it */
    bool score_by_deviation; /* footnote 1: standard deviation in place of the scale factor */
    /* zps; zps-released uses the first and the last two */
    int constant_bits;      /* p, 3 to 6 */
    bool paper_shift_range; /* Algorithm 1 as printed: also try shift -2^(p-1), which cannot be stored */
    bool fixed_shift;       /* use `shift`, without a search */
    int shift;
    bool ties_to_zero; /* zps: a tie goes toward zero, not to the even multiple */
    bool least_mean;   /* zps: of shifts whose squared error is near the least, that of least mean error */
    int near_percent;  /* zps: how far above the least, 0 to 100 */
    double mean_bits;  /* budget: bits per weight of the network, 2 to 8 */
    /* methods that quantise floats: ptq, noisyquant, mx, ant, olive */
    int bits;
    bool least_squares_clip; /* ptq: range by least squared error, not by the largest value */
    int activation_bits;     /* methods with .activations: bits of the input of each layer with weights; 0: float */
    const char *variant;     /* mx, ant, olive: one of method_t.variants */
    /* every method; set by callers, not a setting in texts */
    bool values_only; /* the result is computed with, not packed: methods with columns leave `stored` NULL */
    int format;       /* methods with .survey: 1 + the format of the layer, which is not searched for; 0: it is */
} method_config_t;

/* Keys that a method takes, in addition to the keys that follow from its other members (see settings.h). */
enum {
    METHOD_TAKES_GROUP = 1 << 0,
    METHOD_TAKES_BITS = 1 << 1,
    METHOD_TAKES_CLIP = 1 << 2,
    METHOD_TAKES_CONSTANT = 1 << 3,
    METHOD_TAKES_SHIFT = 1 << 4,
    METHOD_TAKES_SHIFT_RANGE = 1 << 5,
    METHOD_TAKES_ROUNDING = 1 << 6,
    METHOD_TAKES_MEAN_BITS = 1 << 7
};

struct column_coder; /* columns.h: how a method that works on bit columns encodes one group */

typedef struct {
    const char *name;
    const char *summary; /* one line, with the source */
    const char *does;    /* the steps, a few sentences */
    const char *stores;  /* what a compressed layer keeps */
    const char *source;  /* the publication, with section, figure or table */
    method_input_t input;
    bool selects;                /* keeps sensitive channels; takes the keys beta, channels, score */
    bool packs;                  /* its columns and metadata can be stored as .bbs */
    bool constant_is_signed;     /* RA's constant is unsigned, ZPS's signed */
    bool everywhere;             /* compresses whole layers too (fp32) */
    unsigned takes;              /* METHOD_TAKES_... of further keys */
    const char *const *variants; /* names of the formats, NULL-terminated, for a method with several; else NULL */
    const activation_method_t
        *activations; /* how it quantises activations (takes the key activations); NULL: weights only */
    const struct column_coder
        *coder; /* for a method that prunes bit columns of groups (takes the keys columns, group); else NULL */
    method_config_t defaults;
    /* Required of a method without a coder. What compress() will give for a layer of this shape; it reads no weights. */
    compress_form_t (*form)(const method_config_t *config, const compress_layer_t *layer, const bool *mask);
    /* Required. Compress one layer that is not whole. `mask[k]` marks sensitive channels; NULL: none. */
    outcome_t (*compress)(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                          compressed_t *compressed);
    /* Optional. Before the first layer is compressed: the columns of each layer, 0 (whole) to config->columns, in
     * columns[source->count]. `compress` then gets a configuration with the layer's own number. `masks` is of select.h;
     * NULL: none. */
    outcome_t (*plan)(const method_config_t *config, const compress_source_t *source, bool *const *masks, int threads,
                      int *columns);
    /* For methods that choose one of `formats` for a whole layer, the first of those with the least error; else 0 and NULL.
     * Adds to errors[formats] what each format would do to these channels, one channel after the other, so that a layer may
     * be surveyed in parts. */
    int formats;
    outcome_t (*survey)(const method_config_t *config, const compress_layer_t *layer, const bool *mask, int threads,
                        double *errors);
    /* Optional. Limits beyond those of method_check(): FAULT_USAGE names the parameter. */
    outcome_t (*check)(const method_config_t *config);
} method_t;

typedef struct {
    const char *name;
    const char *spec;    /* of a method, in the form of spec.h; a preset cannot refer to a preset */
    const char *summary; /* one line, with the source */
} preset_t;

/* Every method and every preset, NULL-terminated: one line in registry.c adds one. No name is in both. */
extern const method_t *const method_registry[];
extern const preset_t *const preset_registry[];

/* A method by its name; spec.h finds presets too. */
outcome_t method_find(const char *name, const method_t **method);

/* What the method will make of a layer that is not whole: method_t.form, else that of its coder. */
compress_form_t method_form(const method_t *method, const method_config_t *config, const compress_layer_t *layer,
                            const bool *mask);

/* Check a configuration against the limits of the method: FAULT_USAGE names the parameter. */
outcome_t method_check(const method_t *method, const method_config_t *config);

#endif
