/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_PRODUCT_H
#define BBS_ENGINE_PRODUCT_H

#include "base/outcome.h"
#include "engine/levels.h"

#include <stdbool.h>
#include <stdint.h>

/* Products of unsigned 8-bit activations and integer weights, summed in 32 bits without rounding. Only this part
 * of the integer mode uses a library; everything after the sums is our own code (levels.h).
 *
 * `fast` is oneDNN; `plain` is a loop in C whose results every set must equal bit for bit. Weights are int16,
 * because compressed ones can need 9 bits; they are shared by the workers. */

/* A convolution over [in_h, in_w, c] to [out_h, out_w, k], or rows of vectors: [rows, c] to [rows, k] (in_h = 0). With
 * groups, as in PyTorch, output i reads only the c / groups channels of group i / (k / groups). */
typedef struct {
    int64_t k, c, kh, kw;
    int64_t stride, pad_top, pad_left, pad_bottom, pad_right;
    int64_t in_h, in_w, out_h, out_w;
    int64_t groups; /* of a convolution; 0 and 1: one */
    int64_t ranges; /* of vectors: the inputs are multiplied in so many equal ranges, one at a time; 0 and 1: all at once */
} product_shape_t;

typedef struct product product_t;

/* Some sums of a product: those of `rows` rows (of a convolution: pixels) and `outputs` outputs; a row of sums begins each
 * `stride` numbers. */
typedef struct {
    int64_t row, rows, output, outputs;
    const int32_t *sums;
    int64_t stride;
} product_piece_t;

/* A reader gets all sums of a product in pieces, each once, while a piece is in the cache. A set that can finish sums
 * itself does what `finish` says (of all rows and outputs, without sums) instead of giving them to read(), which does the
 * same; NULL: it never does. */
typedef struct {
    void (*read)(void *context, const product_piece_t *piece);
    void *context;
    const levels_finish_t *finish;
} product_reader_t;

enum { PRODUCT_ROOM = 3 }; /* bytes behind a source, which may be read, and count nothing */

typedef struct {
    outcome_t (*open)(const product_shape_t *shape, product_t **product);
    /* Weights [rows, c / groups, kh, kw] of outputs `first` to `first` + rows - 1, in order from 0 to the last. An error
     * when a sum of a row could exceed 32 bits. */
    outcome_t (*set)(product_t *product, int64_t first, int64_t rows, const int16_t *weights);
    /* Bytes of scratch memory that one run needs. */
    int64_t (*scratch)(const product_t *product);
    /* A convolution: sums[out_h * out_w, k], left in `sums` or, with a reader, given to it; then `sums` is only work
     * space. False: the library refused. */
    bool (*convolve)(const product_t *product, const uint8_t *source, int32_t *sums, void *scratch,
                     const product_reader_t *reader);
    /* Vectors: sums[rows, k] = source[rows, count] W^T, of inputs `first` to `first` + count - 1 only, which are all or one
     * of the shape's ranges; a source row begins each `stride` bytes. The reader as above. */
    bool (*multiply)(const product_t *product, int64_t rows, const uint8_t *source, int64_t stride, int64_t first,
                     int64_t count, int32_t *sums, void *scratch, const product_reader_t *reader);
    /* Two matrices of activations: sums[m, n] = a[m, k] b, b [k, n] or, transposed, [n, k], both dense; a row of sums
     * begins each `stride` numbers. pack() comes first, once for all rows of a; `packed` is room for product_pair_bytes(),
     * aligned to 64 bytes, `more` for as many numbers as sums. `pair_rows` rows at a time are best; 0: all. */
    int64_t pair_rows;
    void (*pack)(bool transposed, int64_t n, int64_t k, const int8_t *b, int8_t *packed);
    bool (*pair)(bool transposed, int64_t m, int64_t n, int64_t k, const uint8_t *a, const int8_t *b, const int8_t *packed,
                 int32_t *sums, int64_t stride, int32_t *more);
    void (*close)(product_t *product);
} product_set_t;

/* `tiles` is our own kernel (tiles.h), for processors with AVX-512 VNNI; equal to the others bit for bit. */
extern const product_set_t product_fast, product_tiles, product_plain;

/* The fastest set of this processor; `tiles` only where oneDNN may use VNNI too ($ONEDNN_MAX_CPU_ISA). */
const product_set_t *product_best(void);

int64_t product_groups(const product_shape_t *shape);  /* at least 1 */
int64_t product_weights(const product_shape_t *shape); /* of one output: c / groups * kh * kw */
int64_t product_pair_bytes(int64_t n, int64_t k);      /* work space of pair() */

/* For sets whose sums are all in memory: give sums[rows, k] to the reader in one piece; NULL: nothing. */
void product_give(const int32_t *sums, int64_t rows, int64_t k, const product_reader_t *reader);

/* FAULT_FAILED, naming the row, when the sum of a row's |weights| times 255 exceeds 32 bits. */
outcome_t product_check(const product_shape_t *shape, int64_t first, int64_t rows, const int16_t *weights);

#endif
