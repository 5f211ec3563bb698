/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vision transformers under timm's names (Dosovitskiy et al. 2020): pre-LN blocks, erf GELU, the class token's vector to
 * the head.
 *
 * The table holds the weights that the paper quantises and its accelerators run: the patch embedding and the four linear
 * layers of a block. The products of attention have no weights; LayerNorm, tokens, positions and the head stay float. */
#include "nets/vit.h"

#include "base/text.h"
#include "nets/transformer.h"

enum { LINEARS = 4 }; /* of a block in the table */

static int64_t patches_of(const net_size_t *size, const transformer_shape_t *shape)
{
    return (size->height / shape->patch) * (size->width / shape->patch);
}

static outcome_t layers(const net_size_t *size, net_table_t *table)
{
    const transformer_shape_t *shape = size->shape;
    const int64_t d = shape->width;
    const transformer_linear_t linears[LINEARS] = {{"attn.qkv", 3 * d, d, TRANSFORMER_BLOCK, NET_NONE},
                                                   {"attn.proj", d, d, NET_OUTSIDE, TRANSFORMER_BLOCK},
                                                   {"mlp.fc1", shape->hidden, d, 1, NET_NONE},
                                                   {"mlp.fc2", d, shape->hidden, 2, 1}};
    outcome_t result;
    if (outcome_bad(&result, net_add_conv(table, "patch_embed.proj", "", d, size->channels, shape->patch, shape->patch, 0,
                                          size->height, size->width)))
        return result;
    table->items[0].bias = true;
    return transformer_add_blocks(table, "blocks", shape, patches_of(size, shape) + 1, linears, LINEARS);
}

static void attention(const net_size_t *size, net_attention_t *made)
{
    const transformer_shape_t *shape = size->shape;
    *made = (net_attention_t){.blocks = shape->blocks,
                              .heads = shape->heads,
                              .width = shape->width / shape->heads,
                              .tokens = patches_of(size, shape) + 1,
                              .first = 1 + 1, /* attn.proj, behind patch_embed.proj and attn.qkv */
                              .step = LINEARS,
                              .prefix = "blocks",
                              .part = "attn"};
}

/* x + attention(norm1(x)), then x + mlp(norm2(x)). */
static outcome_t add_block(net_program_t *program, const transformer_shape_t *shape, int64_t block)
{
    const int64_t d = shape->width, first = 1 + block * LINEARS, in = (int64_t)program->count - 1;
    text_t name = text_of("blocks.%d", (int)block);
    outcome_t result;
    if (outcome_bad(&result,
                    transformer_add_norm(program, text_of("%s.norm1", name.chars).chars, d, shape->epsilon, false)) ||
        outcome_bad(&result, transformer_add_linear(program, first, 1, 3 * d)) ||
        outcome_bad(&result, transformer_add_attention(program, d, shape->heads)) ||
        outcome_bad(&result, transformer_add_linear(program, first + 1, 1, d)) ||
        outcome_bad(&result, transformer_add_sum(program, in)))
        return result;
    const int64_t middle = (int64_t)program->count - 1;
    if (outcome_bad(&result,
                    transformer_add_norm(program, text_of("%s.norm2", name.chars).chars, d, shape->epsilon, false)) ||
        outcome_bad(&result, transformer_add_linear(program, first + 2, 1, shape->hidden)) ||
        outcome_bad(&result, transformer_add_simple(program, NET_STEP_GELU)) ||
        outcome_bad(&result, transformer_add_linear(program, first + 3, 1, d)))
        return result;
    return transformer_add_sum(program, middle);
}

static outcome_t program(const net_size_t *size, net_program_t *made)
{
    const transformer_shape_t *shape = size->shape;
    const int64_t d = shape->width, patches = patches_of(size, shape);
    const int64_t token_shape[] = {1, 1, d}, position_shape[] = {1, patches + 1, d};
    outcome_t result;
    made->tokens = patches + 1;
    if (outcome_bad(&result, net_add_step(made, &(net_step_t){.kind = NET_STEP_PATCHES,
                                                              .inputs = size->channels * shape->patch * shape->patch,
                                                              .outputs = d,
                                                              .parts = 1})) ||
        outcome_bad(&result, net_add_float(made, "cls_token", 3, token_shape)) ||
        outcome_bad(&result, net_add_float(made, "pos_embed", 3, position_shape)) ||
        outcome_bad(&result, transformer_add_simple(made, NET_STEP_CLASS_TOKEN)))
        return result;
    for (int64_t block = 0; block < shape->blocks && outcome_is_ok(&result); block++)
        result = add_block(made, shape, block);
    if (!outcome_is_ok(&result) || outcome_bad(&result, transformer_add_norm(made, "norm", d, shape->epsilon, true)))
        return result;
    return transformer_add_float_linear(made, "head", size->classes, d, true);
}

