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
                                     .profile = "timm-imagenet",
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
                                 .summary = "12 transformer blocks of width 384, 6 heads, patches of 16 x 16",
                                 .source = "Dosovitskiy et al., ICLR 2021; timm vit_small_patch16_224",
                                 .sizes = small_sizes,
                                 .layers = layers,
                                 .program = program,
                                 .attention = attention,
                                 .head = "head",
                                 .shape_size = sizeof(transformer_shape_t)};
const network_t net_vit_base = {.name = "vit_base",
                                .title = "ViT-Base",
                                .family = "vit",
                                .summary = "12 transformer blocks of width 768, 12 heads, patches of 16 x 16",
                                .source = "Dosovitskiy et al., ICLR 2021; timm vit_base_patch16_224",
                                .sizes = base_sizes,
                                .layers = layers,
                                .program = program,
                                .attention = attention,
                                .head = "head",
                                .shape_size = sizeof(transformer_shape_t)};
const network_t net_vit_tiny = {.name = "vit_tiny",
                                .title = "ViT-Tiny",
                                .family = "vit",
                                .summary = "12 transformer blocks of width 192, 3 heads, patches of 16 x 16",
                                .source = "Dosovitskiy et al., ICLR 2021; timm vit_tiny_patch16_224",
                                .sizes = tiny_sizes,
                                .layers = layers,
                                .program = program,
                                .attention = attention,
                                .head = "head",
                                .shape_size = sizeof(transformer_shape_t)};
const network_t net_deit_tiny = {.name = "deit_tiny",
                                 .title = "DeiT-Tiny",
                                 .family = "vit",
                                 .summary = "12 transformer blocks of width 192, 3 heads, patches of 16 x 16",
                                 .source = "Touvron et al., ICML 2021; timm deit_tiny_patch16_224",
                                 .sizes = deit_sizes,
                                 .layers = layers,
                                 .program = program,
                                 .attention = attention,
                                 .head = "head",
                                 .shape_size = sizeof(transformer_shape_t)};

/* ===  From the tensors  === */

/* timm's own names for the usual widths. */
static const struct {
    int64_t width, heads;
    const char *name;
} known[] = {
    {192, 3, "vit_tiny"}, {384, 6, "vit_small"}, {768, 12, "vit_base"}, {1024, 16, "vit_large"}, {1280, 16, "vit_huge"}};

enum { HEAD = 64 /* features of a head in the networks of the papers */ };

static outcome_t take_shape(const char *where, const tensor_set_t *set, const net_hints_t *hints,
                            transformer_shape_t *shape, text_t *name, text_t *assumed)
{
    const tensor_t *mlp = net_weight(set, "blocks.0.mlp.fc1", 2);
    shape->blocks = net_count_blocks(set, "blocks", "attn.qkv");
    shape->hidden = mlp != NULL ? mlp->shape[0] : 0;
    shape->epsilon = hints->epsilon > 0 ? hints->epsilon : base_shape.epsilon;
    shape->heads = hints->heads > 0 ? hints->heads : shape->width % HEAD == 0 ? shape->width / HEAD : 0;
    *name = text_of("vit_w%d", (int)shape->width);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].width == shape->width) {
            *name = text_of("%s", known[i].name);
            shape->heads = hints->heads > 0 ? hints->heads : known[i].heads;
        }
    *assumed = text_of("%s%d heads, LayerNorm adds %g",
                       hints->heads > 0 ? "as described: " : "assumed: ", (int)shape->heads, shape->epsilon);
    if (shape->heads == 0 || shape->width % shape->heads != 0)
        return outcome_failed(where, "number of heads", text_of("a width of %d", (int)shape->width).chars,
                              "a multiple of 64, or num_heads in config.json beside the weights",
                              "write {\"num_heads\": N} into config.json beside the weights");
    return outcome_ok();
}

static outcome_t recognise(const char *where, const tensor_set_t *set, const net_hints_t *hints, net_made_t *made,
                           bool *found)
{
    const tensor_t *patches = net_weight(set, "patch_embed.proj", 4), *head = net_weight(set, "head", 2),
                   *places = tensor_set_find(set, "pos_embed");
    if (patches == NULL || head == NULL || places == NULL || places->rank != 3 ||
        net_weight(set, "blocks.0.attn.qkv", 2) == NULL)
        return outcome_ok();
    transformer_shape_t shape = {.width = patches->shape[0], .patch = patches->shape[2]};
    text_t name, assumed;
    outcome_t result = take_shape(where, set, hints, &shape, &name, &assumed);
    int64_t side = 0;
    while (side * side < places->shape[1] - 1)
        side++;
    if (outcome_is_ok(&result) && (side == 0 || side * side != places->shape[1] - 1))
        result = outcome_failed(where, "tensor pos_embed", text_of("%d places", (int)places->shape[1]).chars,
                                "a square of patches, and one for the class token", NULL);
    if (!outcome_is_ok(&result))
        return result;
    net_size_t size = base_full;
    size.name = "own";
    size.channels = patches->shape[1];
    size.height = size.width = side * shape.patch;
    size.classes = head->shape[0];
    net_make(made, &net_vit_base, &size, &shape, sizeof shape,
             text_of("%s_patch%d_%d", name.chars, (int)shape.patch, (int)size.height));
    made->assumed = assumed;
    *found = true;
    return outcome_ok();
}

const net_family_t net_family_vit = {.name = "ViT (timm)", .recognise = recognise};
