/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Channels are widened, checked and quantised in blocks that fit the first caches, by all threads. A part with NaN or
 * infinity is looked through once more on one thread, so that the first such element is named. */
#include "weights/tensor_rows.h"

#include "base/threads.h"
#include "compress/quantize.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { BLOCK_WEIGHTS = 1 << 15 };

/* ===  Room  === */

/* Make `*room` at least `wanted` bytes; what it held is lost. */
static bool grow(void **room, size_t *size, size_t wanted)
{
    if (wanted <= *size)
        return true;
    free(*room);
    *room = malloc(wanted);
    *size = *room != NULL ? wanted : 0;
    return *room != NULL;
}

/* For a part of `weights` weights, `floats` of which are widened. */
static outcome_t make_room(tensor_rows_t *rows, int64_t weights, int64_t channels, int64_t floats)
{
    return grow(&rows->q, &rows->q_size, (size_t)weights) &&
                   grow(&rows->scale, &rows->scale_size, (size_t)channels * sizeof(float)) &&
                   grow(&rows->floats, &rows->floats_size, (size_t)floats * sizeof(float))
               ? outcome_ok()
               : outcome_out_of_memory(rows->where);
}

/* Float32 is read where it lies in the file. Floats that are not kept are those of one block for each thread. */
static int64_t floats_to_widen(const tensor_rows_t *rows, const tensor_t *tensor, int64_t weights, int64_t blocks,
                               int64_t block)
{
    if (tensor->type == TENSOR_F32)
        return 0;
    return rows->keep_floats ? weights : (blocks < rows->threads ? blocks : rows->threads) * block;
}

/* The part that was read last is done with. */
static void rest_last(tensor_rows_t *rows)
{
    if (rows->last != NULL)
        tensor_rest_part(rows->last, rows->first, rows->count);
    rows->last = NULL;
}

/* ===  Floats  === */

typedef struct {
    const tensor_rows_t *rows;
    const tensor_t *tensor;
    int64_t first, channels, row, block; /* of the part; weights of a channel; channels of a block */
    const float *floats;                 /* of the part, in the file; NULL: they are widened */
    atomic_bool refused;
} work_t;

static outcome_t take_block(const work_t *work, int64_t index, int worker)
{
    const tensor_rows_t *rows = work->rows;
    const int64_t first = index * work->block, left = work->channels - first,
                  channels = left < work->block ? left : work->block, at = first * work->row;
    const int64_t element = work->first * work->row + at, count = channels * work->row;
    float *widened = (float *)rows->floats + (rows->keep_floats ? at : worker * work->block * work->row);
    const float *floats = work->floats != NULL ? work->floats + at : widened;
    outcome_t result = work->floats != NULL ? tensor_check_finite(work->tensor, rows->where, element, count, floats)
                                            : tensor_part_to_finite_f32(work->tensor, rows->where, element, count, widened);
    if (outcome_is_ok(&result))
        quantize_channels(floats, channels, work->row, 1, (int8_t *)rows->q + at, (float *)rows->scale + first);
    return result;
}

static void quantise_block(void *context, int64_t index, int worker)
{
    work_t *work = context;
    outcome_t result = take_block(work, index, worker);
    if (!outcome_is_ok(&result))
        atomic_store(&work->refused, true);
}

static outcome_t find_refused(const work_t *work, int64_t blocks)
{
    outcome_t result = outcome_ok();
    for (int64_t index = 0; index < blocks && outcome_is_ok(&result); index++)
        result = take_block(work, index, 0);
    return result;
}

static outcome_t read_floats(tensor_rows_t *rows, const tensor_t *tensor, int64_t first, compress_layer_t *part)
{
    const int64_t row = compress_layer_row(part), block = compress_layer_step(part, BLOCK_WEIGHTS),
                  blocks = (part->k + block - 1) / block;
    outcome_t result =
        make_room(rows, part->k * row, part->k, floats_to_widen(rows, tensor, part->k * row, blocks, block * row));
    if (!outcome_is_ok(&result))
        return result;
    work_t work = {.rows = rows,
                   .tensor = tensor,
                   .first = first,
                   .channels = part->k,
                   .row = row,
                   .block = block,
                   .floats = tensor->type == TENSOR_F32 ? (const float *)tensor->data + first * row : NULL};
    atomic_init(&work.refused, false);
    if (outcome_bad(&result, threads_for(rows->threads, blocks, quantise_block, &work)))
        return result;
    if (atomic_load(&work.refused))
        return find_refused(&work, blocks);
    part->q = rows->q;
    part->scale = rows->scale;
    part->weights = !rows->keep_floats ? NULL : work.floats != NULL ? work.floats : rows->floats;
    return result;
}

/* ===  The source  === */

static outcome_t read_rows(void *context, size_t index, int64_t first, int64_t channels, compress_layer_t *part)
{
    tensor_rows_t *rows = context;
    const tensor_t *tensor = &rows->set->items[rows->network->places[index]];
    rest_last(rows);
    *part = compress_layer_rows(&rows->network->layers[index], first, channels);
    rows->last = tensor;
    rows->first = first * compress_layer_row(part);
    rows->count = channels * compress_layer_row(part);
    return part->q != NULL ? outcome_ok() : read_floats(rows, tensor, first, part);
}

compress_source_t tensor_rows_open(const tensor_set_t *set, const char *where, const int8_network_t *network,
                                   bool keep_floats, int threads, tensor_rows_t *rows)
{
    *rows = (tensor_rows_t){.set = set, .where = where, .network = network, .keep_floats = keep_floats, .threads = threads};
    return (compress_source_t){.layers = network->layers, .count = network->count, .read = read_rows, .context = rows};
}

void tensor_rows_close(tensor_rows_t *rows)
{
    rest_last(rows);
    free(rows->q);
    free(rows->scale);
    free(rows->floats);
    *rows = (tensor_rows_t){0};
}
