/* SPDX-License-Identifier: GPL-3.0-or-later */
/* VGG-16 with BatchNorm, as torchvision's vgg16_bn (Simonyan & Zisserman 2014, configuration D).
 *
 * In torchvision's `features` each convolution takes three places (convolution, BatchNorm, ReLU) and each max-pool one,
 * so the numbers in the names count places, not convolutions. The convolutions have biases besides the BatchNorm. The
 * compact size, for 24 x 24 images, has narrower stages; its last two pools are identities that keep their places. */
#include "nets/vgg.h"

#include "base/text.h"
#include "nets/cfg.h"

enum { STAGES = 5, FULLY_CONNECTED = 3 };

typedef struct {
    int64_t convolutions[STAGES];
    int64_t widths[STAGES];
    int64_t pools[STAGES]; /* side and stride of the max-pool that ends a stage; 1: none */
    int64_t hidden;        /* of the classifier */
    bool plain;            /* without BatchNorm: a convolution takes two places */
} vgg_shape_t;

static outcome_t vgg_layers(const net_size_t *size, net_table_t *table)
{
    const vgg_shape_t *shape = size->shape;
    outcome_t result = outcome_ok();
    int64_t c = size->channels, side = size->height, from = NET_OUTSIDE;
    int place = 0;
    for (int stage = 0; stage < STAGES; stage++, place++) {
        for (int64_t i = 0; i < shape->convolutions[stage]; i++, place += shape->plain ? 2 : 3) {
            text_t norm = shape->plain ? text_of("%s", "") : text_of("features.%d", place + 1);
            if (outcome_bad(&result, net_add_conv(table, text_of("features.%d", place).chars, norm.chars,
                                                  shape->widths[stage], c, 3, 1, 1, side, side)))
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

static void vgg_graph(const net_size_t *size, text_builder_t *text)
{
    const vgg_shape_t *shape = size->shape;
    net_cfg_t cfg = net_cfg_start(text, size);
    for (int stage = 0; stage < STAGES; stage++) {
        for (int64_t i = 0; i < shape->convolutions[stage]; i++)
            net_cfg_conv(&cfg, shape->widths[stage], 3, 1, !shape->plain, "relu");
        if (shape->pools[stage] > 1)
            net_cfg_max_pool(&cfg, shape->pools[stage], shape->pools[stage], 0);
    }
    net_cfg_connected(&cfg, shape->hidden, "relu");
    net_cfg_connected(&cfg, shape->hidden, "relu");
    net_cfg_connected(&cfg, size->classes, "linear");
}

static const vgg_shape_t vgg16_full_shape = {
    .convolutions = {2, 2, 3, 3, 3}, .widths = {64, 128, 256, 512, 512}, .pools = {2, 2, 2, 2, 2}, .hidden = 4096};

static const vgg_shape_t vgg16_compact_shape = {
    .convolutions = {2, 2, 3, 3, 3}, .widths = {32, 32, 64, 64, 64}, .pools = {2, 2, 2, 1, 1}, .hidden = 160};

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
                                         .dataset = "glyphs",
                                         .profile = "glyphs-v1",
                                         .stand_in = true,
                                         .channels = 3,
                                         .height = 24,
                                         .width = 24,
                                         .classes = 2965,
                                         .shape = &vgg16_compact_shape};

static const net_size_t *const vgg16_sizes[] = {&vgg16_full, &vgg16_compact, NULL};

const network_t net_vgg16 = {.name = "vgg16",
                             .title = "VGG-16",
                             .family = "vgg",
                             .summary = "13 convolutions of 3 x 3 with BatchNorm, 3 linear layers",
                             .source = "Simonyan and Zisserman, ICLR 2015; torchvision vgg16_bn",
                             .sizes = vgg16_sizes,
                             .layers = vgg_layers,
                             .graph = vgg_graph,
                             .head = "classifier.6",
                             .shape_size = sizeof(vgg_shape_t)};

/* ===  From the tensors  === */

/* Read the stages from the places of `features`: a place more than the convolution, BatchNorm and ReLU before it is the
 * pool between two stages. False when the places are not in this order. */
static bool take_features(const tensor_set_t *set, vgg_shape_t *shape)
{
    const int step = shape->plain ? 2 : 3;
    int place = 0;
    for (int stage = 0; stage < STAGES; stage++, place++) {
        const tensor_t *tensor;
        while ((tensor = net_weight(set, text_of("features.%d", place).chars, 4)) != NULL) {
            const bool first = shape->convolutions[stage]++ == 0;
            if ((!first && tensor->shape[0] != shape->widths[stage]) || tensor->shape[2] != 3)
                return false;
            shape->widths[stage] = tensor->shape[0];
            place += step;
        }
        if (shape->convolutions[stage] == 0)
            return false;
        shape->pools[stage] = 2;
    }
    return net_weight(set, text_of("features.%d", place).chars, 4) == NULL;
}

/* The side of the images: the classifier reads c x side' x side' numbers after five pools that halve. */
static int64_t side_of(const tensor_t *hidden, const vgg_shape_t *shape)
{
    for (int64_t side = 1; side * side * shape->widths[STAGES - 1] <= hidden->shape[1]; side++)
        if (side * side * shape->widths[STAGES - 1] == hidden->shape[1])
            return side << STAGES;
    return 0;
}

static outcome_t recognise(const char *where, const tensor_set_t *set, const net_hints_t *hints, net_made_t *made,
                           bool *found)
{
    const tensor_t *stem = net_weight(set, "features.0", 4), *hidden = net_weight(set, "classifier.0", 2),
                   *second = net_weight(set, "classifier.3", 2), *head = net_weight(set, "classifier.6", 2);
    (void)hints;
    if (stem == NULL || hidden == NULL || second == NULL || head == NULL)
        return outcome_ok();
    vgg_shape_t shape = {.hidden = hidden->shape[0], .plain = tensor_set_find(set, "features.1.running_mean") == NULL};
    const bool regular = take_features(set, &shape) && second->shape[0] == shape.hidden;
    const int64_t side = regular ? side_of(hidden, &shape) : 0;
    if (side == 0)
        return outcome_failed(where, "features, classifier", "another order or other widths of layers",
                              "five stages of 3x3 convolutions, each with one pool, and three linear layers", NULL);
    int64_t depth = 3;
    for (int stage = 0; stage < STAGES; stage++)
        depth += shape.convolutions[stage];
    net_size_t size = vgg16_full;
    size.name = "own";
    size.channels = stem->shape[1];
    size.classes = head->shape[0];
    size.height = size.width = side;
    size.dataset = side == 32 ? "cifar10" : size.dataset;
    size.profile = side == 32 ? "cifar10-stats" : size.profile;
    net_make(made, &net_vgg16, &size, &shape, sizeof shape, text_of("vgg%d%s", (int)depth, shape.plain ? "" : "_bn"));
    *found = true;
    return outcome_ok();
}

const net_family_t net_family_vgg = {.name = "VGG (torchvision)", .recognise = recognise};
