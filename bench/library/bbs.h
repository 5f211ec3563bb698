/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_H
#define BBS_H

/* libbbs: bi-directional bit-level sparsity (BBS, MICRO 2024) of weight tensors. Quantise, compress, pack, unpack, count.
 * It is the library of the suite bbsbench; a result has the same bytes as that of the program.
 *
 * Layout. A weight tensor has the shape [k, c, ...] in PyTorch order (last index fastest): k output channels, c input
 * channels (of one group of a grouped convolution), then the kernel. Rank 2 to BBS_RANK_MOST. A group is `group`
 * consecutive input channels (default 32) at one kernel position of one output channel; the last one of a row may be
 * short. Groups are numbered channel by channel, kernel position by kernel position, then along c.
 *
 * Errors. Each function that can fail returns a bbs_code_t and, unless `error` is NULL, writes one line of text without
 * a newline: where, the place, what was found, what was expected, what to do. The words are those of the program: a wrong
 * method is reported under its option, "--method". After an error, what results point to is unchanged. Nothing is printed,
 * and the process is never ended.
 *
 * Threads. All functions may be called from any number of threads at the same time; a bbs_compressed_t that is only read
 * may be shared. `threads` is how many threads a call may use, at most one a processor; 0: one for each processor
 * that the process may use. Results have the same bytes for any number. Rounding mode, denormals and locale of the caller
 * do not matter and are as before after a call.
 *
 * Ownership. Inputs are read during the call only. What a function makes is the caller's, freed as said there.
 *
 * Versions. The names of the shared object carry the version node LIBBBS_0; a change that breaks programs gets another
 * soname. Linked libraries: zlib (checksums of packed files) and libm. */

#include <stddef.h>
#include <stdint.h>

#define BBS_VERSION_MAJOR 0
#define BBS_VERSION_MINOR 1
#define BBS_VERSION_PATCH 0
#define BBS_VERSION "0.1.0"

#if defined(__GNUC__)
#define BBS_API __attribute__((visibility("default")))
#else
#define BBS_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

BBS_API const char *bbs_version(void); /* of the library that runs: "0.1.0" */

/* ===  Errors  === */

typedef enum {
    BBS_OK = 0,
    BBS_FAILED = 1, /* an input is wrong, or memory is out */
    BBS_USAGE = 2   /* a method, a shape or another argument that no input makes right */
} bbs_code_t;

enum { BBS_MESSAGE_SIZE = 768 };

typedef struct {
    bbs_code_t code;
    char message[BBS_MESSAGE_SIZE]; /* "" when code is BBS_OK */
} bbs_error_t;

/* ===  Quantising  === */

/* INT8 per output channel, as the paper's baseline: of a channel with the largest magnitude m,
 *     scale = m / 127.5,  q = clamp(round_half_even(w * (1 / scale)), -128, 127)   in float32;
 * a channel of zeros has scale 1. `weights` and `q` are [channels, per_channel], `scale` is [channels]. NaN and infinity
 * are BBS_FAILED. */
BBS_API bbs_code_t bbs_quantise(const float *weights, int64_t channels, int64_t per_channel, int threads, int8_t *q,
                                float *scale, bbs_error_t *error);

/* ===  Compressing  === */

enum { BBS_RANK_MOST = 8 };

/* A weight tensor to compress. Fill it with zeros first. Either `weights`, or `q` and `scale`; with all three, `weights`
 * are the floats that q was made from. */
typedef struct {
    const char *name; /* in errors and in packed files; NULL: "weight" */
    int rank;
    int64_t shape[BBS_RANK_MOST];
    const float *weights; /* finite */
    const int8_t *q;      /* weight = q * scale[channel] */
    const float *scale;   /* [k], positive */
    int whole;            /* not 0: stays at 8 bits and has no part in the choice of sensitive channels (a first layer) */
} bbs_weights_t;

typedef struct bbs_compressed bbs_compressed_t; /* one compressed tensor */

/* Compress the `count` tensors of a network by one method, into results[count]; free each with bbs_compressed_free().
 *
 * `method` is the name of a method or preset, with parameters: "bbs-mod", "zps:columns=4:beta=0", "ra:columns=2:group=16".
 * `bbsbench compress --help` lists the parameters. Sensitive channels (`beta`) are chosen over all tensors of the call, as
 * the paper does over a network (Algorithm 2). Methods that quantise activations (`activations=`) are refused. */
BBS_API bbs_code_t bbs_compress(const bbs_weights_t *tensors, size_t count, const char *method, int threads,
                                bbs_compressed_t **results, bbs_error_t *error);
