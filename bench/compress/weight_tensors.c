/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress/weight_tensors.h"

#include "base/text.h"

#include <string.h>

/* In the order in which they are written. */
static const struct {
    const char *name;
    tensor_type_t type;
} parts[WEIGHT_PARTS] = {{".scale", TENSOR_F32}, {".stored", TENSOR_I8}, {".meta", TENSOR_U8}, {".bits", TENSOR_U8}};

const char *weight_part_name(weight_part_t part)
{
    return parts[part].name;
}

tensor_type_t weight_part_type(weight_part_t part)
{
    return parts[part].type;
}

tensor_t *weight_tensors_part(const tensor_set_t *set, const char *name, weight_part_t part)
{
    return tensor_set_find(set, text_of("%s%s", name, parts[part].name).chars);
}

bool weight_tensors_is_weight(const tensor_set_t *set, const tensor_t *tensor)
{
    return tensor->type == TENSOR_I16 && tensor->rank >= 2 && tensor->count > 0 &&
           weight_tensors_part(set, tensor->name, WEIGHT_STORED) != NULL;
}

outcome_t weight_tensors_copy(tensor_set_t *set, const char *name, tensor_type_t type, int rank, const int64_t *shape,
                              const void *data)
{
    tensor_t *tensor;
    outcome_t result = tensor_set_reserve(set, name, type, rank, shape, &tensor);
    if (outcome_is_ok(&result))
        memcpy(tensor->data, data, (size_t)tensor->count * tensor_type_size(type));
    return result;
}

static outcome_t name_part(const char *weight, weight_part_t part, text_t *name)
{
    *name = text_of("%s%s", weight, parts[part].name);
    return text_fits(name) ? outcome_ok()
                           : outcome_failed(weight, NULL, "a name that is too long",
                                            text_of("at most %d bytes", TEXT_MOST).chars, NULL);
}

outcome_t weight_tensors_add_part(tensor_set_t *set, const char *weight, weight_part_t part, int rank, const int64_t *shape,
                                  const void *data)
{
    text_t name;
    outcome_t result = name_part(weight, part, &name);
    if (!outcome_is_ok(&result))
        return result;
    return data == NULL ? outcome_ok() : weight_tensors_copy(set, name.chars, parts[part].type, rank, shape, data);
}

outcome_t weight_tensors_add(tensor_set_t *set, const char *name, int rank, const int64_t *shape,
                             const compress_layer_t *layer, const compressed_t *compressed)
{
    const float *floats = compressed->floats != NULL ? compressed->floats : layer->weights;
    const void *values = compressed->values != NULL ? (const void *)compressed->values : floats;
    tensor_type_t type = compressed->values != NULL ? TENSOR_I16 : TENSOR_F32;
    outcome_t result = weight_tensors_copy(set, name, type, rank, shape, values);
    if (outcome_is_ok(&result))
        result = weight_tensors_add_part(set, name, WEIGHT_SCALE, 1, &layer->k, compressed->scale);
    if (outcome_is_ok(&result))
        result = weight_tensors_add_part(set, name, WEIGHT_STORED, rank, shape, compressed->stored);
    if (outcome_is_ok(&result))
        result = weight_tensors_add_part(set, name, WEIGHT_META, 1, &compressed->groups, compressed->meta);
    if (outcome_is_ok(&result))
        result = weight_tensors_add_part(set, name, WEIGHT_BITS, 1, &layer->k, compressed->bits);
    return result;
}

/* ===  Without elements  === */

outcome_t weight_tensors_describe_part(tensor_set_t *set, const char *weight, weight_part_t part, int rank,
                                       const int64_t *shape)
{
    text_t name;
    outcome_t result = name_part(weight, part, &name);
    return outcome_is_ok(&result) ? tensor_set_describe(set, name.chars, parts[part].type, rank, shape) : result;
}

outcome_t weight_tensors_describe(tensor_set_t *set, const char *name, int rank, const int64_t *shape,
                                  const compress_form_t *form)
{
    const bool there[WEIGHT_PARTS] = {form->integers, form->stored, form->meta, true};
    const int ranks[WEIGHT_PARTS] = {1, rank, 1, 1};
    const int64_t *const shapes[WEIGHT_PARTS] = {shape, shape, &form->counts.groups, shape};
    outcome_t result = tensor_set_describe(set, name, form->integers ? TENSOR_I16 : TENSOR_F32, rank, shape);
    for (weight_part_t part = 0; part < WEIGHT_PARTS && outcome_is_ok(&result); part++)
        if (there[part])
            result = weight_tensors_describe_part(set, name, part, ranks[part], shapes[part]);
    return result;
}
