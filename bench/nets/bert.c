/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BERT for classification under Hugging Face's names (Devlin et al. 2018): post-LN layers, erf GELU, the first token's
 * vector through the pooler (tanh) to the classifier.
 *
 * The table holds the six linear layers of an encoder layer, which the paper quantises and its accelerators run;
 * embeddings, LayerNorm, pooler and classifier stay float, as in the paper's flow. An input is 2 x 1 x tokens numbers,
 * words and segments (data/dataset.h); a sequence is computed at its own length, without padding. */
#include "nets/bert.h"

#include "base/text.h"
#include "nets/transformer.h"

enum { LINEARS = 6 }; /* of an encoder layer in the table */

static outcome_t layers(const net_size_t *size, net_table_t *table)
{
    const transformer_shape_t *shape = size->shape;
    const int64_t d = shape->width;
    const transformer_linear_t linears[LINEARS] = {{"attention.self.query", d, d, TRANSFORMER_BLOCK, NET_NONE},
                                                   {"attention.self.key", d, d, TRANSFORMER_BLOCK, NET_NONE},
                                                   {"attention.self.value", d, d, TRANSFORMER_BLOCK, NET_NONE},
                                                   {"attention.output.dense", d, d, NET_OUTSIDE, TRANSFORMER_BLOCK},
                                                   {"intermediate.dense", shape->hidden, d, 3, NET_NONE},
                                                   {"output.dense", d, shape->hidden, 4, 3}};
    return transformer_add_blocks(table, "bert.encoder.layer", shape, shape->tokens, linears, LINEARS);
}

static void attention(const net_size_t *size, net_attention_t *made)
{
    const transformer_shape_t *shape = size->shape;
    *made = (net_attention_t){.blocks = shape->blocks,
                              .heads = shape->heads,
                              .width = shape->width / shape->heads,
                              .tokens = shape->tokens,
                              .text = true,
                              .first = 3, /* attention.output.dense, behind query, key and value */
                              .step = LINEARS,
                              .prefix = "bert.encoder.layer",
                              .part = "attention"};
}

/* norm(x + attention(x)), then norm(x + mlp(x)). */
static outcome_t add_layer(net_program_t *program, const transformer_shape_t *shape, int64_t block)
{
    const int64_t d = shape->width, first = block * LINEARS, in = (int64_t)program->count - 1;
    text_t name = text_of("bert.encoder.layer.%d", (int)block);
    text_t norm1 = text_of("%s.attention.output.LayerNorm", name.chars), norm2 = text_of("%s.output.LayerNorm", name.chars);
    outcome_t result;
    if (outcome_bad(&result, transformer_add_linear(program, first, 3, d)) ||
        outcome_bad(&result, transformer_add_attention(program, d, shape->heads)) ||
        outcome_bad(&result, transformer_add_linear(program, first + 3, 1, d)) ||
        outcome_bad(&result, transformer_add_sum(program, in)) ||
        outcome_bad(&result, transformer_add_norm(program, norm1.chars, d, shape->epsilon, false)))
        return result;
    const int64_t middle = (int64_t)program->count - 1;
    if (outcome_bad(&result, transformer_add_linear(program, first + 4, 1, shape->hidden)) ||
        outcome_bad(&result, transformer_add_simple(program, NET_STEP_GELU)) ||
        outcome_bad(&result, transformer_add_linear(program, first + 5, 1, d)) ||
        outcome_bad(&result, transformer_add_sum(program, middle)))
        return result;
    return transformer_add_norm(program, norm2.chars, d, shape->epsilon, false);
}

static outcome_t add_embeddings(net_program_t *program, const transformer_shape_t *shape)
{
    const int64_t d = shape->width;
    const int64_t words[] = {shape->words, d}, places[] = {shape->places, d}, segments[] = {shape->segments, d};
    outcome_t result;
    if (outcome_bad(&result, net_add_float(program, "bert.embeddings.word_embeddings.weight", 2, words)) ||
        outcome_bad(&result, net_add_float(program, "bert.embeddings.position_embeddings.weight", 2, places)) ||
        outcome_bad(&result, net_add_float(program, "bert.embeddings.token_type_embeddings.weight", 2, segments)) ||
        outcome_bad(
            &result,
            net_add_step(program, &(net_step_t){.kind = NET_STEP_EMBEDDING, .layer = NET_NONE, .inputs = 2, .outputs = d})))
        return result;
    return transformer_add_norm(program, "bert.embeddings.LayerNorm", d, shape->epsilon, false);
}

