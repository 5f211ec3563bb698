# SPDX-License-Identifier: GPL-3.0-or-later
"""Compact vision transformers: timm's graph and tensor names, pre-LN blocks, erf GELU, a class token."""
import torch
from torch import nn
from torch.nn import functional

EPSILON = 1e-6  # of timm's LayerNorm
UNDECAYED = ("cls_token", "pos_embed")


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        count, tokens, width = x.shape
        query, key, value = self.qkv(x).reshape(count, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        scores = (query @ key.transpose(-2, -1)) * (width // self.heads) ** -0.5
        x = (scores.softmax(-1) @ value).transpose(1, 2).reshape(count, tokens, width)
        return self.proj(x)


class MLP(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x):
        return self.fc2(functional.gelu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, EPSILON)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, EPSILON)
        self.mlp = MLP(width, 4 * width)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class PatchEmbed(nn.Module):
    def __init__(self, width, patch):
        super().__init__()
        self.proj = nn.Conv2d(3, width, patch, patch)

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)


class ViT(nn.Module):
    """In training every image keeps only `kept` of its patches, chosen at random (PatchDropout, Liu et al. 2022): a
    regulariser that also makes an epoch shorter. In evaluation all are there."""

    def __init__(self, width, heads, blocks, patch, side, classes, kept=1.0):
        super().__init__()
        self.kept = kept
        patches = (side // patch) ** 2
        self.patch_embed = PatchEmbed(width, patch)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.randn(1, patches + 1, width) * 0.02)
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(blocks)))
        self.norm = nn.LayerNorm(width, EPSILON)
        self.head = nn.Linear(width, classes)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.trunc_normal_(module.weight, std=0.02)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        x = self.patch_embed(x) + self.pos_embed[:, 1:]
        if self.training and self.kept < 1:
            order = torch.rand(x.shape[:2]).argsort(1)[:, :int(x.shape[1] * self.kept)]
            x = x.gather(1, order[:, :, None].expand(-1, -1, x.shape[2]))
        x = torch.cat([(self.cls_token + self.pos_embed[:, :1]).expand(len(x), -1, -1), x], 1)
        return self.head(self.norm(self.blocks(x))[:, 0])


def widened(state, seed):
    """A ViT of twice the width and twice the heads that computes the same function (Net2Net, Chen et al. 2016).

    Every channel, hidden unit and head is there twice, so LayerNorm's mean and variance stay. A linear layer reads both
    copies through W/2 + N and W/2 - N: N, as large as W/2, cancels at first and lets the copies part as training goes on.
    """
    generator = torch.Generator().manual_seed(seed)

    def twice(tensor, parts=1, dim=0):
        return torch.cat([torch.cat([part, part], dim) for part in tensor.chunk(parts, dim)], dim)

    grown = {}
    for name, tensor in state.items():
        tensor = tensor.float()
        if name in UNDECAYED:
            grown[name] = twice(tensor, dim=2)
            continue
        if name != "head.bias" and name != "head.weight":
            tensor = twice(tensor, 3 if ".qkv." in name else 1)
        if tensor.ndim == 2:
            noise = torch.randn(tensor.shape, generator=generator) * tensor.square().mean().sqrt() / 2
            tensor = torch.cat([tensor / 2 + noise, tensor / 2 - noise], 1)
        grown[name] = tensor
    return grown


KEPT = 0.5


def vit_small(size):
    return ViT(384, 6, 12, 16, 224, 1000) if size == "full" else ViT(96, 3, 12, 4, 28, 10, KEPT)


def vit_base(size):
    return ViT(768, 12, 12, 16, 224, 1000) if size == "full" else ViT(192, 6, 12, 4, 28, 10, KEPT)


NETS = {"vit_small": vit_small, "vit_base": vit_base}
