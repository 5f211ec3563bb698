/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The decoder of the Llama family under Hugging Face's names without the "model." (nets/names.c takes that away). With x
 * the vector of a token, a block computes
 *
 *     x += W_o attention(rotate(W_q n), rotate(W_k n), W_v n)     n = RMSNorm(x)
 *     x += W_down (silu(W_gate m) * W_up m)                       m = RMSNorm(x)
 *
 * and the logits are the last RMSNorm times the head, which may be the embedding itself. */
#include "nets/llama.h"

#include "base/text.h"
#include "nets/llama_shapes.h"
#include "nets/transformer.h"

enum { LINEARS = 7, OUT = 3, GATE = 4, UP = 5, DOWN = 6 };

static int64_t key_width(const llama_shape_t *shape)
{
    return shape->width / shape->heads * shape->key_heads;
}

/* A block's q, k and v read a norm, o reads attention and down the product of gate and up: none reads a matrix's output. */
static outcome_t add_layers(const llama_shape_t *shape, int64_t block, net_table_t *table)
{
    const int64_t d = shape->width, keys = key_width(shape);
    const struct {
        const char *name;
        int64_t outputs, inputs;
    } linears[LINEARS] = {{"self_attn.q_proj", d, d},
                          {"self_attn.k_proj", keys, d},
                          {"self_attn.v_proj", keys, d},
                          [OUT] = {"self_attn.o_proj", d, d},
                          [GATE] = {"mlp.gate_proj", shape->hidden, d},
                          [UP] = {"mlp.up_proj", shape->hidden, d},
                          [DOWN] = {"mlp.down_proj", d, shape->hidden}};
    outcome_t result = outcome_ok();
    for (int i = 0; i < LINEARS && outcome_is_ok(&result); i++) {
        const text_t name = text_of("layers.%d.%s", (int)block, linears[i].name);
        result = net_add_linear(table, name.chars, linears[i].outputs, linears[i].inputs, 1, false);
    }
    return result;
}

outcome_t llama_layers(const net_size_t *size, net_table_t *table)
{
    const llama_shape_t *shape = size->shape;
    outcome_t result = outcome_ok();
    for (int64_t block = 0; block < shape->blocks && outcome_is_ok(&result); block++)
        result = add_layers(shape, block, table);
    return result;
}

/* ===  The program  === */

static outcome_t add_norm(net_program_t *program, const llama_shape_t *shape, const char *name)
{
    const net_step_t step = {.kind = NET_STEP_RMS_NORM,
                             .layer = NET_NONE,
                             .first_float = (int64_t)program->float_count,
                             .epsilon = shape->epsilon};
    outcome_t result;
    if (outcome_bad(&result, net_add_float(program, text_of("%s.weight", name).chars, 1, &shape->width)))
        return result;
    return net_add_step(program, &step);
}

static outcome_t add_attention(net_program_t *program, const llama_shape_t *shape, int64_t first)
{
    const int64_t d = shape->width, in = (int64_t)program->count - 2; /* before the norm */
    const net_step_t heads = {.kind = NET_STEP_LINEAR, .layer = first, .parts = OUT, .outputs = d + 2 * key_width(shape)},
                     turn = {.kind = NET_STEP_ROTATE,
                             .layer = NET_NONE,
                             .heads = shape->heads,
                             .head = d / shape->heads,
                             .rotary = &shape->rotary},
                     attend = {.kind = NET_STEP_ATTENTION,
                               .layer = NET_NONE,
                               .outputs = d,
                               .heads = shape->heads,
                               .causal = true};
    outcome_t result;
    if (outcome_bad(&result, net_add_step(program, &heads)) || outcome_bad(&result, net_add_step(program, &turn)) ||
        outcome_bad(&result, net_add_step(program, &attend)) ||
        outcome_bad(&result, transformer_add_linear(program, first + OUT, 1, d)))
        return result;
    return transformer_add_sum(program, in);
}

static outcome_t add_mlp(net_program_t *program, const llama_shape_t *shape, int64_t first)
{
    const int64_t in = (int64_t)program->count - 2;
    const net_step_t swiglu = {.kind = NET_STEP_SWIGLU, .layer = NET_NONE, .outputs = shape->hidden};
    outcome_t result;
    if (outcome_bad(&result, transformer_add_linear(program, first + GATE, 2, shape->hidden)) ||
        outcome_bad(&result, net_add_step(program, &swiglu)) ||
        outcome_bad(&result, transformer_add_linear(program, first + DOWN, 1, shape->width)))
        return result;
    return transformer_add_sum(program, in);
}

static outcome_t add_block(net_program_t *program, const llama_shape_t *shape, int64_t block)
{
    const text_t name = text_of("layers.%d", (int)block);
    outcome_t result;
    if (outcome_bad(&result, add_norm(program, shape, text_of("%s.input_layernorm", name.chars).chars)) ||
        outcome_bad(&result, add_attention(program, shape, block * LINEARS)) ||
        outcome_bad(&result, add_norm(program, shape, text_of("%s.post_attention_layernorm", name.chars).chars)))
        return result;
    return add_mlp(program, shape, block * LINEARS);
}

