/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ResNets of torchvision: BasicBlock and Bottleneck networks with projection shortcuts (He et al. 2015, Table 1, Fig. 5).
 *
 * The names are torchvision's (conv1, layer2.0.downsample.0, fc), and so is the order: in a block conv1, conv2 (and
 * conv3), then the projection; a Bottleneck has its stride in the 3x3 convolution ("v1.5"). The compact size has
 * narrower stages and a stem for 28 x 28 images; its graph is models/cfg/. */
#include "nets/resnet.h"

#include "base/text.h"

enum { STAGES = 4 };

typedef struct resnet_shape {
    /* Append one block: `c` input channels on a `side` x `side` plane, stage width `w`. */
    outcome_t (*add_block)(net_table_t *table, const char *block, int64_t w, int64_t c, int64_t stride, int64_t side);
    int64_t convolutions; /* of a block, without the projection */
    int64_t expansion;    /* output channels of a block / stage width */
    int64_t blocks[STAGES];
    int64_t widths[STAGES];
    int64_t stem_kernel, stem_stride, stem_pad;
    int64_t pool_kernel, pool_stride, pool_pad;
} resnet_shape_t;

static int64_t after_window(int64_t size, int64_t kernel, int64_t stride, int64_t pad)
{
    return (size + 2 * pad - kernel) / stride + 1;
}

/* One BasicBlock: two 3x3 convolutions to `k` channels, the stride in the first. */
static outcome_t add_basic_block(net_table_t *table, const char *block, int64_t k, int64_t c, int64_t stride, int64_t side)
{
    outcome_t result;
    if (outcome_bad(&result, net_add_conv(table, text_of("%s.conv1", block).chars, text_of("%s.bn1", block).chars, k, c, 3,
                                          stride, 1, side, side)))
        return result;
    int64_t inner = after_window(side, 3, stride, 1);
    if (outcome_bad(&result, net_add_conv(table, text_of("%s.conv2", block).chars, text_of("%s.bn2", block).chars, k, k, 3,
                                          1, 1, inner, inner)))
        return result;
    if (stride == 1 && k == c)
        return result;
    return net_add_conv(table, text_of("%s.downsample.0", block).chars, text_of("%s.downsample.1", block).chars, k, c, 1,
                        stride, 0, side, side);
}

/* One Bottleneck: 1x1 to `w`, 3x3 with the stride, 1x1 to 4 w. */
static outcome_t add_bottleneck(net_table_t *table, const char *block, int64_t w, int64_t c, int64_t stride, int64_t side)
{
    enum { EXPANSION = 4 };
    int64_t inner = after_window(side, 3, stride, 1);
    outcome_t result;
    if (outcome_bad(&result, net_add_conv(table, text_of("%s.conv1", block).chars, text_of("%s.bn1", block).chars, w, c, 1,
                                          1, 0, side, side)) ||
        outcome_bad(&result, net_add_conv(table, text_of("%s.conv2", block).chars, text_of("%s.bn2", block).chars, w, w, 3,
                                          stride, 1, side, side)) ||
        outcome_bad(&result, net_add_conv(table, text_of("%s.conv3", block).chars, text_of("%s.bn3", block).chars,
                                          EXPANSION * w, w, 1, 1, 0, inner, inner)))
        return result;
    if (stride == 1 && c == EXPANSION * w)
        return result;
    return net_add_conv(table, text_of("%s.downsample.0", block).chars, text_of("%s.downsample.1", block).chars,
                        EXPANSION * w, c, 1, stride, 0, side, side);
}

/* Wire the block that begins at entry `first`: it reads `from` and adds it, or its projection, to the output of its
 * convolutions. */
static void wire_block(net_table_t *table, const resnet_shape_t *shape, int64_t first, int64_t from)
{
    int64_t last = first + shape->convolutions - 1, count = (int64_t)table->count;
    for (int64_t i = first; i <= last; i++)
        table->items[i].input = i == first ? from : i - 1;
    if (count - 1 > last)
        net_wire(table, from, last);
    else
        table->items[last].residual = from;
}

static outcome_t resnet_layers(const net_size_t *size, net_table_t *table)
{
    const resnet_shape_t *shape = size->shape;
    outcome_t result;
    if (outcome_bad(&result, net_add_conv(table, "conv1", "bn1", shape->widths[0], size->channels, shape->stem_kernel,
                                          shape->stem_stride, shape->stem_pad, size->height, size->width)))
        return result;
    int64_t side = after_window(size->height, shape->stem_kernel, shape->stem_stride, shape->stem_pad);
    side = after_window(side, shape->pool_kernel, shape->pool_stride, shape->pool_pad);
    int64_t c = shape->widths[0], from = NET_OUTSIDE; /* the pooled output of the stem */
    for (int stage = 0; stage < STAGES; stage++) {
        for (int64_t block = 0; block < shape->blocks[stage]; block++) {
            int64_t stride = block == 0 && stage > 0 ? 2 : 1;
            int64_t first = (int64_t)table->count;
            text_t name = text_of("layer%d.%d", stage + 1, (int)block);
            if (outcome_bad(&result, shape->add_block(table, name.chars, shape->widths[stage], c, stride, side)))
                return result;
            wire_block(table, shape, first, from);
            from = (int64_t)table->count - 1;
            side = after_window(side, 3, stride, 1);
            c = shape->widths[stage] * shape->expansion;
        }
    }
    return net_add_linear(table, "fc", size->classes, c, 1, true);
}