/* ===  Sizes  === */

static const transformer_shape_t small_shape = {
    .blocks = 12, .width = 384, .heads = 6, .hidden = 1536, .patch = 16, .epsilon = 1e-6};
static const transformer_shape_t base_shape = {
    .blocks = 12, .width = 768, .heads = 12, .hidden = 3072, .patch = 16, .epsilon = 1e-6};
/* The public checkpoint was trained with Hugging Face's classes, whose LayerNorm adds 1e-12. */
static const transformer_shape_t tiny_shape = {
    .blocks = 12, .width = 192, .heads = 3, .hidden = 768, .patch = 16, .epsilon = 1e-12};

static const transformer_shape_t deit_shape = {
    .blocks = 12, .width = 192, .heads = 3, .hidden = 768, .patch = 16, .epsilon = 1e-6};

static const transformer_shape_t small_compact_shape = {
    .blocks = 12, .width = 96, .heads = 3, .hidden = 384, .patch = 4, .epsilon = 1e-6};
static const transformer_shape_t base_compact_shape = {
    .blocks = 12, .width = 192, .heads = 6, .hidden = 768, .patch = 4, .epsilon = 1e-6};

static const net_size_t small_full = {.name = "full",
                                      .dataset = "imagenet",
                                      .profile = "timm-bicubic",
                                      .channels = 3,
                                      .height = 224,
                                      .width = 224,
                                      .classes = 1000,
                                      .shape = &small_shape};
static const net_size_t base_full = {.name = "full",
                                     .dataset = "imagenet",
                                     .profile = "timm-bicubic",
                                     .channels = 3,
                                     .height = 224,
                                     .width = 224,
                                     .classes = 1000,
                                     .shape = &base_shape};
static const net_size_t tiny_full = {.name = "full",
                                     .dataset = "imagenet",
                                     .profile = "bbs-authors",
                                     .channels = 3,
                                     .height = 224,
                                     .width = 224,
                                     .classes = 200,
                                     .shape = &tiny_shape};

/* DeiT-Tiny without its distillation token has the graph of a ViT (Touvron et al. 2021). */
static const net_size_t deit_full = {.name = "full",
                                     .dataset = "imagenet",
                                     .profile = "timm-deit",
                                     .channels = 3,
                                     .height = 224,
                                     .width = 224,
                                     .classes = 1000,
                                     .shape = &deit_shape};

static const net_size_t small_compact = {.name = "compact",
                                         .weights = "models/compact/vit_small.safetensors",
                                         .dataset = "fashion-mnist",
                                         .profile = "fashion-mnist-v1",
                                         .stand_in = true,
                                         .channels = 3,
                                         .height = 28,
                                         .width = 28,
                                         .classes = 10,
                                         .shape = &small_compact_shape};
static const net_size_t base_compact = {.name = "compact",
                                        .weights = "models/compact/vit_base.safetensors",
                                        .dataset = "fashion-mnist",
                                        .profile = "fashion-mnist-v1",
                                        .stand_in = true,
                                        .channels = 3,
                                        .height = 28,
                                        .width = 28,
                                        .classes = 10,
                                        .shape = &base_compact_shape};

static const net_size_t *const small_sizes[] = {&small_full, &small_compact, NULL};
static const net_size_t *const base_sizes[] = {&base_full, &base_compact, NULL};
static const net_size_t *const tiny_sizes[] = {&tiny_full, NULL};
static const net_size_t *const deit_sizes[] = {&deit_full, NULL};

const network_t net_vit_small = {.name = "vit_small",
                                 .title = "ViT-Small",
                                 .family = "vit",
                                 .sizes = small_sizes,
                                 .layers = layers,
                                 .program = program,
                                 .attention = attention};
const network_t net_vit_base = {.name = "vit_base",
                                .title = "ViT-Base",
                                .family = "vit",
                                .sizes = base_sizes,
                                .layers = layers,
                                .program = program,
                                .attention = attention};
const network_t net_vit_tiny = {.name = "vit_tiny",
                                .title = "ViT-Tiny",
                                .family = "vit",
                                .sizes = tiny_sizes,
                                .layers = layers,
                                .program = program,
                                .attention = attention};
const network_t net_deit_tiny = {.name = "deit_tiny",
                                 .title = "DeiT-Tiny",
                                 .family = "vit",
                                 .sizes = deit_sizes,
                                 .layers = layers,
                                 .program = program,
                                 .attention = attention};