outcome_t llama_program(const net_size_t *size, net_program_t *made)
{
    const llama_shape_t *shape = size->shape;
    const int64_t words[] = {shape->words, shape->width};
    net_step_t head = {.kind = NET_STEP_LOGITS, .layer = NET_NONE, .parts = 1, .outputs = shape->words};
    outcome_t result;
    made->tokens = size->width;
    if (outcome_bad(&result, net_add_float(made, "embed_tokens.weight", 2, words)) ||
        outcome_bad(
            &result,
            net_add_step(made,
                         &(net_step_t){.kind = NET_STEP_WORDS, .layer = NET_NONE, .inputs = 1, .outputs = shape->width})))
        return result;
    for (int64_t block = 0; block < shape->blocks && outcome_is_ok(&result); block++)
        result = add_block(made, shape, block);
    if (!outcome_is_ok(&result) || outcome_bad(&result, add_norm(made, shape, "norm")))
        return result;
    head.first_float = shape->tied ? 0 : (int64_t)made->float_count; /* the words are the first float tensor */
    if (!shape->tied && outcome_bad(&result, net_add_float(made, "lm_head.weight", 2, words)))
        return result;
    return net_add_step(made, &head);
}

/* ===  Sizes  === */

int64_t llama_blocks(const net_size_t *size)
{
    return ((const llama_shape_t *)size->shape)->blocks;
}

int64_t llama_other_weights(const net_size_t *size)
{
    const llama_shape_t *shape = size->shape;
    enum { NORMS_OF_A_BLOCK = 2, LAST_NORM = 1 };
    const int64_t matrices = shape->tied ? 1 : 2; /* embedding and head */
    return matrices * shape->words * shape->width + (NORMS_OF_A_BLOCK * shape->blocks + LAST_NORM) * shape->width;
}

/* ===  From the tensors  === */

/* The description must be of these tensors: a base or number of heads from another model's would give silent nonsense. */
static outcome_t check_declared(const char *where, const net_hints_t *hints, const llama_shape_t *shape)
{
    const int64_t have[NET_DECLARED] = {[NET_HIDDEN_SIZE] = shape->width,    [NET_INTERMEDIATE_SIZE] = shape->hidden,
                                        [NET_HIDDEN_LAYERS] = shape->blocks, [NET_KEY_VALUE_HEADS] = shape->key_heads,
                                        [NET_VOCAB_SIZE] = shape->words,     [NET_HEAD_DIM] = shape->width / shape->heads};
    for (int i = 0; i < NET_DECLARED; i++)
        if (hints->declared[i] > 0 && hints->declared[i] != have[i])
            return outcome_failed(where, text_of("%s in config.json", net_declared_names[i]).chars,
                                  text_of("%lld", (long long)hints->declared[i]).chars,
                                  text_of("%lld, as the tensors have it", (long long)have[i]).chars,
                                  "get config.json and weights of one model");
    if (hints->places > 0 && hints->tokens > hints->places)
        return outcome_usage("--context", NULL, text_of("%lld tokens", (long long)hints->tokens).chars,
                             text_of("at most %lld (max_position_embeddings in config.json, or the file's own context)",
                                     (long long)hints->places)
                                 .chars,
                             NULL);
    return outcome_ok();
}

static outcome_t recognise(const char *where, const tensor_set_t *set, const net_hints_t *hints, net_made_t *made,
                           bool *found)
{
    enum { CONTEXT = 2048 /* where nobody says: that of the first Llama, and of most tables of perplexity */ };
    const tensor_t *words = net_weight(set, "embed_tokens", 2), *keys = net_weight(set, "layers.0.self_attn.k_proj", 2),
                   *gate = net_weight(set, "layers.0.mlp.gate_proj", 2);
    if (words == NULL || keys == NULL || gate == NULL)
        return outcome_ok();
    llama_shape_t shape = {.blocks = net_count_blocks(set, "layers", "self_attn.q_proj"),
                           .width = words->shape[1],
                           .hidden = gate->shape[0],
                           .heads = hints->heads,
                           .words = words->shape[0],
                           .tied = net_weight(set, "lm_head", 2) == NULL,
                           .epsilon = hints->epsilon > 0 ? hints->epsilon : 1e-5,
                           .rotary = hints->rotary};
    if (shape.heads == 0 || shape.width % shape.heads != 0 || shape.width / shape.heads % 2 != 0 ||
        keys->shape[0] % (shape.width / shape.heads) != 0)
        return outcome_failed(where, "number of heads",
                              text_of("%d heads, a width of %d", (int)shape.heads, (int)shape.width).chars,
                              "num_attention_heads in config.json beside the weights, which divides the width",
                              "write {\"num_attention_heads\": N} into config.json beside the weights");
    shape.key_heads = keys->shape[0] / (shape.width / shape.heads);
    if (shape.key_heads == 0 || shape.heads % shape.key_heads != 0)
        return outcome_failed(where, "number of key heads",
                              text_of("%d for %d heads", (int)shape.key_heads, (int)shape.heads).chars, "a divisor", NULL);
    outcome_t declared = check_declared(where, hints, &shape);
    if (!outcome_is_ok(&declared))
        return declared;
    if (shape.rotary.theta <= 0)
        shape.rotary.theta = 10000;
    net_size_t size = *net_llama3_8b.sizes[0];
    size.name = "own";
    size.width = hints->tokens > 0 ? hints->tokens : hints->places > 0 && hints->places < CONTEXT ? hints->places : CONTEXT;
    size.classes = shape.words;
    net_make(made, &net_llama3_8b, &size, &shape, sizeof shape,
             text_of("llama_%dx%d", (int)shape.blocks, (int)shape.width));
    made->assumed = text_of("%d heads, %d of keys, RMSNorm adds %g, rotary positions of base %g%s, %s", (int)shape.heads,
                            (int)shape.key_heads, shape.epsilon, shape.rotary.theta,
                            shape.rotary.factor > 0 ? text_of(" slowed by %g", shape.rotary.factor).chars : "",
                            shape.tied ? "the head is the embedding" : "a head of its own");
    *found = true;
    return outcome_ok();
}

const net_family_t net_family_llama = {.name = "Llama (Hugging Face)", .recognise = recognise};
