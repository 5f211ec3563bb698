# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks as plain functions of torch, under the names of their checkpoints: an oracle that shares no code with
models/train. `w(name, *shape)` gives a tensor; a state dict becomes one by `lookup`."""
import torch
from torch.nn import functional


def lookup(state):
    def find(name, *shape):
        found = state[name].float()
        assert tuple(found.shape) == shape, (name, found.shape, shape)
        return found
    return find


def norm(w, name, x):
    c = x.shape[1]
    return functional.batch_norm(x, w(f"{name}.running_mean", c), w(f"{name}.running_var", c), w(f"{name}.weight", c),
                                 w(f"{name}.bias", c), False, 0.0, 1e-5)


def conv(w, name, bn, x, k, size, stride=1, bias=False):
    y = functional.conv2d(x, w(f"{name}.weight", k, x.shape[1], size, size), w(f"{name}.bias", k) if bias else None, stride,
                          size // 2)
    return norm(w, bn, y)


def linear(w, name, x, k):
    return functional.linear(x, w(f"{name}.weight", k, x.shape[-1]), w(f"{name}.bias", k))


def vgg16(w, x, widths, hidden, classes, pools=(2, 2, 2, 2, 2)):
    number = 0
    for count, width, pool in zip((2, 2, 3, 3, 3), widths, pools):
        for _ in range(count):
            x = torch.relu(conv(w, f"features.{number}", f"features.{number + 1}", x, width, 3, bias=True))
            number += 3
        x = functional.max_pool2d(x, pool)
        number += 1
    x = x.flatten(1)
    for name in ("classifier.0", "classifier.3"):
        x = torch.relu(linear(w, name, x, hidden))
    return linear(w, "classifier.6", x, classes)


def resnet(w, x, blocks, widths, classes, bottleneck=False, stem=(7, 2), pool=(3, 2, 1)):
    x = torch.relu(conv(w, "conv1", "bn1", x, widths[0], *stem))
    x = functional.max_pool2d(x, *pool)
    for stage, (count, width) in enumerate(zip(blocks, widths), 1):
        for block in range(count):
            name, stride = f"layer{stage}.{block}", 2 if stage > 1 and block == 0 else 1
            outputs = 4 * width if bottleneck else width
            if bottleneck:
                y = torch.relu(conv(w, f"{name}.conv1", f"{name}.bn1", x, width, 1))
                y = torch.relu(conv(w, f"{name}.conv2", f"{name}.bn2", y, width, 3, stride))
                y = conv(w, f"{name}.conv3", f"{name}.bn3", y, outputs, 1)
            else:
                y = torch.relu(conv(w, f"{name}.conv1", f"{name}.bn1", x, width, 3, stride))
                y = conv(w, f"{name}.conv2", f"{name}.bn2", y, outputs, 3)
            if stride > 1 or x.shape[1] != outputs:
                x = conv(w, f"{name}.downsample.0", f"{name}.downsample.1", x, outputs, 1, stride)
            x = torch.relu(x + y)
    return linear(w, "fc", x.mean((2, 3)), classes)


def cifar_resnet(w, x, blocks, classes=10):
    """Shortcuts of option A: every second pixel, half of the missing channels in front and half behind."""
    x = torch.relu(conv(w, "conv1", "bn1", x, 16, 3))
    for stage, width in enumerate((16, 32, 64), 1):
        for block in range(blocks):
            name, stride = f"layer{stage}.{block}", 2 if stage > 1 and block == 0 else 1
            y = torch.relu(conv(w, f"{name}.conv1", f"{name}.bn1", x, width, 3, stride))
            y = conv(w, f"{name}.conv2", f"{name}.bn2", y, width, 3)
            if stride > 1:
                missing = (width - x.shape[1]) // 2
                x = functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, missing, missing))
            x = torch.relu(x + y)
    return linear(w, "linear", x.mean((2, 3)), classes)


def attention(query, key, value, heads, tokens):
    """Of the samples among the rows, each of `tokens` rows; a sample sees itself only."""
    width = query.shape[-1]
    parts = [t.reshape(-1, tokens, heads, width // heads).transpose(1, 2) for t in (query, key, value)]
    scores = parts[0] @ parts[1].transpose(2, 3) / (width // heads) ** 0.5
    return (scores.softmax(-1) @ parts[2]).transpose(1, 2).reshape(-1, width)


def layer_norm(w, name, x, epsilon):
    d = int(x.shape[-1])
    return functional.layer_norm(x, (d,), w(f"{name}.weight", d), w(f"{name}.bias", d), epsilon)


def vit(w, x, width, heads, blocks, patch, classes, hidden=None, epsilon=1e-6):
    hidden = hidden or 4 * width
    x = functional.conv2d(x, w("patch_embed.proj.weight", width, x.shape[1], patch, patch), w("patch_embed.proj.bias", width),
                          patch).flatten(2).transpose(1, 2)
    tokens = int(x.shape[1]) + 1
    places = w("pos_embed", 1, tokens, width)
    first = w("cls_token", 1, 1, width) + places[:, :1]  # of every sample: rows of zeros make room for it
    x = (functional.pad(x, (0, 0, 1, 0)) + torch.cat([first, places[:, 1:]], 1)).reshape(-1, width)  # rows of all samples
    for block in range(blocks):
        name = f"blocks.{block}"
        query, key, value = linear(w, f"{name}.attn.qkv", layer_norm(w, f"{name}.norm1", x, epsilon), 3 * width).chunk(3, -1)
        x = x + linear(w, f"{name}.attn.proj", attention(query, key, value, heads, tokens), width)
        y = functional.gelu(linear(w, f"{name}.mlp.fc1", layer_norm(w, f"{name}.norm2", x, epsilon), hidden))
        x = x + linear(w, f"{name}.mlp.fc2", y, width)
    return linear(w, "head", layer_norm(w, "norm", x.reshape(-1, tokens, width)[:, 0], epsilon), classes)


def bert(w, numbers, segments, words, places, width, heads, layers, classes=2, hidden=None, epsilon=1e-12):
    """Of one text [tokens], or of texts of equal length [texts, tokens]."""
    hidden, tables, tokens = hidden or 4 * width, "bert.embeddings", int(numbers.shape[-1])
    x = (w(f"{tables}.word_embeddings.weight", words, width)[numbers]
         + w(f"{tables}.position_embeddings.weight", places, width)[:tokens]
         + w(f"{tables}.token_type_embeddings.weight", 2, width)[segments]).reshape(-1, width)  # the rows of all texts
    x = layer_norm(w, f"{tables}.LayerNorm", x, epsilon)
    for layer in range(layers):
        name = f"bert.encoder.layer.{layer}"
        parts = [linear(w, f"{name}.attention.self.{part}", x, width) for part in ("query", "key", "value")]
        y = linear(w, f"{name}.attention.output.dense", attention(*parts, heads, tokens), width)
        x = layer_norm(w, f"{name}.attention.output.LayerNorm", x + y, epsilon)
        y = functional.gelu(linear(w, f"{name}.intermediate.dense", x, hidden))
        x = layer_norm(w, f"{name}.output.LayerNorm", x + linear(w, f"{name}.output.dense", y, width), epsilon)
    pooled = torch.tanh(linear(w, "bert.pooler.dense", x.reshape(-1, tokens, width)[:, 0], width))
    return linear(w, "classifier", pooled, classes)
