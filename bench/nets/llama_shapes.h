/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_LLAMA_SHAPES_H
#define BBS_NETS_LLAMA_SHAPES_H

#include "nets/net.h"

/* Published language models of the Llama family by their shapes. No weights are shipped: the accelerator models need none,
 * or draw those of one block (weights/substitute.h).
 *
 * Each has two sizes, whose `shape` is a llama_shape_t (llama.h) and whose `width` is the longest text in tokens: "full",
 * all blocks, and "block", one of them. The blocks of a model are equal in shape, and each reads its input from DRAM in the
 * accelerator models, so the counts of "block" times llama_blocks() are those of all.
 *
 * `source` names where a shape is published: the paper, or the file config.json of the model's repository at Hugging Face,
 * whose numbers they are. tests/unit/test_llama_shapes.c holds their sums against the published numbers of parameters. */
extern const network_t net_llama3_8b, net_llama3_2_1b, net_llama3_2_3b, net_llama2_7b, net_tinyllama_1b, net_smollm_135m,
    net_smollm_360m;

#endif
