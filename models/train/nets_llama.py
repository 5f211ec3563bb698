# SPDX-License-Identifier: GPL-3.0-or-later
"""A compact model of the Llama family: Hugging Face's graph and tensor names (LlamaForCausalLM), RMSNorm, rotary positions,
grouped keys and values, SwiGLU, the embedding as its own head."""
import torch
from torch import nn
from torch.nn import functional

BLOCKS, WIDTH, HIDDEN, HEADS, KEY_HEADS, CONTEXT, WORDS = 4, 128, 352, 4, 2, 256, 1024
THETA, EPSILON = 10000.0, 1e-5  # of Llama 1 and 2: rope_theta, rms_norm_eps
HEAD = WIDTH // HEADS


class RMSNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(WIDTH))

    def forward(self, x):
        x = x.float()
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + EPSILON) * self.weight


def linear(inputs, outputs):
    return nn.Linear(inputs, outputs, bias=False)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q_proj, self.o_proj = linear(WIDTH, WIDTH), linear(WIDTH, WIDTH)
        self.k_proj, self.v_proj = linear(WIDTH, KEY_HEADS * HEAD), linear(WIDTH, KEY_HEADS * HEAD)

    def forward(self, x, turn, hidden):
        count, tokens, _ = x.shape
        query = rotate(self.q_proj(x).view(count, tokens, HEADS, HEAD).transpose(1, 2), turn)
        key = rotate(self.k_proj(x).view(count, tokens, KEY_HEADS, HEAD).transpose(1, 2), turn)
        value = self.v_proj(x).view(count, tokens, KEY_HEADS, HEAD).transpose(1, 2)
        key, value = (t.repeat_interleave(HEADS // KEY_HEADS, 1) for t in (key, value))
        share = (query @ key.transpose(-2, -1) / HEAD ** 0.5 + hidden).softmax(-1)
        return self.o_proj((share @ value).transpose(1, 2).reshape(count, tokens, WIDTH))


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate_proj, self.up_proj, self.down_proj = linear(WIDTH, HIDDEN), linear(WIDTH, HIDDEN), linear(HIDDEN, WIDTH)

    def forward(self, x):
        return self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.input_layernorm, self.self_attn = RMSNorm(), Attention()
        self.post_attention_layernorm, self.mlp = RMSNorm(), Mlp()

    def forward(self, x, turn, hidden):
        x = x + self.self_attn(self.input_layernorm(x), turn, hidden)
        return x + self.mlp(self.post_attention_layernorm(x))


def turns(tokens):
    """(cosines, sines) [tokens, HEAD]: feature i is paired with i + HEAD / 2."""
    speeds = THETA ** (-torch.arange(0, HEAD, 2, dtype=torch.float64) / HEAD)
    angles = torch.arange(tokens, dtype=torch.float64)[:, None] * speeds
    return tuple(torch.cat((part, part), -1).float() for part in (angles.cos(), angles.sin()))


def rotate(x, turn):
    a, b = x.chunk(2, -1)
    return x * turn[0] + torch.cat((-b, a), -1) * turn[1]


class Llama(nn.Module):
    """Names begin with "model.", as in Hugging Face's files."""

    def __init__(self):
        super().__init__()
        self.model = nn.Module()
        self.model.embed_tokens = nn.Embedding(WORDS, WIDTH)
        self.model.layers = nn.ModuleList(Block() for _ in range(BLOCKS))
        self.model.norm = RMSNorm()
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:  # what is added to the stream begins smaller, as in GPT-2
                out = name.endswith(("o_proj.weight", "down_proj.weight"))
                nn.init.normal_(parameter, std=0.02 * (2 * BLOCKS) ** -0.5 if out else WIDTH ** -0.5 if "proj" in name else 0.02)

    def forward(self, numbers):
        """numbers [count, tokens] -> logits [count, tokens, WORDS]"""
        tokens = numbers.shape[1]
        kind = torch.bfloat16 if torch.is_autocast_cpu_enabled() else torch.float32
        turn, hidden = [part.to(kind) for part in turns(tokens)], torch.full((tokens, tokens), -1e4, dtype=kind).triu(1)
        x = self.model.embed_tokens(numbers)
        for layer in self.model.layers:
            x = layer(x, turn, hidden)
        return functional.linear(self.model.norm(x), self.model.embed_tokens.weight)
