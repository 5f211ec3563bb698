# SPDX-License-Identifier: GPL-3.0-or-later
"""A compact BERT: Hugging Face's graph and tensor names (BertForSequenceClassification), post-LN layers, erf GELU."""
import torch
from torch import nn
from torch.nn import functional

EPSILON = 1e-12  # Hugging Face's layer_norm_eps
LAYERS, WIDTH, HEADS, HIDDEN, PLACES, WORDS = 4, 128, 4, 512, 128, 4096


class Embeddings(nn.Module):
    def __init__(self):
        super().__init__()
        self.word_embeddings = nn.Embedding(WORDS, WIDTH, padding_idx=0)
        self.position_embeddings = nn.Embedding(PLACES, WIDTH)
        self.token_type_embeddings = nn.Embedding(2, WIDTH)
        self.LayerNorm = nn.LayerNorm(WIDTH, EPSILON)

    def forward(self, numbers, segments):
        places = torch.arange(numbers.shape[1])
        return self.LayerNorm(self.word_embeddings(numbers) + self.position_embeddings(places) + self.token_type_embeddings(segments))


def holder(**modules):
    """A module that only gives its members names."""
    made = nn.Module()
    for name, module in modules.items():
        setattr(made, name, module)
    return made


class Layer(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        self.attention = holder(self=holder(query=nn.Linear(WIDTH, WIDTH), key=nn.Linear(WIDTH, WIDTH), value=nn.Linear(WIDTH, WIDTH)),
                                output=holder(dense=nn.Linear(WIDTH, WIDTH), LayerNorm=nn.LayerNorm(WIDTH, EPSILON)))
        self.intermediate = holder(dense=nn.Linear(WIDTH, HIDDEN))
        self.output = holder(dense=nn.Linear(HIDDEN, WIDTH), LayerNorm=nn.LayerNorm(WIDTH, EPSILON))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask):
        count, tokens, _ = x.shape
        parts = getattr(self.attention, "self")
        query, key, value = (part(x).reshape(count, tokens, HEADS, WIDTH // HEADS).transpose(1, 2)
                             for part in (parts.query, parts.key, parts.value))
        scores = query @ key.transpose(-2, -1) / (WIDTH // HEADS) ** 0.5 + mask
        y = (scores.softmax(-1) @ value).transpose(1, 2).reshape(count, tokens, WIDTH)
        x = self.attention.output.LayerNorm(x + self.dropout(self.attention.output.dense(y)))
        y = self.output.dense(functional.gelu(self.intermediate.dense(x)))
        return self.output.LayerNorm(x + self.dropout(y))


class Bert(nn.Module):
    def __init__(self, dropout=0.1):
        super().__init__()
        self.bert = holder(embeddings=Embeddings(), encoder=holder(layer=nn.ModuleList(Layer(dropout) for _ in range(LAYERS))),
                           pooler=holder(dense=nn.Linear(WIDTH, WIDTH)))
        self.classifier = nn.Linear(WIDTH, 2)
        self.dropout = nn.Dropout(dropout)
        for module in self.modules():
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, std=0.02)
            if isinstance(module, nn.Linear):
                nn.init.zeros_(module.bias)

    def encode(self, numbers, segments):
        """[count, tokens, WIDTH]; padding (number 0) is seen by nobody."""
        mask = torch.where(numbers == 0, -1e4, 0.0)[:, None, None, :]
        x = self.dropout(self.bert.embeddings(numbers, segments))
        for layer in self.bert.encoder.layer:
            x = layer(x, mask)
        return x

    def answer(self, encoded):
        return self.classifier(self.dropout(torch.tanh(self.bert.pooler.dense(encoded[:, 0]))))

    def forward(self, numbers, segments):
        return self.answer(self.encode(numbers, segments))
