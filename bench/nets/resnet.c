/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ResNets of torchvision: BasicBlock and Bottleneck networks with projection shortcuts (He et al. 2015, Table 1, Fig. 5).
 *
 * The names are torchvision's (conv1, layer2.0.downsample.0, fc), and so is the order: in a block conv1, conv2 (and
 * conv3), then the projection; a Bottleneck has its stride in the 3x3 convolution ("v1.5"). The compact size has
 * narrower stages and a stem for 24 x 24 images; its graph is models/cfg/. */
#include "nets/resnet.h"

#include "base/text.h"
#include "nets/cfg.h"

enum { STAGES = 4 };

typedef struct resnet_shape {
    /* Append one block: `c` input channels on a `side` x `side` plane, stage width `w`, `inner` channels inside. */
    outcome_t (*add_block)(net_table_t *table, const char *block, int64_t w, int64_t inner, int64_t c, int64_t stride,
                           int64_t side);
    int64_t convolutions; /* of a block, without the projection */
    int64_t expansion;    /* output channels of a block / stage width */
    int64_t blocks[STAGES];
    int64_t widths[STAGES];
    int64_t inner[STAGES]; /* Bottleneck: channels of the 3x3 convolution; 0: the width (wide ResNets have more) */
    int64_t stem_kernel, stem_stride, stem_pad;
    int64_t pool_kernel, pool_stride, pool_pad;
} resnet_shape_t;

static int64_t after_window(int64_t size, int64_t kernel, int64_t stride, int64_t pad)
{
    return (size + 2 * pad - kernel) / stride + 1;
}

/* One BasicBlock: two 3x3 convolutions to `k` channels, the stride in the first. */
static outcome_t add_basic_block(net_table_t *table, const char *block, int64_t k, int64_t unused, int64_t c,
                                 int64_t stride, int64_t side)
{
    (void)unused; /* both convolutions have k channels */
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

/* One Bottleneck: 1x1 to `width`, 3x3 with the stride, 1x1 to 4 w. */
static outcome_t add_bottleneck(net_table_t *table, const char *block, int64_t w, int64_t width, int64_t c, int64_t stride,
                                int64_t side)
{
    enum { EXPANSION = 4 };
    int64_t inner = after_window(side, 3, stride, 1);
    outcome_t result;
    if (outcome_bad(&result, net_add_conv(table, text_of("%s.conv1", block).chars, text_of("%s.bn1", block).chars, width, c,
                                          1, 1, 0, side, side)) ||
        outcome_bad(&result, net_add_conv(table, text_of("%s.conv2", block).chars, text_of("%s.bn2", block).chars, width,
                                          width, 3, stride, 1, side, side)) ||
        outcome_bad(&result, net_add_conv(table, text_of("%s.conv3", block).chars, text_of("%s.bn3", block).chars,
                                          EXPANSION * w, width, 1, 1, 0, inner, inner)))
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

static int64_t inner_of(const resnet_shape_t *shape, int stage)
{
    return shape->inner[stage] > 0 ? shape->inner[stage] : shape->widths[stage];
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
            if (outcome_bad(&result, shape->add_block(table, name.chars, shape->widths[stage], inner_of(shape, stage), c,
                                                      stride, side)))
                return result;
            wire_block(table, shape, first, from);
            from = (int64_t)table->count - 1;
            side = after_window(side, 3, stride, 1);
            c = shape->widths[stage] * shape->expansion;
        }
    }
    return net_add_linear(table, "fc", size->classes, c, 1, true);
}

/* ===  The graph  === */

static void add_convolutions(net_cfg_t *cfg, const resnet_shape_t *shape, int stage, int64_t stride)
{
    const int64_t width = shape->widths[stage];
    if (shape->convolutions == 2) {
        net_cfg_conv(cfg, width, 3, stride, true, "relu");
        net_cfg_conv(cfg, width, 3, 1, true, "linear");
        return;
    }
    net_cfg_conv(cfg, inner_of(shape, stage), 1, 1, true, "relu");
    net_cfg_conv(cfg, inner_of(shape, stage), 3, stride, true, "relu");
    net_cfg_conv(cfg, shape->expansion * width, 1, 1, true, "linear");
}