static outcome_t program(const net_size_t *size, net_program_t *made)
{
    const transformer_shape_t *shape = size->shape;
    outcome_t result;
    made->tokens = size->width;
    if (outcome_bad(&result, add_embeddings(made, shape)))
        return result;
    for (int64_t block = 0; block < shape->blocks && outcome_is_ok(&result); block++)
        result = add_layer(made, shape, block);
    if (!outcome_is_ok(&result) ||
        outcome_bad(&result, transformer_add_float_linear(made, "bert.pooler.dense", shape->width, shape->width, true)) ||
        outcome_bad(&result, transformer_add_simple(made, NET_STEP_TANH)))
        return result;
    return transformer_add_float_linear(made, "classifier", size->classes, shape->width, true);
}

/* ===  Sizes  === */

static const transformer_shape_t uncased_shape = {.blocks = 12,
                                                  .width = 768,
                                                  .heads = 12,
                                                  .hidden = 3072,
                                                  .tokens = 512,
                                                  .words = 30522,
                                                  .places = 512,
                                                  .segments = 2,
                                                  .epsilon = 1e-12};
static const transformer_shape_t cased_shape = {.blocks = 12,
                                                .width = 768,
                                                .heads = 12,
                                                .hidden = 3072,
                                                .tokens = 512,
                                                .words = 28996,
                                                .places = 512,
                                                .segments = 2,
                                                .epsilon = 1e-12};

static const transformer_shape_t compact_shape = {.blocks = 4,
                                                  .width = 128,
                                                  .heads = 4,
                                                  .hidden = 512,
                                                  .tokens = 128,
                                                  .words = 4096,
                                                  .places = 128,
                                                  .segments = 2,
                                                  .epsilon = 1e-12};

static const net_size_t mrpc_full = {.name = "full",
                                     .dataset = "glue-mrpc",
                                     .profile = "wordpiece-uncased",
                                     .channels = 2,
                                     .height = 1,
                                     .width = 512,
                                     .classes = 2,
                                     .shape = &uncased_shape};
static const net_size_t sst2_full = {.name = "full",
                                     .dataset = "glue-sst2",
                                     .profile = "wordpiece-cased",
                                     .channels = 2,
                                     .height = 1,
                                     .width = 512,
                                     .classes = 2,
                                     .shape = &cased_shape};

static const net_size_t mrpc_compact = {.name = "compact",
                                        .weights = "models/compact/bert_mrpc.safetensors",
                                        .dataset = "reviews-mrpc",
                                        .profile = "wordpiece-uncased",
                                        .vocabulary = "models/compact/bert.vocab.txt",
                                        .stand_in = true,
                                        .channels = 2,
                                        .height = 1,
                                        .width = 128,
                                        .classes = 2,
                                        .shape = &compact_shape};
static const net_size_t sst2_compact = {.name = "compact",
                                        .weights = "models/compact/bert_sst2.safetensors",
                                        .dataset = "reviews-sst2",
                                        .profile = "wordpiece-uncased",
                                        .vocabulary = "models/compact/bert.vocab.txt",
                                        .stand_in = true,
                                        .channels = 2,
                                        .height = 1,
                                        .width = 128,
                                        .classes = 2,
                                        .shape = &compact_shape};

/* A checkpoint may have another vocabulary: cased or uncased, for either task. */
static bool refit(const tensor_set_t *set, net_made_t *made)
{
    transformer_shape_t *shape = (transformer_shape_t *)(void *)made->shape.bytes;
    const tensor_t *words = net_weight(set, "bert.embeddings.word_embeddings", 2);
    const bool other = words != NULL && words->shape[0] != shape->words && words->shape[0] > 0;
    if (other)
        shape->words = words->shape[0];
    return other;
}

/* Checkpoints converted from TensorFlow call LayerNorm's parameters gamma and beta; those of the encoder alone (BertModel,
 * without a classifier) lack the "bert." */
