/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/profile.h"

#include "base/registry.h"

#include <stddef.h>

static const profile_t fashion_mnist_v1 = {
    .name = "fashion-mnist-v1",
    .source = "mean and standard deviation of the 60,000 training images; models/train/data.py",
    .mean = {0.2860F, 0.2860F, 0.2860F},
    .std = {0.3530F, 0.3530F, 0.3530F},
};

static const profile_t glyphs_v1 = {
    .name = "glyphs-v1",
    .source = "mean and standard deviation of 20,000 disturbed training pictures, two decimals; models/train/glyphs.py",
    .mean = {0.21F, 0.21F, 0.21F},
    .std = {0.32F, 0.32F, 0.32F},
};

static const profile_t wordpiece_uncased = {
    .name = "wordpiece-uncased",
    .source = "Devlin et al. 2018, tokenization.py with do_lower_case; bert-base-uncased",
    .text = &(const profile_text_t){.lower_case = true},
};

static const profile_t wordpiece_cased = {
    .name = "wordpiece-cased",
    .source = "Devlin et al. 2018, tokenization.py without do_lower_case; bert-base-cased",
    .text = &(const profile_text_t){.lower_case = false},
};

static const profile_t cifar10_imagenet_stats = {
    .name = "cifar10-imagenet-stats",
    .source = "akamaster/pytorch_resnet_cifar10, trainer.py: ImageNet's mean and standard deviation on CIFAR-10",
    .mean = {0.485F, 0.456F, 0.406F},
    .std = {0.229F, 0.224F, 0.225F},
};

static const profile_t cifar10_stats = {
    .name = "cifar10-stats",
    .source = "kuangliu/pytorch-cifar, main.py, and chenyaofo/pytorch-cifar-models: mean and deviation of CIFAR-10",
    .mean = {0.4914F, 0.4822F, 0.4465F},
    .std = {0.2023F, 0.1994F, 0.2010F},
};

static const profile_picture_t bilinear_256 = {.resize = 256, .crop = 224, .filter = RESIZE_BILINEAR};
static const profile_picture_t bicubic_248 = {.resize = 248, .crop = 224, .filter = RESIZE_BICUBIC};

static const profile_t torchvision_v1 = {
    .name = "torchvision-v1",
    .source = "torchvision, IMAGENET1K_V1 weights: ImageClassification(crop_size=224), resize 256, bilinear",
    .picture = &bilinear_256,
    .mean = {0.485F, 0.456F, 0.406F},
    .std = {0.229F, 0.224F, 0.225F},
};

static const profile_t timm_bicubic = {
    .name = "timm-bicubic",
    .source = "timm, vit_*_patch16_224.augreg: crop_pct 0.9 (224 / 0.9 = 248), bicubic, mean and std 0.5",
    .picture = &bicubic_248,
    .mean = {0.5F, 0.5F, 0.5F},
    .std = {0.5F, 0.5F, 0.5F},
};

static const profile_picture_t bilinear_232 = {.resize = 232, .crop = 224, .filter = RESIZE_BILINEAR};
static const profile_picture_t bicubic_256 = {.resize = 256, .crop = 224, .filter = RESIZE_BICUBIC};

static const profile_t torchvision_v2 = {
    .name = "torchvision-v2",
    .source =
        "torchvision, IMAGENET1K_V2 weights of ResNets: ImageClassification(crop_size=224, resize_size=232), bilinear",
    .picture = &bilinear_232,
    .mean = {0.485F, 0.456F, 0.406F},
    .std = {0.229F, 0.224F, 0.225F},
};

static const profile_t timm_imagenet = {
    .name = "timm-imagenet",
    .source = "timm, DeiT: crop_pct 0.9 (224 / 0.9 = 248), bicubic, mean and std of ImageNet",
    .picture = &bicubic_248,
    .mean = {0.485F, 0.456F, 0.406F},
    .std = {0.229F, 0.224F, 0.225F},
};

