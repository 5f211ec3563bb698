/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TENSOR_TENSOR_H
#define BBS_TENSOR_TENSOR_H

#include "base/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Named, typed arrays in PyTorch order (last index fastest), and ordered sets of such tensors. */

typedef enum {
    TENSOR_F64,
    TENSOR_F32,
    TENSOR_F16,
    TENSOR_BF16,
    TENSOR_I64,
    TENSOR_I32,
    TENSOR_I16,
    TENSOR_I8,
    TENSOR_U8,
    TENSOR_BOOL,
    TENSOR_TYPE_COUNT
} tensor_type_t;

size_t tensor_type_size(tensor_type_t type);      /* bytes of one element */
const char *tensor_type_name(tensor_type_t type); /* as safetensors spells it: "F32", "I8", ... */

enum { TENSOR_MAX_RANK = 8, TENSOR_SET_LIMIT = 1 << 16 };

typedef struct {
    char *name;
    tensor_type_t type;
    int rank; /* 0 = a scalar */
    int64_t shape[TENSOR_MAX_RANK];
    int64_t count; /* elements */
    void *data;    /* count * tensor_type_size(type) bytes, 64-byte aligned, or in a mapped file */
    bool lent;     /* data are in a mapped file of the set: read only once they are there, aligned to an element */
} tensor_t;

/* A file in memory (tensor_set_lend()). */
typedef struct {
    void *data;
    size_t size;
} tensor_map_t;

typedef struct {
    char *key;
    char *value;
} tensor_note_t;

/* Notes that readers of checkpoints add, for people: which of several state dicts was taken; which tensors were left out.
 */
#define TENSOR_NOTE_PART "bbsbench.part"
#define TENSOR_NOTE_LEFT_OUT "bbsbench.left_out"

/* Owns its tensors, their names and data, and the notes (safetensors "__metadata__"). Zero it before first use. */
typedef struct {
    tensor_t *items;
    size_t count;
    tensor_note_t *notes;
    size_t note_count;
    tensor_map_t *maps;
    size_t map_count;
    bool spilled; /* large tensors that are added are in files of $TMPDIR (base/spill.h), among the maps */
} tensor_set_t;

/* Append a tensor with undefined elements; the caller writes all elements, on any thread. `*added` points into the set and
 * is valid until the next addition. Names are unique. A set holds at most TENSOR_SET_LIMIT tensors, so that a hostile file
 * cannot cause hours of comparing names. */
outcome_t tensor_set_reserve(tensor_set_t *set, const char *name, tensor_type_t type, int rank, const int64_t *shape,
                             tensor_t **added);
/* The same with elements that are in `maps` of the set. They are read only. */
outcome_t tensor_set_lend(tensor_set_t *set, const char *name, tensor_type_t type, int rank, const int64_t *shape,
                          const void *data);
/* Give a mapped file to the set, which unmaps it in the end. */
outcome_t tensor_set_keep_map(tensor_set_t *set, void *data, size_t size);
/* Append a tensor that has no elements: what a file is going to hold. */
outcome_t tensor_set_describe(tensor_set_t *set, const char *name, tensor_type_t type, int rank, const int64_t *shape);
/* The elements are not needed soon: their pages go back to the system, and come from the file again. */
void tensor_rest(const tensor_t *tensor);
/* The same for `count` elements from `first` on. */
void tensor_rest_part(const tensor_t *tensor, int64_t first, int64_t count);
outcome_t tensor_set_note(tensor_set_t *set, const char *key, const char *value); /* replaces an earlier value */
const char *tensor_set_get_note(const tensor_set_t *set, const char *key);        /* NULL when absent */
tensor_t *tensor_set_find(const tensor_set_t *set, const char *name);             /* NULL when absent */
outcome_t tensor_set_rename(tensor_set_t *set, size_t index, const char *name);   /* unique, as in tensor_set_reserve() */
/* Append the tensors of `from`, and the notes that `set` lacks; `from` is empty afterwards. A name that is in both is
 * refused.
 */
outcome_t tensor_set_move(tensor_set_t *set, tensor_set_t *from);
void tensor_set_free(tensor_set_t *set);

/* The tensor with this name, a float type and this shape (rank -1: any shape). `where` names the file in errors, which also
 * give a similar name if there is one. */
outcome_t tensor_set_require(const tensor_set_t *set, const char *where, const char *name, int rank, const int64_t *shape,
                             const tensor_t **tensor);

/* Floats of a F64, F32, F16 or BF16 tensor, into `values[tensor->count]`; F64 is rounded, the others are exact. */
outcome_t tensor_to_f32(const tensor_t *tensor, const char *where, float *values);
/* The same, refusing NaN and infinity with the index of the first one. */
outcome_t tensor_to_finite_f32(const tensor_t *tensor, const char *where, float *values);
/* The same for `count` elements from `first` on. */
outcome_t tensor_part_to_finite_f32(const tensor_t *tensor, const char *where, int64_t first, int64_t count, float *values);
/* The refusal alone, of floats of these elements that are in `values`. */
outcome_t tensor_check_finite(const tensor_t *tensor, const char *where, int64_t first, int64_t count, const float *values);

float tensor_half_to_float(uint16_t half); /* IEEE binary16, subnormals and infinities included */

/* "[64, 3, 7, 7]" into `text` of `size` bytes. */
void tensor_shape_text(int rank, const int64_t *shape, char *text, size_t size);

#endif
