/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MobileNetV2 (Sandler et al. 2018): inverted residuals. A block widens its input by a 1x1 convolution, filters each
 * channel alone (a depthwise 3x3 convolution, which has the stride), and narrows it by a second 1x1 convolution that no
 * activation follows. All other activations are ReLU6. Input and output of a block are added where their shapes are equal.
 * The first block is not widened.
 *
 * The names are torchvision's (features.2.conv.0.0, classifier.1), and so are the stages, their strides and the order. */
#include "nets/mobilenet.h"

#include "base/text.h"
#include "nets/cfg.h"
#include "nets/recognise.h"

enum { STAGES = 7, LAST = 18 /* features.18, after 17 blocks */, RELU6 = 6 };

/* Table 2 of the paper: t (how many times wider), n (blocks) and s (stride of the first) of each stage. */
static const struct {
    int64_t wider, blocks, stride;
} stages[STAGES] = {{1, 1, 1}, {6, 2, 2}, {6, 3, 2}, {6, 4, 2}, {6, 3, 1}, {6, 3, 2}, {6, 1, 1}};

typedef struct {
    int64_t stem, widths[STAGES], last; /* channels */
} mobilenet_shape_t;

/* The blocks one after the other. */
typedef struct {
    const mobilenet_shape_t *shape;
    int stage;
    int64_t index;                /* in the stage */
    int64_t number;               /* features.NUMBER */
    int64_t c, hidden, k, stride; /* channels of the input, inside, of the output */
    bool widens, adds;
} block_t;

static void settle(block_t *block)
{
    block->k = block->shape->widths[block->stage];
    block->hidden = block->c * stages[block->stage].wider;
    block->stride = block->index == 0 ? stages[block->stage].stride : 1;
    block->widens = stages[block->stage].wider > 1;
    block->adds = block->stride == 1 && block->c == block->k;
}

static block_t first_block(const mobilenet_shape_t *shape)
{
    block_t block = {.shape = shape, .number = 1, .c = shape->stem};
    settle(&block);
    return block;
}

/* False after the last one. */
static bool next_block(block_t *block)
{
    block->c = block->k;
    block->number++;
    if (++block->index == stages[block->stage].blocks) {
        block->index = 0;
        block->stage++;
    }
    if (block->stage == STAGES)
        return false;
    settle(block);
    return true;
}

/* ===  The layers  === */

static outcome_t add_conv(net_table_t *table, text_t name, text_t norm, int64_t k, int64_t c, int64_t kernel,
                          int64_t stride, int64_t side)
{
    const int64_t from = table->count > 0 ? (int64_t)table->count - 1 : NET_OUTSIDE;
    outcome_t result = net_add_conv(table, name.chars, norm.chars, k, c, kernel, stride, kernel / 2, side, side);
    if (outcome_is_ok(&result)) {
        net_wire(table, from, NET_NONE);
        net_set_clip(table, RELU6);
    }
    return result;
}

static outcome_t add_block(net_table_t *table, const block_t *block, int64_t side)
{
    const text_t name = text_of("features.%d.conv", (int)block->number);
    const int64_t from = (int64_t)table->count - 1, inner = (side - 1) / block->stride + 1;
    const int depthwise = block->widens, narrow = depthwise + 1;
    outcome_t result = outcome_ok();
    if (block->widens)
        result = add_conv(table, text_of("%s.0.0", name.chars), text_of("%s.0.1", name.chars), block->hidden, block->c, 1,
                          1, side);
    if (!outcome_is_ok(&result) ||
        outcome_bad(&result, add_conv(table, text_of("%s.%d.0", name.chars, depthwise),
                                      text_of("%s.%d.1", name.chars, depthwise), block->hidden, 1, 3, block->stride, side)))
        return result;
    net_set_groups(table, block->hidden);
    if (outcome_bad(&result, add_conv(table, text_of("%s.%d", name.chars, narrow), text_of("%s.%d", name.chars, narrow + 1),
                                      block->k, block->hidden, 1, 1, inner)))
        return result;
    net_set_clip(table, 0);
    net_wire(table, (int64_t)table->count - 2, block->adds ? from : NET_NONE);
    return result;
}

static outcome_t layers(const net_size_t *size, net_table_t *table)
{
    const mobilenet_shape_t *shape = size->shape;
    int64_t side = (size->height - 1) / 2 + 1;
    block_t block = first_block(shape);
    outcome_t result;
    if (outcome_bad(&result, add_conv(table, text_of("features.0.0"), text_of("features.0.1"), shape->stem, size->channels,
                                      3, 2, size->height)))
        return result;
    do {
        if (outcome_bad(&result, add_block(table, &block, side)))
            return result;
        side = (side - 1) / block.stride + 1;
    } while (next_block(&block));
    if (outcome_bad(&result, add_conv(table, text_of("features.%d.0", LAST), text_of("features.%d.1", LAST), shape->last,
                                      block.c, 1, 1, side)))
        return result;
    return net_add_linear(table, "classifier.1", size->classes, shape->last, 1, true);
}