static const net_rename_t renames[] = {
    {NET_AT_END, "LayerNorm.gamma", "LayerNorm.weight"}, {NET_AT_END, "LayerNorm.beta", "LayerNorm.bias"},
    {NET_AT_FRONT, "embeddings.", "bert.embeddings."},   {NET_AT_FRONT, "encoder.", "bert.encoder."},
    {NET_AT_FRONT, "pooler.", "bert.pooler."},           {NET_AT_FRONT, NULL, NULL},
};

static const net_size_t *const mrpc_sizes[] = {&mrpc_full, &mrpc_compact, NULL};
static const net_size_t *const sst2_sizes[] = {&sst2_full, &sst2_compact, NULL};

const network_t net_bert_mrpc = {.name = "bert_mrpc",
                                 .title = "BERT-MRPC",
                                 .family = "bert",
                                 .summary = "12 transformer blocks of width 768, 12 heads, pairs of sentences",
                                 .source = "Devlin et al., NAACL 2019; Hugging Face bert-base-uncased",
                                 .sizes = mrpc_sizes,
                                 .renames = renames,
                                 .layers = layers,
                                 .program = program,
                                 .attention = attention,
                                 .head = "classifier",
                                 .shape_size = sizeof(transformer_shape_t),
                                 .refit = refit};
const network_t net_bert_sst2 = {.name = "bert_sst2",
                                 .title = "BERT-SST2",
                                 .family = "bert",
                                 .summary = "12 transformer blocks of width 768, 12 heads, single sentences",
                                 .source = "Devlin et al., NAACL 2019; Hugging Face bert-base-cased",
                                 .sizes = sst2_sizes,
                                 .renames = renames,
                                 .layers = layers,
                                 .program = program,
                                 .attention = attention,
                                 .head = "classifier",
                                 .shape_size = sizeof(transformer_shape_t),
                                 .refit = refit};

/* ===  From the tensors  === */

enum { HEAD = 64 /* features of a head in the networks of the papers */ };

static outcome_t recognise(const char *where, const tensor_set_t *set, const net_hints_t *hints, net_made_t *made,
                           bool *found)
{
    static const char embeddings[] = "bert.embeddings.", encoder[] = "bert.encoder.layer";
    const tensor_t *words = net_weight(set, text_of("%sword_embeddings", embeddings).chars, 2),
                   *places = net_weight(set, text_of("%sposition_embeddings", embeddings).chars, 2),
                   *segments = net_weight(set, text_of("%stoken_type_embeddings", embeddings).chars, 2),
                   *hidden = net_weight(set, text_of("%s.0.intermediate.dense", encoder).chars, 2),
                   *head = net_weight(set, "classifier", 2);
    if (words == NULL || places == NULL || segments == NULL || hidden == NULL || head == NULL)
        return outcome_ok();
    transformer_shape_t shape = {.blocks = net_count_blocks(set, encoder, "attention.self.query"),
                                 .width = words->shape[1],
                                 .hidden = hidden->shape[0],
                                 .tokens = places->shape[0],
                                 .words = words->shape[0],
                                 .places = places->shape[0],
                                 .segments = segments->shape[0],
                                 .epsilon = hints->epsilon > 0 ? hints->epsilon : uncased_shape.epsilon};
    shape.heads = hints->heads > 0 ? hints->heads : shape.width % HEAD == 0 ? shape.width / HEAD : 0;
    if (shape.heads == 0 || shape.width % shape.heads != 0)
        return outcome_failed(where, "number of heads", text_of("a width of %d", (int)shape.width).chars,
                              "a multiple of 64, or num_attention_heads in config.json beside the weights",
                              "write {\"num_attention_heads\": N} into config.json beside the weights");
    net_size_t size = sst2_full;
    if (hints->tokens > 0 && hints->tokens < shape.places)
        shape.tokens = hints->tokens;
    size.name = "own";
    size.width = shape.tokens;
    size.classes = head->shape[0];
    net_make(made, &net_bert_sst2, &size, &shape, sizeof shape, text_of("bert_%dx%d", (int)shape.blocks, (int)shape.width));
    made->assumed = text_of("%s%d heads, LayerNorm adds %g",
                            hints->heads > 0 ? "as described: " : "assumed: ", (int)shape.heads, shape.epsilon);
    *found = true;
    return outcome_ok();
}

const net_family_t net_family_bert = {.name = "BERT (Hugging Face)", .renames = renames, .recognise = recognise};
