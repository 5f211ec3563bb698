/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line for each model: its blocks, and the rest of its shape. */
#include "nets/llama_shapes.h"

#include "nets/llama.h"
#include "nets/llama_pass.h"

/* Llama 3.2 slows its rotations so that texts may be 16 times as long as those of its training (config.json,
 * rope_scaling). */
#define LLAMA3_2_ROTARY                                                      \
    {                                                                        \
        .theta = 500000, .factor = 32, .low = 1, .high = 4, .original = 8192 \
    }

/* The two sizes of a model, and the model. What follows `longest` are the other members of its llama_shape_t. */
#define MODEL(id, title_of, made_of, published, block_count, longest, vocabulary, ...)                          \
    static const llama_shape_t id##_full_shape = {.blocks = (block_count), .words = (vocabulary), __VA_ARGS__}, \
                               id##_block_shape = {.blocks = 1, .words = (vocabulary), __VA_ARGS__};            \
    static const net_size_t id##_full = {.name = "full",                                                        \
                                         .channels = 1,                                                         \
                                         .height = 1,                                                           \
                                         .width = (longest),                                                    \
                                         .classes = (vocabulary),                                               \
                                         .shape = &id##_full_shape},                                            \
                            id##_block = {.name = "block",                                                      \
                                          .channels = 1,                                                        \
                                          .height = 1,                                                          \
                                          .width = (longest),                                                   \
                                          .classes = (vocabulary),                                              \
                                          .shape = &id##_block_shape};                                          \
    static const net_size_t *const id##_sizes[] = {&id##_full, &id##_block, NULL};                              \
    const network_t net_##id = {.name = #id,                                                                    \
                                .title = (title_of),                                                            \
                                .family = "llama",                                                              \
                                .summary = (made_of),                                                           \
                                .source = (published),                                                          \
                                .sizes = id##_sizes,                                                            \
                                .layers = llama_layers,                                                         \
                                .program = llama_program,                                                       \
                                .pass = llama_pass,                                                             \
                                .shape_size = sizeof(llama_shape_t)}

MODEL(llama3_8b, "Llama-3-8B", "32 blocks of width 4096, 32 heads, 8 of keys, FFN 14336, vocabulary 128256",
      "Dubey et al., arXiv 2407.21783, Table 3; config.json of meta-llama/Meta-Llama-3-8B", 32, 8192, 128256, .width = 4096,
      .hidden = 14336, .heads = 32, .key_heads = 8, .epsilon = 1e-5, .rotary = {.theta = 500000});

MODEL(llama3_2_1b, "Llama-3.2-1B", "16 blocks of width 2048, 32 heads, 8 of keys, FFN 8192, vocabulary 128256, tied head",
      "config.json of meta-llama/Llama-3.2-1B", 16, 131072, 128256, .width = 2048, .hidden = 8192, .heads = 32,
      .key_heads = 8, .tied = true, .epsilon = 1e-5, .rotary = LLAMA3_2_ROTARY);

MODEL(llama3_2_3b, "Llama-3.2-3B", "28 blocks of width 3072, 24 heads, 8 of keys, FFN 8192, vocabulary 128256, tied head",
      "config.json of meta-llama/Llama-3.2-3B", 28, 131072, 128256, .width = 3072, .hidden = 8192, .heads = 24,
      .key_heads = 8, .tied = true, .epsilon = 1e-5, .rotary = LLAMA3_2_ROTARY);

MODEL(llama2_7b, "Llama-2-7B", "32 blocks of width 4096, 32 heads, each with keys of its own, FFN 11008, vocabulary 32000",
      "Touvron et al., arXiv 2307.09288; config.json of meta-llama/Llama-2-7b-hf", 32, 4096, 32000, .width = 4096,
      .hidden = 11008, .heads = 32, .key_heads = 32, .epsilon = 1e-5, .rotary = {.theta = 10000});

MODEL(tinyllama_1b, "TinyLlama-1.1B", "22 blocks of width 2048, 32 heads, 4 of keys, FFN 5632, vocabulary 32000",
      "Zhang et al., arXiv 2401.02385, Table 1; config.json of TinyLlama/TinyLlama-1.1B-Chat-v1.0", 22, 2048, 32000,
      .width = 2048, .hidden = 5632, .heads = 32, .key_heads = 4, .epsilon = 1e-5, .rotary = {.theta = 10000});

MODEL(smollm_135m, "SmolLM-135M", "30 blocks of width 576, 9 heads, 3 of keys, FFN 1536, vocabulary 49152, tied head",
      "config.json of HuggingFaceTB/SmolLM-135M", 30, 2048, 49152, .width = 576, .hidden = 1536, .heads = 9, .key_heads = 3,
      .tied = true, .epsilon = 1e-5, .rotary = {.theta = 10000});

MODEL(smollm_360m, "SmolLM-360M", "32 blocks of width 960, 15 heads, 5 of keys, FFN 2560, vocabulary 49152, tied head",
      "config.json of HuggingFaceTB/SmolLM-360M", 32, 2048, 49152, .width = 960, .hidden = 2560, .heads = 15,
      .key_heads = 5, .tied = true, .epsilon = 1e-5, .rotary = {.theta = 10000});
