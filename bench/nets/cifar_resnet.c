/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ResNets for CIFAR-10 (He et al. 2015, section 4.2): three stages of n blocks of two 3x3 convolutions, 16, 32 and 64
 * channels wide, 6 n + 2 layers in all.
 *
 * Their shortcuts have no weights (option A): where a stage begins, every second pixel is taken and the missing channels
 * are zeros. The checkpoints put half of these in front and half behind; the engine does so for each shortcut between
 * unequal channel counts (engine/widen.h). */
#include "nets/cifar_resnet.h"

#include "base/text.h"
#include "nets/cfg.h"

enum { STAGES = 3, NARROWEST = 16, SIDE = 32 };

typedef struct {
    int64_t blocks;  /* of a stage */
    int64_t width;   /* of the first stage; each of the others has twice as many channels; 0: 16 */
    bool projection; /* option B: 1x1 convolutions where a stage begins */
} cifar_shape_t;

static int64_t width_of(const cifar_shape_t *shape)
{
    return shape->width > 0 ? shape->width : NARROWEST;
}

static outcome_t add_block(net_table_t *table, const char *block, int64_t k, int64_t c, int64_t stride, int64_t side,
                           bool projection)
{
    const int64_t first = (int64_t)table->count, from = first - 1; /* a projection comes last and holds the sum */
    outcome_t result;
    if (outcome_bad(&result, net_add_conv(table, text_of("%s.conv1", block).chars, text_of("%s.bn1", block).chars, k, c, 3,
                                          stride, 1, side, side)))
        return result;
    net_wire(table, from, NET_NONE);
    if (outcome_bad(&result, net_add_conv(table, text_of("%s.conv2", block).chars, text_of("%s.bn2", block).chars, k, k, 3,
                                          1, 1, side / stride, side / stride)))
        return result;
    net_wire(table, first, projection ? NET_NONE : from);
    if (!projection)
        return result;
    if (outcome_bad(&result, net_add_conv(table, text_of("%s.downsample.0", block).chars,
                                          text_of("%s.downsample.1", block).chars, k, c, 1, stride, 0, side, side)))
        return result;
    net_wire(table, from, first + 1);
    return result;
}

static outcome_t layers(const net_size_t *size, net_table_t *table)
{
    const cifar_shape_t *shape = size->shape;
    outcome_t result;
    if (outcome_bad(&result, net_add_conv(table, "conv1", "bn1", width_of(shape), size->channels, 3, 1, 1, SIDE, SIDE)))
        return result;
    int64_t side = SIDE, c = width_of(shape);
    for (int stage = 0; stage < STAGES; stage++)
        for (int64_t block = 0; block < shape->blocks; block++) {
            int64_t stride = block == 0 && stage > 0 ? 2 : 1;
            text_t name = text_of("layer%d.%d", stage + 1, (int)block);
            if (outcome_bad(&result,
                            add_block(table, name.chars, c * stride, c, stride, side, shape->projection && stride > 1)))
                return result;
            side /= stride;
            c *= stride;
        }
    return net_add_linear(table, "linear", size->classes, c, 1, true);
}

static void graph(const net_size_t *size, text_builder_t *text)
{
    const cifar_shape_t *shape = size->shape;
    net_cfg_t cfg = net_cfg_start(text, size);
    int64_t width = width_of(shape);
    net_cfg_conv(&cfg, width, 3, 1, true, "relu");
    for (int stage = 0; stage < STAGES; stage++, width *= 2)
        for (int64_t block = 0; block < shape->blocks; block++) {
            const int64_t stride = stage > 0 && block == 0 ? 2 : 1, input = cfg.count - 1;
            net_cfg_conv(&cfg, width, 3, stride, true, "relu");
            net_cfg_conv(&cfg, width, 3, 1, true, "linear");
            const int64_t last = cfg.count - 1;
            if (shape->projection && stride > 1) {
                net_cfg_route(&cfg, input);
                net_cfg_project(&cfg, width, stride);
            }
            net_cfg_shortcut(&cfg, shape->projection && stride > 1 ? last : input, "relu");
        }
    net_cfg_average(&cfg);
    net_cfg_connected(&cfg, size->classes, "linear");
}

/* ===  Sizes  === */

