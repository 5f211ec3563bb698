/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tensor/llama2c.h"

#include "base/file.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { INTEGERS = 7, HEADER = INTEGERS * sizeof(int32_t), MOST = 1 << 20, MOST_BLOCKS = 1024 };

typedef struct {
    int64_t width, hidden, blocks, heads, key_heads, words, context;
    bool own_head;
} header_t;

/* False when the integers cannot be those of a model. */
static bool read_header(const uint8_t *head, size_t size, header_t *header)
{
    int32_t numbers[INTEGERS];
    if (size < HEADER)
        return false;
    memcpy(numbers, head, sizeof numbers);
    *header = (header_t){numbers[0], numbers[1],        numbers[2], numbers[3],
                         numbers[4], llabs(numbers[5]), numbers[6], .own_head = numbers[5] < 0};
    const int64_t all[] = {header->width,     header->hidden, header->blocks, header->heads,
                           header->key_heads, header->words,  header->context};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i] < 1 || all[i] > MOST)
            return false;
    return header->blocks <= MOST_BLOCKS && header->width % header->heads == 0 && header->heads % header->key_heads == 0;
}

/* The matrices in the order of the file; the rows of a block are [outputs, inputs], a norm has one row. */
enum { PARTS = 9 };
typedef struct {
    const char *name; /* after model.layers.N. */
    int64_t outputs, inputs;
} part_t;

static void list_parts(const header_t *header, part_t *parts)
{
    const int64_t d = header->width, keys = d / header->heads * header->key_heads, hidden = header->hidden;
    const part_t listed[PARTS] = {
        {"input_layernorm", 0, d},     {"self_attn.q_proj", d, d},   {"self_attn.k_proj", keys, d},
        {"self_attn.v_proj", keys, d}, {"self_attn.o_proj", d, d},   {"post_attention_layernorm", 0, d},
        {"mlp.gate_proj", hidden, d},  {"mlp.down_proj", d, hidden}, {"mlp.up_proj", hidden, d}};
    memcpy(parts, listed, sizeof listed);
}

static int64_t floats_of(const part_t *part)
{
    return (part->outputs > 0 ? part->outputs : 1) * part->inputs;
}

/* Rows of cosines and of sines, half a head each. */
static int64_t turns_of(const header_t *header)
{
    return header->context * (header->width / header->heads / 2) * 2;
}

bool llama2c_fits(const uint8_t *head, size_t head_size, int64_t size)
{
    header_t header;
    part_t parts[PARTS];
    if (!read_header(head, head_size, &header))
        return false;
    list_parts(&header, parts);
    int64_t floats = header.words * header.width * (header.own_head ? 2 : 1) + header.width + turns_of(&header);
    for (int i = 0; i < PARTS; i++)
        floats += header.blocks * floats_of(&parts[i]);
    return size == HEADER + floats * (int64_t)sizeof(float);
}

static outcome_t take(const uint8_t **at, const char *name, int64_t outputs, int64_t inputs, tensor_set_t *set)
{
    const int64_t shape[] = {outputs, inputs};
    tensor_t *tensor;
    outcome_t result =
        tensor_set_reserve(set, name, TENSOR_F32, outputs > 0 ? 2 : 1, outputs > 0 ? shape : shape + 1, &tensor);
    if (!outcome_is_ok(&result))
        return result;
    memcpy(tensor->data, *at, (size_t)tensor->count * sizeof(float));
    *at += (size_t)tensor->count * sizeof(float);
    return result;
}

static outcome_t take_blocks(const header_t *header, const uint8_t **at, tensor_set_t *set)
{
    part_t parts[PARTS];
    outcome_t result = outcome_ok();
    list_parts(header, parts);
    for (int i = 0; i < PARTS; i++)
        for (int64_t block = 0; block < header->blocks && outcome_is_ok(&result); block++) {
            const text_t name = text_of("layers.%d.%s.weight", (int)block, parts[i].name);
            result = take(at, name.chars, parts[i].outputs, parts[i].inputs, set);
        }
    return result;
}

static outcome_t add_notes(const header_t *header, tensor_set_t *set)
{
    const struct {
        const char *key;
        text_t value;
    } notes[] = {{"num_attention_heads", text_of("%d", (int)header->heads)},
                 {"rope_theta", text_of("10000")},
                 {"rope_interleaved", text_of("1")},
                 {"rms_norm_eps", text_of("1e-5")},
                 {"context", text_of("%d", (int)header->context)}};
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < sizeof notes / sizeof notes[0] && outcome_is_ok(&result); i++)
        result = tensor_set_note(set, notes[i].key, notes[i].value.chars);
    return result;
}

outcome_t llama2c_parse(const char *where, const uint8_t *bytes, size_t size, tensor_set_t *set)
{
    header_t header;
    const uint8_t *at = bytes + HEADER;
    outcome_t result;
    if (!llama2c_fits(bytes, size, (int64_t)size) || !read_header(bytes, size, &header))
        return outcome_failed(where, NULL, "another length than its first seven integers say", "a checkpoint of llama2.c",
                              "get the file again");
    if (outcome_bad(&result, take(&at, "embed_tokens.weight", header.words, header.width, set)) ||
        outcome_bad(&result, take_blocks(&header, &at, set)) ||
        outcome_bad(&result, take(&at, "norm.weight", 0, header.width, set)))
        goto out;
    at += turns_of(&header) * (int64_t)sizeof(float);
    if (header.own_head && outcome_bad(&result, take(&at, "lm_head.weight", header.words, header.width, set)))
        goto out;
    result = add_notes(&header, set);

out:
    if (!outcome_is_ok(&result))
        tensor_set_free(set);
    return result;
}

outcome_t llama2c_load(const char *path, const char *part, const char *todo, tensor_set_t *set)
{
    bytes_t bytes;
    outcome_t result;
    if (part != NULL)
        return outcome_failed(path, text_of("key %.100s", part).chars, "a checkpoint of llama2.c, which holds one model",
                              "a checkpoint of torch.save with several", "leave out the # and the key");
    if (outcome_bad(&result, file_read(path, todo, &bytes)))
        return result;
    result = llama2c_parse(path, bytes.data, bytes.size, set);
    file_free_bytes(&bytes);
    return result;
}
