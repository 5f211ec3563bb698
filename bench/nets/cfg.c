/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nets/cfg.h"

#include <inttypes.h>

net_cfg_t net_cfg_start(text_builder_t *text, const net_size_t *size)
{
    text_append(text, "[net]\nbatch=1\nsubdivisions=1\nheight=%" PRId64 "\nwidth=%" PRId64 "\nchannels=%" PRId64 "\n",
                size->height, size->width, size->channels);
    return (net_cfg_t){.text = text};
}

void net_cfg_conv(net_cfg_t *cfg, int64_t filters, int64_t kernel, int64_t stride, bool norm, const char *activation)
{
    text_append(cfg->text,
                "\n[convolutional]\nbatch_normalize=%d\nfilters=%" PRId64 "\nsize=%" PRId64 "\nstride=%" PRId64
                "\npad=1\nactivation=%s\n",
                norm, filters, kernel, stride, activation);
    cfg->count++;
}

void net_cfg_depthwise(net_cfg_t *cfg, int64_t channels, int64_t kernel, int64_t stride)
{
    text_append(cfg->text,
                "\n[convolutional]\nbatch_normalize=1\nfilters=%" PRId64 "\ngroups=%" PRId64 "\nsize=%" PRId64
                "\nstride=%" PRId64 "\npad=1\nactivation=relu\n",
                channels, channels, kernel, stride);
    cfg->count++;
}

void net_cfg_max_pool(net_cfg_t *cfg, int64_t kernel, int64_t stride, int64_t padding)
{
    text_append(cfg->text, "\n[maxpool]\nsize=%" PRId64 "\nstride=%" PRId64 "\npadding=%" PRId64 "\n", kernel, stride,
                padding);
    cfg->count++;
}

void net_cfg_average(net_cfg_t *cfg)
{
    text_append(cfg->text, "\n[avgpool]\n");
    cfg->count++;
}

void net_cfg_connected(net_cfg_t *cfg, int64_t outputs, const char *activation)
{
    text_append(cfg->text, "\n[connected]\noutput=%" PRId64 "\nactivation=%s\n", outputs, activation);
    cfg->count++;
}

void net_cfg_route(net_cfg_t *cfg, int64_t section)
{
    text_append(cfg->text, "\n[route]\nlayers=%" PRId64 "\n", section - cfg->count);
    cfg->count++;
}

void net_cfg_shortcut(net_cfg_t *cfg, int64_t section, const char *activation)
{
    text_append(cfg->text, "\n[shortcut]\nfrom=%" PRId64 "\nactivation=%s\n", section - cfg->count, activation);
    cfg->count++;
}

void net_cfg_project(net_cfg_t *cfg, int64_t filters, int64_t stride)
{
    if (stride > 1)
        net_cfg_max_pool(cfg, 1, stride, 0);
    net_cfg_conv(cfg, filters, 1, 1, true, "linear");
}
