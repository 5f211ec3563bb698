/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the full mode needs. The checkpoints are the ones that the authors' scripts load (yc2367/BitSim at 4448bd3,
 * imagenet/t2c.py and nlp/mrpc_t2c.py, nlp/sst2_t2c.py). Sizes: file lengths published by the hosts; "about" where a host
 * gives rounded megabytes. */
#include "experiments/full.h"

#include "base/text.h"

#include <stddef.h>

static const struct {
    const char *name, *size, *hash, *from;
} needs[] = {
    {"vgg16_bn-6c64b313.pth", "553 MB", "sha256 begins 6c64b313", "download.pytorch.org (torchvision IMAGENET1K_V1)"},
    {"resnet34-b627a593.pth", "87,319,819 bytes", "sha256 begins b627a593",
     "download.pytorch.org (torchvision IMAGENET1K_V1)"},
    {"resnet50-0676ba61.pth", "102,530,333 bytes", "sha256 begins 0676ba61",
     "download.pytorch.org (torchvision IMAGENET1K_V1)"},
    {"vit_small_patch16_224 model.safetensors", "about 88 MB", "revision 5bbc78b",
     "huggingface.co/timm (augreg_in21k_ft_in1k)"},
    {"vit_base_patch16_224 model.safetensors", "about 346 MB", "revision b5b38b8",
     "huggingface.co/timm (augreg_in21k_ft_in1k)"},
    {"bert-base-uncased-mrpc", "about 438 MB", "revision b2d2dd2", "huggingface.co/Intel"},
    {"bert-base-cased-finetuned-sst2", "about 433 MB", "revision 85218b0", "huggingface.co/gchhablani"},
    {"ImageNet-1K validation set", "50,000 JPEGs, about 6.7 GB", "with labels", "image-net.org (an account is needed)"},
    {"GLUE validation sets", "SST-2 872 and MRPC 408 rows, under 1 MB", "TSV", "gluebenchmark.com"},
};

outcome_t full_require(FILE *log)
{
    fprintf(log, "The full mode evaluates the paper's own checkpoints. It will need:\n");
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        fprintf(log, "  %-40s %-41s %-24s %s\n", needs[i].name, needs[i].size, needs[i].hash, needs[i].from);
    fprintf(log,
            "Disk: about 9 GB with the downloads. Time: many hours on a few cores; it has not been measured, because this\n"
            "version does not have the mode yet: importing these checkpoints and reading ImageNet and GLUE are to come.\n");
    return outcome_missing("--full", NULL, "a mode that this version does not have yet", "smoke or the default",
                           "run ./run_all.sh without --full");
}
