/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ResNets for CIFAR-10 (He et al. 2015, section 4.2): three stages of n blocks of two 3x3 convolutions, 16, 32 and 64
 * channels wide, 6 n + 2 layers in all.
 *
 * Their shortcuts have no weights (option A): where a stage begins, every second pixel is taken and the missing channels
 * are zeros. The checkpoints put half of these in front and half behind; the engine does so for each shortcut between
 * unequal channel counts (engine/widen.h). */
#include "nets/cifar_resnet.h"

#include "base/text.h"

enum { STAGES = 3, NARROWEST = 16, SIDE = 32 };

typedef struct {
    int64_t blocks; /* of a stage */
} cifar_shape_t;

static outcome_t add_block(net_table_t *table, const char *block, int64_t k, int64_t c, int64_t stride, int64_t side)
{
    const int64_t from = (int64_t)table->count - 1;
    outcome_t result;
    if (outcome_bad(&result, net_add_conv(table, text_of("%s.conv1", block).chars, text_of("%s.bn1", block).chars, k, c, 3,
                                          stride, 1, side, side)))
        return result;
    net_wire(table, from, NET_NONE);
    if (outcome_bad(&result, net_add_conv(table, text_of("%s.conv2", block).chars, text_of("%s.bn2", block).chars, k, k, 3,
                                          1, 1, side / stride, side / stride)))
        return result;
    net_wire(table, from + 1, from);
    return result;
}

static outcome_t layers(const net_size_t *size, net_table_t *table)
{
    const cifar_shape_t *shape = size->shape;
    outcome_t result;
    if (outcome_bad(&result, net_add_conv(table, "conv1", "bn1", NARROWEST, size->channels, 3, 1, 1, SIDE, SIDE)))
        return result;
    int64_t side = SIDE, c = NARROWEST;
    for (int stage = 0; stage < STAGES; stage++)
        for (int64_t block = 0; block < shape->blocks; block++) {
            int64_t stride = block == 0 && stage > 0 ? 2 : 1;
            text_t name = text_of("layer%d.%d", stage + 1, (int)block);
            if (outcome_bad(&result, add_block(table, name.chars, c * stride, c, stride, side)))
                return result;
            side /= stride;
            c *= stride;
        }
    return net_add_linear(table, "linear", size->classes, c, 1, true);
}

/* ===  Sizes  === */

#define CIFAR_RESNET(depth, n)                                                             \
    static const cifar_shape_t shape_##depth = {.blocks = (n)};                            \
    static const net_size_t full_##depth = {.name = "full",                                \
                                            .cfg = "models/cfg/resnet" #depth ".full.cfg", \
                                            .dataset = "cifar10",                          \
                                            .profile = "cifar10-imagenet-stats",           \
                                            .channels = 3,                                 \
                                            .height = SIDE,                                \
                                            .width = SIDE,                                 \
                                            .classes = 10,                                 \
                                            .shape = &shape_##depth};                      \
    static const net_size_t *const sizes_##depth[] = {&full_##depth, NULL};                \
    const network_t net_resnet##depth = {.name = "resnet" #depth,                          \
                                         .title = "ResNet-" #depth " (CIFAR-10)",          \
                                         .family = "resnet",                               \
                                         .sizes = sizes_##depth,                           \
                                         .layers = layers}

CIFAR_RESNET(20, 3);
CIFAR_RESNET(32, 5);
CIFAR_RESNET(44, 7);
CIFAR_RESNET(56, 9);