static const resnet_shape_t resnet34_full_shape = {.add_block = add_basic_block,
                                                   .convolutions = 2,
                                                   .expansion = 1,
                                                   .blocks = {3, 4, 6, 3},
                                                   .widths = {64, 128, 256, 512},
                                                   .stem_kernel = 7,
                                                   .stem_stride = 2,
                                                   .stem_pad = 3,
                                                   .pool_kernel = 3,
                                                   .pool_stride = 2,
                                                   .pool_pad = 1};

static const resnet_shape_t resnet34_compact_shape = {.add_block = add_basic_block,
                                                      .convolutions = 2,
                                                      .expansion = 1,
                                                      .blocks = {3, 4, 6, 3},
                                                      .widths = {32, 64, 96, 128},
                                                      .stem_kernel = 3,
                                                      .stem_stride = 1,
                                                      .stem_pad = 1,
                                                      .pool_kernel = 2,
                                                      .pool_stride = 2,
                                                      .pool_pad = 0};

static const net_size_t resnet34_full = {.name = "full",
                                         .cfg = "models/cfg/resnet34.full.cfg",
                                         .weights = NULL,
                                         .dataset = "imagenet",
                                         .profile = "torchvision-v1",
                                         .channels = 3,
                                         .height = 224,
                                         .width = 224,
                                         .classes = 1000,
                                         .shape = &resnet34_full_shape};

static const net_size_t resnet34_compact = {.name = "compact",
                                            .cfg = "models/cfg/resnet34.compact.cfg",
                                            .weights = "models/compact/resnet34.safetensors",
                                            .dataset = "fashion-mnist",
                                            .profile = "fashion-mnist-v1",
                                            .stand_in = true,
                                            .channels = 3,
                                            .height = 28,
                                            .width = 28,
                                            .classes = 10,
                                            .shape = &resnet34_compact_shape};

static const net_size_t *const resnet34_sizes[] = {&resnet34_full, &resnet34_compact, NULL};

const network_t net_resnet34 = {
    .name = "resnet34", .title = "ResNet-34", .family = "resnet", .sizes = resnet34_sizes, .layers = resnet_layers};

static const resnet_shape_t resnet50_full_shape = {.add_block = add_bottleneck,
                                                   .convolutions = 3,
                                                   .expansion = 4,
                                                   .blocks = {3, 4, 6, 3},
                                                   .widths = {64, 128, 256, 512},
                                                   .stem_kernel = 7,
                                                   .stem_stride = 2,
                                                   .stem_pad = 3,
                                                   .pool_kernel = 3,
                                                   .pool_stride = 2,
                                                   .pool_pad = 1};

static const resnet_shape_t resnet50_compact_shape = {.add_block = add_bottleneck,
                                                      .convolutions = 3,
                                                      .expansion = 4,
                                                      .blocks = {3, 4, 6, 3},
                                                      .widths = {32, 32, 64, 64},
                                                      .stem_kernel = 3,
                                                      .stem_stride = 1,
                                                      .stem_pad = 1,
                                                      .pool_kernel = 2,
                                                      .pool_stride = 2,
                                                      .pool_pad = 0};

static const net_size_t resnet50_full = {.name = "full",
                                         .cfg = "models/cfg/resnet50.full.cfg",
                                         .weights = NULL,
                                         .dataset = "imagenet",
                                         .profile = "torchvision-v1",
                                         .channels = 3,
                                         .height = 224,
                                         .width = 224,
                                         .classes = 1000,
                                         .shape = &resnet50_full_shape};

static const net_size_t resnet50_compact = {.name = "compact",
                                            .cfg = "models/cfg/resnet50.compact.cfg",
                                            .weights = "models/compact/resnet50.safetensors",
                                            .dataset = "fashion-mnist",
                                            .profile = "fashion-mnist-v1",
                                            .stand_in = true,
                                            .channels = 3,
                                            .height = 28,
                                            .width = 28,
                                            .classes = 10,
                                            .shape = &resnet50_compact_shape};

static const net_size_t *const resnet50_sizes[] = {&resnet50_full, &resnet50_compact, NULL};

const network_t net_resnet50 = {
    .name = "resnet50", .title = "ResNet-50", .family = "resnet", .sizes = resnet50_sizes, .layers = resnet_layers};
