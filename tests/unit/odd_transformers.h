/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TESTS_ODD_TRANSFORMERS_H
#define BBS_TESTS_ODD_TRANSFORMERS_H

/* Small transformers of which no dimension is a multiple of a vector. */

#include "nets/net.h"
#include "nets/transformer.h"

static const transformer_shape_t odd_vit_shape = {
    .blocks = 2, .width = 21, .heads = 3, .hidden = 35, .patch = 5, .epsilon = 1e-6};
static const net_size_t odd_vit_size = {
    .name = "odd", .channels = 3, .height = 15, .width = 15, .classes = 7, .shape = &odd_vit_shape};
static const transformer_shape_t odd_bert_shape = {.blocks = 2,
                                                   .width = 21,
                                                   .heads = 3,
                                                   .hidden = 35,
                                                   .tokens = 33,
                                                   .words = 57,
                                                   .places = 33,
                                                   .segments = 2,
                                                   .epsilon = 1e-12};
static const net_size_t odd_bert_size = {
    .name = "odd", .channels = 2, .height = 1, .width = 33, .classes = 2, .shape = &odd_bert_shape};

#endif
