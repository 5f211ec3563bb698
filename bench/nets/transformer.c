/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vision transformers under timm's names (Dosovitskiy et al. 2020) and BERT under Hugging Face's (Devlin et al. 2018).
 *
 * The table holds the weights that the paper quantises and its accelerators run: a ViT's patch embedding and the four
 * linear layers of a block, BERT's six of a layer. The products of attention have no weights; embeddings, LayerNorm,
 * pooler and classifier stay float, as in the paper's flow. */
#include "nets/transformer.h"

#include "base/text.h"

typedef struct {
    int64_t blocks;
    int64_t width;
    int64_t hidden; /* of the MLP */
    int64_t patch;  /* ViT: side of a patch */
    int64_t tokens; /* BERT: length of a sequence, padded as the authors did */
} transformer_shape_t;

enum { BLOCK = -3 }; /* in place of an index: what the block as a whole reads */

typedef struct {
    const char *name; /* behind the block's prefix */
    int64_t outputs, inputs;
    int64_t input, residual; /* place in the block, BLOCK, NET_OUTSIDE or NET_NONE; see net_layer_t */
} linear_t;

static int64_t in_table(int64_t place, int64_t first, int64_t from)
{
    return place == BLOCK ? from : place < 0 ? place : first + place;
}

static outcome_t add_blocks(net_table_t *table, const char *prefix, const transformer_shape_t *shape, int64_t tokens,
                            const linear_t *linears, int count)
{
    outcome_t result = outcome_ok();
    int64_t from = NET_OUTSIDE; /* the embedding */
    for (int64_t block = 0; block < shape->blocks; block++) {
        int64_t first = (int64_t)table->count;
        for (int i = 0; i < count; i++) {
            text_t name = text_of("%s.%d.%s", prefix, (int)block, linears[i].name);
            if (outcome_bad(&result,
                            net_add_linear(table, name.chars, linears[i].outputs, linears[i].inputs, tokens, true)))
                return result;
            net_wire(table, in_table(linears[i].input, first, from), in_table(linears[i].residual, first, from));
        }
        from = (int64_t)table->count - 1;
    }
    return result;
}

static outcome_t vit_layers(const net_size_t *size, net_table_t *table)
{
    const transformer_shape_t *shape = size->shape;
    const int64_t d = shape->width, side = size->height / shape->patch;
    const linear_t linears[] = {{"attn.qkv", 3 * d, d, BLOCK, NET_NONE},
                                {"attn.proj", d, d, NET_OUTSIDE, BLOCK},
                                {"mlp.fc1", shape->hidden, d, 1, NET_NONE},
                                {"mlp.fc2", d, shape->hidden, 2, 1}};
    outcome_t result;
    if (outcome_bad(&result, net_add_conv(table, "patch_embed.proj", "", d, size->channels, shape->patch, shape->patch, 0,
                                          size->height, size->width)))
        return result;
    table->items[0].bias = true;
    return add_blocks(table, "blocks", shape, side * side + 1, linears, 4); /* + 1: the class token */
}

static outcome_t bert_layers(const net_size_t *size, net_table_t *table)
{
    const transformer_shape_t *shape = size->shape;
    const int64_t d = shape->width;
    const linear_t linears[] = {
        {"attention.self.query", d, d, BLOCK, NET_NONE},       {"attention.self.key", d, d, BLOCK, NET_NONE},
        {"attention.self.value", d, d, BLOCK, NET_NONE},       {"attention.output.dense", d, d, NET_OUTSIDE, BLOCK},
        {"intermediate.dense", shape->hidden, d, 3, NET_NONE}, {"output.dense", d, shape->hidden, 4, 3}};
    return add_blocks(table, "bert.encoder.layer", shape, shape->tokens, linears, 6);
}

/* ===  ViT  === */

static const transformer_shape_t vit_small_shape = {.blocks = 12, .width = 384, .hidden = 1536, .patch = 16};
static const transformer_shape_t vit_base_shape = {.blocks = 12, .width = 768, .hidden = 3072, .patch = 16};

static const net_size_t vit_small_full = {.name = "full",
                                          .cfg = NULL,
                                          .weights = NULL,
                                          .dataset = "imagenet",
                                          .profile = "timm-bicubic",
                                          .channels = 3,
                                          .height = 224,
                                          .width = 224,
                                          .classes = 1000,
                                          .shape = &vit_small_shape};
static const net_size_t vit_base_full = {.name = "full",
                                         .cfg = NULL,
                                         .weights = NULL,
                                         .dataset = "imagenet",
                                         .profile = "timm-bicubic",
                                         .channels = 3,
                                         .height = 224,
                                         .width = 224,
                                         .classes = 1000,
                                         .shape = &vit_base_shape};

static const net_size_t *const vit_small_sizes[] = {&vit_small_full, NULL};
static const net_size_t *const vit_base_sizes[] = {&vit_base_full, NULL};

const network_t net_vit_small = {
    .name = "vit_small", .title = "ViT-Small", .family = "vit", .sizes = vit_small_sizes, .layers = vit_layers};
const network_t net_vit_base = {
    .name = "vit_base", .title = "ViT-Base", .family = "vit", .sizes = vit_base_sizes, .layers = vit_layers};

/* ===  BERT: one input is 1 x 1 x 512 token numbers  === */

static const transformer_shape_t bert_base_shape = {.blocks = 12, .width = 768, .hidden = 3072, .tokens = 512};

static const net_size_t bert_mrpc_full = {.name = "full",
                                          .cfg = NULL,
                                          .weights = NULL,
                                          .dataset = "glue-mrpc",
                                          .profile = "wordpiece-uncased",
                                          .channels = 1,
                                          .height = 1,
                                          .width = 512,
                                          .classes = 2,
                                          .shape = &bert_base_shape};
static const net_size_t bert_sst2_full = {.name = "full",
                                          .cfg = NULL,
                                          .weights = NULL,
                                          .dataset = "glue-sst2",
                                          .profile = "wordpiece-cased",
                                          .channels = 1,
                                          .height = 1,
                                          .width = 512,
                                          .classes = 2,
                                          .shape = &bert_base_shape};

/* Checkpoints converted from TensorFlow call LayerNorm's parameters gamma and beta; those of the encoder alone (BertModel,
 * without a classifier) lack the "bert." */
static const net_rename_t bert_renames[] = {
    {NET_AT_END, "LayerNorm.gamma", "LayerNorm.weight"}, {NET_AT_END, "LayerNorm.beta", "LayerNorm.bias"},
    {NET_AT_FRONT, "embeddings.", "bert.embeddings."},   {NET_AT_FRONT, "encoder.", "bert.encoder."},
    {NET_AT_FRONT, "pooler.", "bert.pooler."},           {NET_AT_FRONT, NULL, NULL},
};

static const net_size_t *const bert_mrpc_sizes[] = {&bert_mrpc_full, NULL};
static const net_size_t *const bert_sst2_sizes[] = {&bert_sst2_full, NULL};

const network_t net_bert_mrpc = {.name = "bert_mrpc",
                                 .title = "BERT-MRPC",
                                 .family = "bert",
                                 .sizes = bert_mrpc_sizes,
                                 .renames = bert_renames,
                                 .layers = bert_layers};
const network_t net_bert_sst2 = {.name = "bert_sst2",
                                 .title = "BERT-SST2",
                                 .family = "bert",
                                 .sizes = bert_sst2_sizes,
                                 .renames = bert_renames,
                                 .layers = bert_layers};