#define CIFAR_RESNET(depth, n)                                                                                            \
    static const cifar_shape_t shape_##depth = {.blocks = (n)};                                                           \
    static const net_size_t full_##depth = {.name = "full",                                                               \
                                            .cfg = "models/cfg/resnet" #depth ".full.cfg",                                \
                                            .dataset = "cifar10",                                                         \
                                            .profile = "cifar10-imagenet-stats",                                          \
                                            .channels = 3,                                                                \
                                            .height = SIDE,                                                               \
                                            .width = SIDE,                                                                \
                                            .classes = 10,                                                                \
                                            .shape = &shape_##depth};                                                     \
    static const net_size_t *const sizes_##depth[] = {&full_##depth, NULL};                                               \
    const network_t net_resnet##depth = {.name = "resnet" #depth,                                                         \
                                         .title = "ResNet-" #depth " (CIFAR-10)",                                         \
                                         .family = "resnet",                                                              \
                                         .summary = #depth " layers in three stages of " #n " blocks",                    \
                                         .source = "He et al., CVPR 2016, section 4.2; akamaster/pytorch_resnet_cifar10", \
                                         .sizes = sizes_##depth,                                                          \
                                         .layers = layers,                                                                \
                                         .graph = graph,                                                                  \
                                         .head = "linear",                                                                \
                                         .shape_size = sizeof(cifar_shape_t)}

CIFAR_RESNET(20, 3);
CIFAR_RESNET(32, 5);
CIFAR_RESNET(44, 7);
CIFAR_RESNET(56, 9);

/* ===  From the tensors  === */

/* Widths 1 : 2 : 4 and as many blocks in each stage. */
static bool is_regular(const tensor_set_t *set, int64_t blocks, int64_t width)
{
    for (int stage = 0; stage < STAGES; stage++) {
        text_t name = text_of("layer%d", stage + 1);
        const tensor_t *second = net_weight(set, text_of("%s.0.conv2", name.chars).chars, 4);
        if (net_count_blocks(set, name.chars, "conv1") != blocks || second == NULL || second->shape[0] != width << stage)
            return false;
    }
    return true;
}

static outcome_t recognise(const char *where, const tensor_set_t *set, const net_hints_t *hints, net_made_t *made,
                           bool *found)
{
    const tensor_t *stem = net_weight(set, "conv1", 4), *head = net_weight(set, "linear", 2);
    (void)hints;
    if (stem == NULL || head == NULL || stem->shape[2] != 3 || net_weight(set, "layer3.0.conv1", 4) == NULL ||
        net_weight(set, "layer4.0.conv1", 4) != NULL)
        return outcome_ok();
    cifar_shape_t shape = {.blocks = net_count_blocks(set, "layer1", "conv1"),
                           .width = stem->shape[0],
                           .projection = net_weight(set, "layer2.0.downsample.0", 4) != NULL};
    if (net_weight(set, "layer1.0.conv3", 4) != NULL || !is_regular(set, shape.blocks, shape.width))
        return outcome_failed(where, "layer1 to layer3", "other blocks or widths",
                              "as many blocks of two convolutions in each stage, widths 1 : 2 : 4", NULL);
    net_size_t size = full_20;
    size.name = "own";
    size.channels = stem->shape[1];
    size.classes = head->shape[0];
    size.profile = shape.projection ? "cifar10-stats" : size.profile;
    text_t wide = shape.width == NARROWEST ? text_of("%s", "") : text_of("_w%d", (int)shape.width);
    net_make(made, &net_resnet20, &size, &shape, sizeof shape,
             text_of("resnet%d%s", (int)(2 * STAGES * shape.blocks + 2), wide.chars));
    made->assumed = text_of("images of 32 x 32");
    *found = true;
    return outcome_ok();
}

/* pytorch-cifar calls the projections "shortcut"; others call the head "fc". */
static const net_rename_t renames[] = {
    {NET_AT_END, ".shortcut.0.weight", ".downsample.0.weight"},
    {NET_AT_END, ".shortcut.1.weight", ".downsample.1.weight"},
    {NET_AT_END, ".shortcut.1.bias", ".downsample.1.bias"},
    {NET_AT_END, ".shortcut.1.running_mean", ".downsample.1.running_mean"},
    {NET_AT_END, ".shortcut.1.running_var", ".downsample.1.running_var"},
    {NET_AT_FRONT, "fc.", "linear."},
    {NET_AT_FRONT, NULL, NULL},
};

const net_family_t net_family_cifar_resnet = {.name = "ResNet for CIFAR", .renames = renames, .recognise = recognise};
