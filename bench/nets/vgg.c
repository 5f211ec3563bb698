/* SPDX-License-Identifier: GPL-3.0-or-later */
/* VGG-16 with BatchNorm, as torchvision's vgg16_bn (Simonyan & Zisserman 2014, configuration D).
 *
 * In torchvision's `features` each convolution takes three places (convolution, BatchNorm, ReLU) and each max-pool one,
 * so the numbers in the names count places, not convolutions. The convolutions have biases besides the BatchNorm. The
 * compact size, for 28 x 28 images, has narrower stages; its last two pools are identities that keep their places. */
#include "nets/vgg.h"

#include "base/text.h"

enum { STAGES = 5, FULLY_CONNECTED = 3 };

typedef struct {
    int64_t convolutions[STAGES];
    int64_t widths[STAGES];
    int64_t pools[STAGES]; /* side and stride of the max-pool that ends a stage; 1: none */
    int64_t hidden;        /* of the classifier */
} vgg_shape_t;

static outcome_t vgg_layers(const net_size_t *size, net_table_t *table)
{
    const vgg_shape_t *shape = size->shape;
    outcome_t result = outcome_ok();
    int64_t c = size->channels, side = size->height, from = NET_OUTSIDE;
    int place = 0;
    for (int stage = 0; stage < STAGES; stage++, place++) {
        for (int64_t i = 0; i < shape->convolutions[stage]; i++, place += 3) {
            if (outcome_bad(&result, net_add_conv(table, text_of("features.%d", place).chars,
                                                  text_of("features.%d", place + 1).chars, shape->widths[stage], c, 3, 1, 1,
                                                  side, side)))
                return result;
            table->items[table->count - 1].bias = true;
            net_wire(table, from, NET_NONE);
            from = (int64_t)table->count - 1;
            c = shape->widths[stage];
        }
        if (shape->pools[stage] > 1)
            from = NET_OUTSIDE; /* the next layer reads the pooled map */
        side /= shape->pools[stage];
    }
    from = NET_OUTSIDE; /* the first linear layer reads the flattened map */
    int64_t inputs[FULLY_CONNECTED] = {c * side * side, shape->hidden, shape->hidden};
    int64_t outputs[FULLY_CONNECTED] = {shape->hidden, shape->hidden, size->classes};
    for (int i = 0; i < FULLY_CONNECTED; i++) {
        text_t name = text_of("classifier.%d", 3 * i);
        if (outcome_bad(&result, net_add_linear(table, name.chars, outputs[i], inputs[i], 1, true)))
            return result;
        net_wire(table, from, NET_NONE);
        from = (int64_t)table->count - 1;
    }
    return result;
}

static const vgg_shape_t vgg16_full_shape = {
    .convolutions = {2, 2, 3, 3, 3}, .widths = {64, 128, 256, 512, 512}, .pools = {2, 2, 2, 2, 2}, .hidden = 4096};

static const vgg_shape_t vgg16_compact_shape = {
    .convolutions = {2, 2, 3, 3, 3}, .widths = {32, 64, 96, 128, 128}, .pools = {2, 2, 2, 1, 1}, .hidden = 256};

static const net_size_t vgg16_full = {.name = "full",
                                      .cfg = "models/cfg/vgg16.full.cfg",
                                      .weights = NULL,
                                      .dataset = "imagenet",
                                      .profile = "torchvision-v1",
                                      .channels = 3,
                                      .height = 224,
                                      .width = 224,
                                      .classes = 1000,
                                      .shape = &vgg16_full_shape};

static const net_size_t vgg16_compact = {.name = "compact",
                                         .cfg = "models/cfg/vgg16.compact.cfg",
                                         .weights = "models/compact/vgg16.safetensors",
                                         .dataset = "fashion-mnist",
                                         .profile = "fashion-mnist-v1",
                                         .stand_in = true,
                                         .channels = 3,
                                         .height = 28,
                                         .width = 28,
                                         .classes = 10,
                                         .shape = &vgg16_compact_shape};

static const net_size_t *const vgg16_sizes[] = {&vgg16_full, &vgg16_compact, NULL};

const network_t net_vgg16 = {
    .name = "vgg16", .title = "VGG-16", .family = "vgg", .sizes = vgg16_sizes, .layers = vgg_layers};