static void resnet_graph(const net_size_t *size, text_builder_t *text)
{
    const resnet_shape_t *shape = size->shape;
    net_cfg_t cfg = net_cfg_start(text, size);
    int64_t c = shape->widths[0];
    net_cfg_conv(&cfg, shape->widths[0], shape->stem_kernel, shape->stem_stride, true, "relu");
    if (shape->pool_kernel > 1)
        net_cfg_max_pool(&cfg, shape->pool_kernel, shape->pool_stride, 2 * shape->pool_pad);
    for (int stage = 0; stage < STAGES; stage++)
        for (int64_t block = 0; block < shape->blocks[stage]; block++) {
            const int64_t stride = stage > 0 && block == 0 ? 2 : 1, outputs = shape->expansion * shape->widths[stage];
            const int64_t input = cfg.count - 1;
            add_convolutions(&cfg, shape, stage, stride);
            const int64_t last = cfg.count - 1;
            if (stride > 1 || c != outputs) {
                net_cfg_route(&cfg, input);
                net_cfg_project(&cfg, outputs, stride);
                net_cfg_shortcut(&cfg, last, "relu");
            } else {
                net_cfg_shortcut(&cfg, input, "relu");
            }
            c = outputs;
        }
    net_cfg_average(&cfg);
    net_cfg_connected(&cfg, size->classes, "linear");
}

/* ===  Sizes  === */

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
                                                      .widths = {32, 32, 64, 64},
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
                                            .dataset = "glyphs",
                                            .profile = "glyphs-v1",
                                            .stand_in = true,
                                            .channels = 3,
                                            .height = 24,
                                            .width = 24,
                                            .classes = 2965,
                                            .shape = &resnet34_compact_shape};

#define RESNET .layers = resnet_layers, .graph = resnet_graph, .head = "fc", .shape_size = sizeof(resnet_shape_t)

static const net_size_t *const resnet34_sizes[] = {&resnet34_full, &resnet34_compact, NULL};

const network_t net_resnet34 = {.name = "resnet34",
                                .title = "ResNet-34",
                                .family = "resnet",
                                .summary = "16 blocks of two convolutions of 3 x 3 in four stages",
                                .source = "He et al., CVPR 2016; torchvision resnet34",
                                .sizes = resnet34_sizes,
                                RESNET};

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
                                                      .widths = {16, 32, 32, 32},
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
                                            .dataset = "glyphs",
                                            .profile = "glyphs-v1",
                                            .stand_in = true,
                                            .channels = 3,
                                            .height = 24,
                                            .width = 24,
                                            .classes = 2965,
                                            .shape = &resnet50_compact_shape};

static const net_size_t *const resnet50_sizes[] = {&resnet50_full, &resnet50_compact, NULL};

const network_t net_resnet50 = {.name = "resnet50",
                                .title = "ResNet-50",
                                .family = "resnet",
                                .summary = "16 bottleneck blocks of three convolutions in four stages",
                                .source = "He et al., CVPR 2016; torchvision resnet50",
                                .sizes = resnet50_sizes,
                                RESNET};

/* ===  From the tensors  === */

/* The blocks and widths of a stage; false when its convolutions have groups. */
static bool take_stage(const tensor_set_t *set, int stage, bool bottleneck, resnet_shape_t *shape)
{
    text_t name = text_of("layer%d", stage + 1);
    const tensor_t *first = net_weight(set, text_of("%s.0.conv1", name.chars).chars, 4);
    const tensor_t *second = net_weight(set, text_of("%s.0.conv2", name.chars).chars, 4);
    const tensor_t *third = net_weight(set, text_of("%s.0.conv3", name.chars).chars, 4);
    shape->blocks[stage] = net_count_blocks(set, name.chars, "conv1");
    if (first == NULL || second == NULL || (bottleneck && third == NULL))
        return false;
    shape->widths[stage] = bottleneck ? third->shape[0] / shape->expansion : second->shape[0];
    shape->inner[stage] = bottleneck ? first->shape[0] : 0;
    return second->shape[1] == first->shape[0];
}

