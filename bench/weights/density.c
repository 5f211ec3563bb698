/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measured by `bbsbench density`: the rows `total`, means over the layers that read no image, weighted by multiplications.
 * Of a family that has real trained networks at hand, the mean of these; else the mean of this project's stand-ins.
 *
 * An older number for CNNs is 0.56 (44 % of the values that are multiplied are zero, mean of six networks; Albericio et
 * al., Cnvlutin, ISCA 2016, introduction). Those networks have no BatchNorm. */
#include "weights/density.h"

#include "base/text.h"

static const char resnet[] =
    "ResNet-20 0.466 and ResNet-56 0.482, real, 200 test images of CIFAR-10; stand-ins: ResNet-34 0.506, ResNet-50 0.557";
static const char vgg[] = "the stand-in of VGG-16, 8,000 test pictures of the glyphs; no real one was measured";
static const char vit[] =
    "ViT-Tiny 0.946 (182 images of ImageNet) and DeiT-Tiny 0.944 (500 of its validation images), real; "
    "stand-ins: ViT-Small 0.942, ViT-Base 0.925";
static const char bert[] =
    "the stand-ins of BERT, 0.987 each, 1,000 reviews and 1,000 pairs of reviews; no real one was measured";

static const density_t densities[] = {
    {"resnet", 0.474, resnet},           {"vgg", 0.463, vgg}, {"vit", 0.945, vit}, {"bert", 0.987, bert},
    {NULL, 1.0, "nothing known: dense"},
};

const density_t *density_assumed(const char *family)
{
    const density_t *density = densities;
    while (density->family != NULL && !text_equal(density->family, family))
        density++;
    return density;
}