/* ===  The graph  === */

/* Darknet has no ReLU6: the sections say relu, and the engine clips as the layer table says. */
static void graph(const net_size_t *size, text_builder_t *text)
{
    const mobilenet_shape_t *shape = size->shape;
    net_cfg_t cfg = net_cfg_start(text, size);
    block_t block = first_block(shape);
    net_cfg_conv(&cfg, shape->stem, 3, 2, true, "relu");
    do {
        const int64_t input = cfg.count - 1;
        if (block.widens)
            net_cfg_conv(&cfg, block.hidden, 1, 1, true, "relu");
        net_cfg_depthwise(&cfg, block.hidden, 3, block.stride);
        net_cfg_conv(&cfg, block.k, 1, 1, true, "linear");
        if (block.adds)
            net_cfg_shortcut(&cfg, input, "linear");
    } while (next_block(&block));
    net_cfg_conv(&cfg, shape->last, 1, 1, true, "relu");
    net_cfg_average(&cfg);
    net_cfg_connected(&cfg, size->classes, "linear");
}

/* ===  Size  === */

static const mobilenet_shape_t full_shape = {.stem = 32, .widths = {16, 24, 32, 64, 96, 160, 320}, .last = 1280};

static const net_size_t full = {.name = "full",
                                .dataset = "imagenet",
                                .profile = "torchvision-v1",
                                .channels = 3,
                                .height = 224,
                                .width = 224,
                                .classes = 1000,
                                .shape = &full_shape};

static const net_size_t *const sizes[] = {&full, NULL};

const network_t net_mobilenet_v2 = {.name = "mobilenet_v2",
                                    .title = "MobileNetV2",
                                    .family = "mobilenet",
                                    .summary = "17 inverted residual blocks with depthwise convolutions",
                                    .source = "Sandler et al., CVPR 2018; torchvision mobilenet_v2",
                                    .sizes = sizes,
                                    .layers = layers,
                                    .graph = graph,
                                    .head = "classifier.1",
                                    .shape_size = sizeof(mobilenet_shape_t)};

/* ===  From the tensors  === */

static int64_t width_of(const tensor_set_t *set, const char *name)
{
    const tensor_t *weight = net_weight(set, name, 4);
    return weight != NULL ? weight->shape[0] : 0;
}

/* The widths, from the last convolution of each stage's first block; false when the blocks are others than Table 2's. */
static bool take_widths(const tensor_set_t *set, mobilenet_shape_t *shape)
{
    block_t block = {.number = 1};
    for (int stage = 0; stage < STAGES; stage++) {
        for (int64_t i = 0; i < stages[stage].blocks; i++, block.number++) {
            const text_t name = text_of("features.%d.conv.%d", (int)block.number, stages[stage].wider > 1 ? 2 : 1);
            const int64_t width = width_of(set, name.chars);
            if (width == 0 || (i > 0 && width != shape->widths[stage]))
                return false;
            shape->widths[stage] = width;
        }
    }
    return block.number == LAST;
}

/* Every block is six times as wide inside as its input. */
static bool is_regular(const tensor_set_t *set, const mobilenet_shape_t *shape)
{
    block_t block = first_block(shape);
    do {
        for (int i = 0; i <= block.widens; i++)
            if (width_of(set, text_of("features.%d.conv.%d.0", (int)block.number, i).chars) != block.hidden)
                return false;
    } while (next_block(&block));
    return true;
}

static outcome_t recognise(const char *where, const tensor_set_t *set, const net_hints_t *hints, net_made_t *made,
                           bool *found)
{
    const tensor_t *stem = net_weight(set, "features.0.0", 4), *head = net_weight(set, "classifier.1", 2);
    (void)hints;
    if (stem == NULL || head == NULL || net_weight(set, "features.1.conv.0.0", 4) == NULL)
        return outcome_ok();
    mobilenet_shape_t shape = {.stem = stem->shape[0], .last = width_of(set, text_of("features.%d.0", LAST).chars)};
    if (shape.last == 0 || !take_widths(set, &shape) || !is_regular(set, &shape))
        return outcome_failed(
            where, "features", "other blocks than those of MobileNetV2",
            "17 blocks in seven stages of 1, 2, 3, 4, 3, 3, 1, six times as wide inside from the second on",
            "give the layers to `bbsbench simulate --layers`");
    net_size_t size = full;
    size.name = "own";
    size.channels = stem->shape[1];
    size.classes = head->shape[0];
    const text_t wide = shape.stem == full_shape.stem ? text_of("%s", "") : text_of("_w%d", (int)shape.stem);
    net_make(made, &net_mobilenet_v2, &size, &shape, sizeof shape, text_of("mobilenet_v2%s", wide.chars));
    made->assumed = text_of("images of 224 x 224, strides as torchvision's");
    *found = true;
    return outcome_ok();
}

const net_family_t net_family_mobilenet_v2 = {.name = "MobileNetV2 (torchvision)", .recognise = recognise};
