"""The authors' forward passes, written a second time, to hold the towers and the packs against.

Plain functions over a checkpoint's own tensors, in float64, with the adapters left where they are and
attention spelled out. They share no code with the towers. Random checkpoints of any size are made here
too: same names and shapes as the published files, weights large enough that every part matters.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

State = dict[str, Tensor]

OLD_NAMES = {"base_image_encoder": "lora_vit", "base_dna_encoder": "lora_barcode_bert"} | {
    "base_language_encoder": "lora_bert"
}


# Building blocks


def unit(x: Tensor) -> Tensor:
    return x / x.square().sum(-1, keepdim=True).sqrt()


def gelu(x: Tensor) -> Tensor:
    return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))


def norm(state: State, name: str, x: Tensor, eps: float) -> Tensor:
    centred = x - x.mean(-1, keepdim=True)
    scaled = centred / (centred.square().mean(-1, keepdim=True) + eps).sqrt()
    return scaled * state[f"{name}.weight"] + state[f"{name}.bias"]


def linear(state: State, name: str, x: Tensor) -> Tensor:
    """W x + b, and the adapter where there is one (CLIBD's BERTs of the first generation)."""
    if f"{name}.w.weight" in state:
        update = x @ state[f"{name}.w_a.weight"].T @ state[f"{name}.w_b.weight"].T
        return linear(state, f"{name}.w", x) + update
    return x @ state[f"{name}.weight"].T + state[f"{name}.bias"]


def attention(q: Tensor, k: Tensor, v: Tensor, heads: int, closed: Tensor | None = None) -> Tensor:
    """`closed` (n or 1, t or 1, t) is True where a query must not look."""
    outs = []
    for q1, k1, v1 in zip(*(x.chunk(heads, dim=-1) for x in (q, k, v)), strict=True):
        scores = torch.einsum("nqd,nkd->nqk", q1, k1) / math.sqrt(q1.shape[-1])
        if closed is not None:
            scores = scores.masked_fill(closed, -1e30)
        weights = (scores - scores.amax(-1, keepdim=True)).exp()
        outs.append(torch.einsum("nqk,nkd->nqd", weights / weights.sum(-1, keepdim=True), v1))
    return torch.cat(outs, -1)


def patches(weight: Tensor, bias: Tensor | None, pixels: Tensor) -> Tensor:
    """A convolution whose stride is its size, as a product with cut-out patches."""
    side = weight.shape[-1]
    cut = pixels.unfold(2, side, side).unfold(3, side, side)  # (n, 3, rows, columns, side, side)
    flat = cut.permute(0, 2, 3, 1, 4, 5).flatten(3).flatten(1, 2)
    out = flat @ weight.flatten(1).T
    return out if bias is None else out + bias


# Networks


def doubles(state: Mapping[str, Tensor], prefix: str = "") -> State:
    return {name.removeprefix(prefix): t.double() for name, t in state.items() if name.startswith(prefix)}


def vit(state: State, pixels: Tensor, heads: int) -> Tensor:
    x = patches(state["patch_embed.proj.weight"], state["patch_embed.proj.bias"], pixels.double())
    x = torch.cat([state["cls_token"].expand(len(x), 1, -1), x], 1) + state["pos_embed"]
    for i in itertools.count():
        b = f"blocks.{i}"
        if f"{b}.norm1.weight" not in state:
            break
        y = norm(state, f"{b}.norm1", x, 1e-6)
        if f"{b}.attn.qkv.qkv.weight" in state:
            q, k, v = linear(state, f"{b}.attn.qkv.qkv", y).chunk(3, -1)
            a = {p: state[f"{b}.attn.qkv.linear_a_{p}.weight"] for p in "qv"}
            w = {p: state[f"{b}.attn.qkv.linear_b_{p}.weight"] for p in "qv"}
            q, v = q + (y @ a["q"].T) @ w["q"].T, v + (y @ a["v"].T) @ w["v"].T
        else:
            q, k, v = linear(state, f"{b}.attn.qkv", y).chunk(3, -1)
        x = x + linear(state, f"{b}.attn.proj", attention(q, k, v, heads))
        y = norm(state, f"{b}.norm2", x, 1e-6)
        x = x + linear(state, f"{b}.mlp.fc2", gelu(linear(state, f"{b}.mlp.fc1", y)))
    return unit(linear(state, "head", norm(state, "norm", x, 1e-6)[:, 0]))


def bert(state: State, ids: Tensor, heads: int, mask: Tensor | None = None) -> Tensor:
    e = "embeddings"
    x = state[f"{e}.word_embeddings.weight"][ids]
    x = x + state[f"{e}.position_embeddings.weight"][torch.arange(ids.shape[1])]
    x = norm(state, f"{e}.LayerNorm", x + state[f"{e}.token_type_embeddings.weight"][0], 1e-12)
    closed = None if mask is None else (mask == 0)[:, None, :]
    for i in itertools.count():
        b = f"encoder.layer.{i}"
        if f"{b}.output.dense.weight" not in state:
            break
        q, k, v = (linear(state, f"{b}.attention.self.{part}", x) for part in ("query", "key", "value"))
        y = linear(state, f"{b}.attention.output.dense", attention(q, k, v, heads, closed))
        x = norm(state, f"{b}.attention.output.LayerNorm", x + y, 1e-12)
        y = linear(state, f"{b}.output.dense", gelu(linear(state, f"{b}.intermediate.dense", x)))
        x = norm(state, f"{b}.output.LayerNorm", x + y, 1e-12)
    return x


def modern(state: Mapping[str, Tensor]) -> State:
    """CLIBD's names of the second generation, in float64."""
    new = {}
    for name, tensor in state.items():
        name = name.removeprefix("module.")
        for recent, old in OLD_NAMES.items():
            name = name.replace(f".{old}.", f".{recent}.")
        new[name] = tensor.double()
    return new


def clibd_image(state: Mapping[str, Tensor], pixels: Tensor, heads: int) -> Tensor:
    return vit(doubles(modern(state), "image_encoder.base_image_encoder."), pixels, heads)


def clibd_dna(state: Mapping[str, Tensor], ids: Tensor, heads: int, pooling: str = "softmax_mean") -> Tensor:
    own = doubles(modern(state), "dna_encoder.base_dna_encoder.")
    x = bert(doubles(own, "bert."), ids, heads)
    if pooling == "cls_token":
        return unit(x[:, 0])
    if pooling == "hidden_state_mean":
        return unit(x.mean(1))
    y = norm(own, "cls.predictions.transform.LayerNorm", gelu(
        linear(own, "cls.predictions.transform.dense", x)), 1e-12)  # fmt: skip
    logits = linear(own, "cls.predictions.decoder", y)
    if pooling == "softmax_mean":
        logits = logits.exp() / logits.exp().sum(-1, keepdim=True)
    return unit(logits.mean(1))


def clibd_text(state: Mapping[str, Tensor], ids: Tensor, mask: Tensor, heads: int) -> Tensor:
    own = doubles(modern(state), "language_encoder.")
    x = bert(doubles(own, "base_language_encoder."), ids, heads, mask)
    return unit(linear(own, "proj", x.mean(1)))


def clibd_tokens(sequence: str) -> list[int]:
    """CLIBD's pipeline, by looking every 5-mer up in a list of all."""
    vocabulary = {"".join(kmer): i for i, kmer in enumerate(itertools.product("ACGT", repeat=5), start=3)}
    padded = (sequence + "N" * 660)[:660]
    return [0, *(vocabulary.get(padded[i : i + 5], 2) for i in range(0, 660, 5))]


def barcodebert_tokens(sequence: str, k: int = 4) -> tuple[list[int], list[int]]:
    """BarcodeBERT's ids, and its mask by length."""
    vocabulary = {"".join(kmer): i for i, kmer in enumerate(itertools.product("ACGT", repeat=k), start=2)}
    padded = (sequence + "N" * 660)[:660]
    ids = [vocabulary.get(padded[i : i + k], 1) for i in range(0, 660 - k + 1, k)]
    full = min(len(sequence) // k, len(ids))
    return ids, [1] * full + [0] * (len(ids) - full)


def barcodebert(state: Mapping[str, Tensor], ids: Tensor, mask: Tensor | None, heads: int) -> Tensor:
    x = bert(doubles(state, "bert."), ids, heads, mask)
    if mask is None:
        return unit(x.mean(1))
    return unit((x * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True))


def _clip_blocks(state: State, x: Tensor, heads: int, quick: bool, closed: Tensor | None) -> Tensor:
    for i in itertools.count():
        b = f"transformer.resblocks.{i}"
        if f"{b}.ln_1.weight" not in state:
            break
        y = norm(state, f"{b}.ln_1", x, 1e-5)
        q, k, v = (y @ state[f"{b}.attn.in_proj_weight"].T + state[f"{b}.attn.in_proj_bias"]).chunk(3, -1)
        x = x + linear(state, f"{b}.attn.out_proj", attention(q, k, v, heads, closed))
        y = linear(state, f"{b}.mlp.c_fc", norm(state, f"{b}.ln_2", x, 1e-5))
        y = y / (1 + (-1.702 * y).exp()) if quick else gelu(y)
        x = x + linear(state, f"{b}.mlp.c_proj", y)
    return x


def clip_image(state: Mapping[str, Tensor], pixels: Tensor, heads: int, quick: bool) -> Tensor:
    own = doubles(state, "visual.")
    x = patches(own["conv1.weight"], None, pixels.double())
    x = torch.cat([own["class_embedding"].expand(len(x), 1, -1), x], 1) + own["positional_embedding"]
    x = _clip_blocks(own, norm(own, "ln_pre", x, 1e-5), heads, quick, None)
    return unit(norm(own, "ln_post", x[:, 0], 1e-5) @ own["proj"])


def clip_text(state: Mapping[str, Tensor], ids: Tensor, heads: int, quick: bool) -> Tensor:
    own = doubles(state)
    x = own["token_embedding.weight"][ids] + own["positional_embedding"]
    future = torch.ones(1, ids.shape[1], ids.shape[1], dtype=torch.bool).triu(1)
    x = norm(own, "ln_final", _clip_blocks(own, x, heads, quick, future), 1e-5)
    return unit(x[torch.arange(len(ids)), ids.argmax(1)] @ own["text_projection"])


# Random checkpoints


def _fill(shapes: Mapping[str, tuple[int, ...]], seed: int) -> State:
    generator = torch.Generator().manual_seed(seed)
    state = {}
    for name, shape in shapes.items():
        values = torch.randn(shape, generator=generator)
        if ("norm" in name.lower() or ".ln_" in f".{name}") and name.endswith("weight"):
            values = 1 + 0.1 * values
        elif name.endswith("bias"):
            values = 0.1 * values
        elif len(shape) == 2 and "embedding" not in name:
            values = 1.5 * values / math.sqrt(shape[1])
        elif len(shape) == 4:
            values = values / math.sqrt(shape[1] * shape[2] * shape[3])
        state[name] = values
    return state


def _layer(name: str, out: int, width: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (out, width), f"{name}.bias": (out,)}


def _norm(name: str, width: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def vit_shapes(
    p: str, image: int, patch: int, width: int, depth: int, dim: int, lora: int = 4
) -> dict[str, Any]:
    shapes = {
        f"{p}cls_token": (1, 1, width),
        f"{p}pos_embed": (1, (image // patch) ** 2 + 1, width),
        f"{p}patch_embed.proj.weight": (width, 3, patch, patch),
        f"{p}patch_embed.proj.bias": (width,),
    }
    for i in range(depth):
        b = f"{p}blocks.{i}"
        shapes |= _norm(f"{b}.norm1", width) | _norm(f"{b}.norm2", width)
        if lora:
            shapes |= _layer(f"{b}.attn.qkv.qkv", 3 * width, width)
            shapes |= {f"{b}.attn.qkv.linear_a_{x}.weight": (lora, width) for x in "qv"}
            shapes |= {f"{b}.attn.qkv.linear_b_{x}.weight": (width, lora) for x in "qv"}
        else:
            shapes |= _layer(f"{b}.attn.qkv", 3 * width, width)
        shapes |= _layer(f"{b}.attn.proj", width, width)
        shapes |= _layer(f"{b}.mlp.fc1", 4 * width, width) | _layer(f"{b}.mlp.fc2", width, 4 * width)
    return shapes | _norm(f"{p}norm", width) | _layer(f"{p}head", dim, width)


def bert_shapes(
    p: str, vocabulary: int, width: int, depth: int, positions: int, lora: int = 0
) -> dict[str, Any]:
    e = f"{p}embeddings"
    shapes: dict[str, Any] = {
        f"{e}.word_embeddings.weight": (vocabulary, width),
        f"{e}.position_embeddings.weight": (positions, width),
        f"{e}.token_type_embeddings.weight": (2, width),
    } | _norm(f"{e}.LayerNorm", width)
    for i in range(depth):
        b = f"{p}encoder.layer.{i}"
        for part in ("query", "key", "value"):
            name = f"{b}.attention.self.{part}"
            if lora and part != "key":
                shapes |= _layer(f"{name}.w", width, width)
                shapes |= {f"{name}.w_a.weight": (lora, width), f"{name}.w_b.weight": (width, lora)}
            else:
                shapes |= _layer(name, width, width)
        shapes |= _layer(f"{b}.attention.output.dense", width, width)
        shapes |= _norm(f"{b}.attention.output.LayerNorm", width) | _norm(f"{b}.output.LayerNorm", width)
        shapes |= _layer(f"{b}.intermediate.dense", 4 * width, width)
        shapes |= _layer(f"{b}.output.dense", width, 4 * width)
    return shapes


def clibd_checkpoint(
    towers: str = "idt",
    generation: str = "new",
    width: int = 64,
    text_width: int = 64,
    depth: int = 2,
    text_depth: int = 2,
    image: int = 28,
    patch: int = 7,
    words: int = 50,
    seed: int = 0,
) -> State:
    """A CLIBD checkpoint; `generation` is `new`, `old` (old names) or `lora` (adapters in the BERTs too)."""
    lora = 4 if generation == "lora" else 0
    shapes: dict[str, Any] = {"logit_scale": ()}
    if "i" in towers:
        shapes |= vit_shapes("image_encoder.base_image_encoder.", image, patch, width, depth, width)
    if "d" in towers:
        p = "dna_encoder.base_dna_encoder."
        shapes |= bert_shapes(f"{p}bert.", 1027, width, depth, 512, lora)
        shapes |= {f"{p}cls.predictions.bias": (1027,)}
        shapes |= _layer(f"{p}cls.predictions.transform.dense", width, width)
        shapes |= _norm(f"{p}cls.predictions.transform.LayerNorm", width)
        shapes |= _layer(f"{p}cls.predictions.decoder", width, width)
    if "t" in towers:
        p = "language_encoder.base_language_encoder."
        shapes |= bert_shapes(p, words, text_width, text_depth, 512, lora)
        shapes |= _layer(f"{p}pooler.dense", text_width, text_width)
        shapes |= _layer("language_encoder.proj", width, text_width)
    state = _fill(shapes, seed)
    if generation != "new":
        for p in ("dna_encoder.base_dna_encoder.bert.", "language_encoder.base_language_encoder."):
            if any(name.startswith(p) for name in state):
                state[f"{p}embeddings.position_ids"] = torch.arange(512)[None]
        for recent, old in OLD_NAMES.items():
            state = {name.replace(recent, old): tensor for name, tensor in state.items()}
    return state


def barcodebert_checkpoint(
    vocabulary: int = 258, width: int = 64, depth: int = 2, heads: int = 4, seed: int = 1
) -> dict[str, Any]:
    """A BarcodeBERT checkpoint as its pretraining saves it, settings included."""
    from argparse import Namespace

    shapes = bert_shapes("bert.", vocabulary, width, depth, 512)
    if vocabulary == 258:
        shapes |= _layer("classifier", 256, width)
    else:
        shapes |= {"cls.predictions.bias": (vocabulary,)} | _layer(
            "cls.predictions.decoder", vocabulary, width
        )
    bert_config = {
        "vocab_size": vocabulary, "hidden_size": width, "num_hidden_layers": depth, "hidden_act": "gelu",
        "num_attention_heads": heads, "intermediate_size": 4 * width, "max_position_embeddings": 512,
    }  # fmt: skip
    return {
        "model": {f"module.{name}": tensor for name, tensor in _fill(shapes, seed).items()},
        "bert_config": bert_config,
        "config": Namespace(k_mer=4 if vocabulary == 258 else 5, stride=None, max_len=660, tokenizer="kmer"),
        "optimizer": {"state": {}, "param_groups": [{"lr": 1e-4, "params": [0, 1]}]},
        "epoch": 35,
    }


def clip_config(
    width: int = 64, depth: int = 2, image: int = 28, patch: int = 7, dim: int = 16, quick: bool = False,
    text_width: int = 128, text_depth: int = 2, words: int = 560, context: int = 12,
) -> dict[str, Any]:  # fmt: skip
    vision = {"image_size": image, "layers": depth, "width": width, "patch_size": patch}
    text = {"context_length": context, "vocab_size": words, "width": text_width}
    text |= {"heads": text_width // 64, "layers": text_depth}
    model = {"embed_dim": dim, "vision_cfg": vision, "text_cfg": text} | (
        {"quick_gelu": True} if quick else {}
    )
    return {
        "model_cfg": model,
        "preprocess_cfg": {"mean": [0.4, 0.5, 0.6], "std": [0.2, 0.25, 0.3]},
    }


def clip_checkpoint(config: Mapping[str, Any], seed: int = 2) -> State:
    model = config["model_cfg"]
    vision, words = model["vision_cfg"], model["text_cfg"]

    def blocks(p: str, width: int, depth: int) -> dict[str, Any]:
        shapes: dict[str, Any] = {}
        for i in range(depth):
            b = f"{p}transformer.resblocks.{i}"
            shapes |= _norm(f"{b}.ln_1", width) | _norm(f"{b}.ln_2", width)
            shapes |= {f"{b}.attn.in_proj_weight": (3 * width, width), f"{b}.attn.in_proj_bias": (3 * width,)}
            shapes |= _layer(f"{b}.attn.out_proj", width, width)
            shapes |= _layer(f"{b}.mlp.c_fc", 4 * width, width) | _layer(f"{b}.mlp.c_proj", width, 4 * width)
        return shapes

    width, text_width, dim = vision["width"], words["width"], model["embed_dim"]
    tokens = (vision["image_size"] // vision["patch_size"]) ** 2 + 1
    shapes = {
        "logit_scale": (),
        "visual.class_embedding": (width,),
        "visual.positional_embedding": (tokens, width),
        "visual.proj": (width, dim),
        "visual.conv1.weight": (width, 3, vision["patch_size"], vision["patch_size"]),
        "token_embedding.weight": (words["vocab_size"], text_width),
        "positional_embedding": (words["context_length"], text_width),
        "text_projection": (text_width, dim),
    }
    shapes |= _norm("visual.ln_pre", width) | _norm("visual.ln_post", width) | _norm("ln_final", text_width)
    shapes |= blocks("visual.", width, vision["layers"]) | blocks("", text_width, words["layers"])
    return _fill(shapes, seed)


def cosines(a: np.ndarray | Tensor, b: np.ndarray | Tensor) -> np.ndarray:
    """Row by row, after the mean row of the first is taken off both: near-equal rows must agree too."""
    a, b = (np.asarray(x, dtype=np.float64) for x in (a, b))
    plain = (a * b).sum(1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))
    left, right = a - a.mean(0), b - a.mean(0)
    centred = (left * right).sum(1) / (np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1))
    return np.minimum(plain, centred)