static const profile_t deit = {
    .name = "deit",
    .source = "facebookresearch/deit, datasets.py: Resize(256) bicubic, CenterCrop(224), mean and std of ImageNet",
    .picture = &bicubic_256,
    .mean = {0.485F, 0.456F, 0.406F},
    .std = {0.229F, 0.224F, 0.225F},
};

static const profile_t bbs_authors = {
    .name = "bbs-authors",
    .source = "the authors' loader at 4448bd3 (src/utils/get_data.py): Resize(256), bilinear, mean and std 0.5 for ViTs",
    .picture = &bilinear_256,
    .mean = {0.5F, 0.5F, 0.5F},
    .std = {0.5F, 0.5F, 0.5F},
};

/* One line adds a profile. */
static const profile_t *const registry[] = {
    &torchvision_v1,    &torchvision_v2,         &timm_bicubic,  &timm_imagenet,    &deit,
    &bbs_authors,       &cifar10_imagenet_stats, &cifar10_stats, &fashion_mnist_v1, &glyphs_v1,
    &wordpiece_uncased, &wordpiece_cased,        NULL,
};

outcome_t profile_find(const char *name, const profile_t **profile)
{
    static const registry_t profiles = {.where = "preprocessing", .what = "profile", .tables = {registry}};
    return registry_find(&profiles, name, profile);
}

static bool same_colours(const profile_t *a, const profile_t *b)
{
    for (int i = 0; i < 3; i++)
        if (a->mean[i] < b->mean[i] || a->mean[i] > b->mean[i] || a->std[i] < b->std[i] || a->std[i] > b->std[i])
            return false;
    return true;
}

static bool same_picture(const profile_picture_t *a, const profile_picture_t *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return a->resize == b->resize && a->crop == b->crop && a->filter == b->filter;
}

const profile_t *profile_like(const profile_t *profile)
{
    for (const profile_t *const *known = registry; *known != NULL; known++)
        if ((*known)->text == NULL && same_picture((*known)->picture, profile->picture) && same_colours(*known, profile))
            return *known;
    return NULL;
}

const profile_t *profile_of_colours(const profile_t *profile)
{
    for (const profile_t *const *known = registry; *known != NULL; known++)
        if ((*known)->text == NULL && same_colours(*known, profile))
            return *known;
    return NULL;
}

text_t profile_words(const profile_t *profile)
{
    if (profile->text != NULL)
        return text_of("%s", profile->text->lower_case ? "small letters without accents" : "letters as they are");
    const profile_picture_t *picture = profile->picture;
    text_t sizes = picture == NULL
                       ? text_of("%s", "")
                       : text_of("resize %d (%s), crop %d, ", (int)picture->resize,
                                 picture->filter == RESIZE_BICUBIC ? "bicubic" : "bilinear", (int)picture->crop);
    return text_of("%smean %g %g %g, std %g %g %g", sizes.chars, (double)profile->mean[0], (double)profile->mean[1],
                   (double)profile->mean[2], (double)profile->std[0], (double)profile->std[1], (double)profile->std[2]);
}

/* The bytes of one channel lie `stride` apart. */
static void apply_plane(const profile_t *profile, int channel, const uint8_t *plane, int64_t stride, int64_t pixels,
                        float *values)
{
    for (int64_t i = 0; i < pixels; i++)
        values[i] = ((float)plane[i * stride] / 255.0F - profile->mean[channel]) / profile->std[channel];
}

void profile_apply_grey(const profile_t *profile, const uint8_t *image, int64_t pixels, float *values)
{
    for (int channel = 0; channel < 3; channel++)
        apply_plane(profile, channel, image, 1, pixels, values + channel * pixels);
}

void profile_apply_planes(const profile_t *profile, const uint8_t *image, int64_t pixels, float *values)
{
    for (int channel = 0; channel < 3; channel++)
        apply_plane(profile, channel, image + channel * pixels, 1, pixels, values + channel * pixels);
}

void profile_apply_pixels(const profile_t *profile, const uint8_t *image, int64_t pixels, float *values)
{
    for (int channel = 0; channel < 3; channel++)
        apply_plane(profile, channel, image + channel, 3, pixels, values + channel * pixels);
}