static text_t name_of(const resnet_shape_t *shape)
{
    int64_t depth = 2;
    for (int stage = 0; stage < STAGES; stage++)
        depth += shape->blocks[stage] * shape->convolutions;
    const bool wide = inner_of(shape, 0) != shape->widths[0];
    return text_of("%sresnet%d%s", wide ? "wide_" : "", (int)depth,
                   wide ? text_of("_%d", (int)(inner_of(shape, 0) / shape->widths[0])).chars : "");
}

/* The stem of small pictures: 3 x 3 without a stride, and a max-pool that the shapes do not tell. Three are in use: 2 x 2
 * (this project's compact networks), 3 x 3 with a stride of 2 (torchvision's, kept behind the smaller stem), and none. */
static bool take_small_stem(const net_hints_t *hints, resnet_shape_t *shape, net_size_t *size)
{
    enum { POOL = 2, SIDE = 32 };
    const int64_t pool = hints->pool > 0 ? hints->pool : POOL;
    shape->stem_kernel = 3;
    shape->stem_stride = shape->stem_pad = 1;
    shape->pool_kernel = pool;
    shape->pool_stride = pool > 1 ? 2 : 1;
    shape->pool_pad = pool == 3 ? 1 : 0;
    size->height = size->width = hints->side > 0 ? hints->side : SIDE;
    return pool <= 3;
}

static text_t describe_stem(const net_hints_t *hints, const resnet_shape_t *shape, const net_size_t *size)
{
    const int64_t pool = shape->pool_kernel;
    const text_t pooling = pool > 1
                               ? text_of("a max-pool %d x %d of stride %d", (int)pool, (int)pool, (int)shape->pool_stride)
                               : text_of("no max-pool");
    return text_of("%s: %s behind the stem; %s: pictures of %d x %d", hints->pool > 0 ? "as described" : "assumed",
                   pooling.chars, hints->side > 0 ? "as described" : "assumed", (int)size->height, (int)size->width);
}

/* torchvision's names, four stages. */
static outcome_t recognise(const char *where, const tensor_set_t *set, const net_hints_t *hints, net_made_t *made,
                           bool *found)
{
    const tensor_t *stem = net_weight(set, "conv1", 4), *head = net_weight(set, "fc", 2);
    const bool bottleneck = net_weight(set, "layer1.0.conv3", 4) != NULL;
    if (stem == NULL || head == NULL || net_weight(set, "layer4.0.conv1", 4) == NULL)
        return outcome_ok();
    resnet_shape_t shape = bottleneck ? resnet50_full_shape : resnet34_full_shape;
    net_size_t size = resnet34_full;
    const bool small = stem->shape[2] == 3;
    if (!small && stem->shape[2] != shape.stem_kernel)
        return outcome_failed(where, "tensor conv1.weight",
                              text_of("a stem of %d x %d", (int)stem->shape[2], (int)stem->shape[3]).chars,
                              "7 x 7 or 3 x 3: the stride and the pool of others do not follow from the shapes",
                              "give the layers to `bbsbench simulate --layers`");
    if (small && !take_small_stem(hints, &shape, &size))
        return outcome_failed(where, "stem_pool", text_of("%d", (int)hints->pool).chars, "1 for none, 2 or 3", NULL);
    for (int stage = 0; stage < STAGES; stage++)
        if (!take_stage(set, stage, bottleneck, &shape))
            return outcome_failed(where, text_of("layer%d", stage + 1).chars, "convolutions with groups, or other blocks",
                                  "the blocks of torchvision's ResNets", NULL);
    size.name = "own";
    size.channels = stem->shape[1];
    size.classes = head->shape[0];
    net_make(made, bottleneck ? &net_resnet50 : &net_resnet34, &size, &shape, sizeof shape, name_of(&shape));
    if (small)
        made->assumed = describe_stem(hints, &shape, &size);
    *found = true;
    return outcome_ok();
}

const net_family_t net_family_resnet = {.name = "ResNet (torchvision)", .recognise = recognise};