BBS_API void bbs_compressed_free(bbs_compressed_t *compressed); /* NULL is allowed */

/* The name of method `index`, or NULL after the last one; presets follow the methods. `summary` gets one line with the
 * source, and may be NULL. The texts are constant. */
BBS_API const char *bbs_method(size_t index, const char **summary);

/* What a compressed tensor holds. Pointers are valid while the tensor lives, and NULL where the method has no such part. */
typedef struct {
    const char *name;
    int rank;
    int64_t shape[BBS_RANK_MOST];
    const int16_t *values; /* [k, c, ...]: weight = values * scale[channel]; stored + the constant of the group */
    const float *scale;    /* [k] */
    const float *floats;   /* [k, c, ...]: the weights of methods that leave the integer grid */
    const int8_t *stored;  /* [k, c, ...]: the bit columns that are kept */
    const uint8_t *meta;   /* [groups]: redundant columns << 6 | 6-bit constant (bitflip: mask of the stored columns, bit 7
                              the sign); 0 in channels at 8 bits */
    const uint8_t *bits;   /* [k]: bits of a stored weight of the channel; 8: nothing is pruned */
    int64_t groups;        /* of the tensor; 0 where nothing is in groups */
    int64_t value_bits;    /* bits of all stored weights */
    int64_t meta_bits;     /* bits of all metadata, and of the channel indices where a tensor has both precisions */
    int64_t sensitive;     /* channels at 8 bits */
} bbs_view_t;

BBS_API void bbs_view(const bbs_compressed_t *compressed, bbs_view_t *view);

/* The weights that are computed with, as floats: values * scale, or floats. `weights` has room for the whole tensor. */
BBS_API void bbs_weights_of(const bbs_compressed_t *compressed, float *weights);

/* ===  Packing  === */

/* The bytes of a .bbs file (docs/format.md of bbsbench) with these tensors, which are all of one call of bbs_compress() or
 * bbs_unpack(). Methods whose values bit columns cannot hold are refused. Free the bytes with bbs_bytes_free(). */
BBS_API bbs_code_t bbs_pack(bbs_compressed_t *const *tensors, size_t count, int threads, uint8_t **bytes, size_t *size,
                            bbs_error_t *error);
BBS_API void bbs_bytes_free(uint8_t *bytes);

/* The reverse: the packed weights of a file, in its order. Every length, offset and checksum is checked first. Tensors that
 * are no packed weights (a bias) are left out. Free the list with bbs_list_free(), which frees the tensors too. */
BBS_API bbs_code_t bbs_unpack(const uint8_t *bytes, size_t size, int threads, bbs_compressed_t ***tensors, size_t *count,
                              bbs_error_t *error);
BBS_API void bbs_list_free(bbs_compressed_t **tensors, size_t count);

/* ===  Statistics  === */

/* Counts over the INT8 weights of a tensor, as the paper's Fig. 3 has them. Bits are 8 a weight. */
typedef struct {
    int64_t weights;
    int64_t zeros;                     /* weights that are 0 */
    int64_t zero_bits_twos_complement; /* bits that are 0 */
    int64_t zero_bits_sign_magnitude;  /* sign included; -128 counts as -127 */
    int64_t bbs_bits;                  /* bits that have the more frequent value of their column of a vector */
    int64_t groups;
    int64_t redundant[8]; /* groups by the number of columns after the sign that equal it, 0 to 7 */
} bbs_statistics_t;

/* Vectors of `vector` and groups of `group` weights run along the input channels; both 1 to 4096 (paper: 8 and 32). */
BBS_API bbs_code_t bbs_statistics(const bbs_weights_t *tensor, int vector, int group, int threads,
                                  bbs_statistics_t *statistics, bbs_error_t *error);

/* The distance of a compressed tensor from the INT8 weights that it was made from. */
typedef struct {
    double mse;        /* INT8 steps squared, mean of a weight */
    double mean_error; /* INT8 steps, signed: what moves all outputs one way */
    double
        output_error; /* squared error of the outputs over the outputs squared, for independent rectified normal inputs */
    double sqnr_db;   /* signal to noise of the weights, dB; NaN without an error */
    double kl_divergence; /* nats: of softmax(compressed weights) from softmax(weights), over the tensor */
} bbs_distortion_t;

/* `tensor` is what `compressed` was made from, or another tensor of its shape. */
BBS_API bbs_code_t bbs_distortion(const bbs_weights_t *tensor, const bbs_compressed_t *compressed, int threads,
                                  bbs_distortion_t *distortion, bbs_error_t *error);

#ifdef __cplusplus
}
#endif

#endif
