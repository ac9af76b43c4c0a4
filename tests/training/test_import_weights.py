"""Imported packs give what the original networks give; what does not fit is refused in one sentence."""

import gzip
import json
import os
import re
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.manifest import ModelManifest

torch = pytest.importorskip("torch", reason="training needs torch")

import onnxruntime as ort  # noqa: E402
from bioscan_training.export import ParityError  # noqa: E402
from bioscan_training.import_weights import command  # noqa: E402
from bioscan_training.import_weights.checkpoints import read_checkpoint, state_of  # noqa: E402
from bioscan_training.import_weights.clibd import clibd_towers  # noqa: E402
from bioscan_training.import_weights.ledger import WeightsError  # noqa: E402
from bioscan_training.import_weights.openclip import shapes_of  # noqa: E402
from bioscan_training.import_weights.pack import MIN_COSINE, Tower, sample_inputs, write_pack  # noqa: E402
from bioscan_training.import_weights.variants import FLOORS  # noqa: E402
from bioscan_training.import_weights.vocabularies import write_vocabulary  # noqa: E402
from bioscan_training.towers import POOLINGS  # noqa: E402

from tests.training import originals  # noqa: E402

WORDS = 50
SEQUENCES = [
    "ACGT" * 165,
    "ACGTTGCA" * 60 + "AC",
    "GATTACA" * 50,
    "TTGACCA" * 40 + "NN" + "CATG" * 50,
    "AAC" * 230,
]


def arguments(*given: str | Path) -> Namespace:
    parser = ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args([str(word) for word in given])


def imported(tmp_path: Path, source: str, checkpoint: Any, *more: str | Path, name: str = "best.pth") -> Path:
    """The pack that the command makes of a checkpoint."""
    torch.save(checkpoint, tmp_path / name)
    out = tmp_path / "pack"
    assert command.run(arguments(source, tmp_path / name, "--out", out, *more)) == 0
    return out


def vocabulary(tmp_path: Path, lines: int = WORDS) -> Path:
    path = tmp_path / "vocab.txt"
    words = [*"[PAD] [UNK] [CLS] [SEP]".split(), *(f"word{i}" for i in range(4, lines))]
    path.write_text("\n".join([*words, ""]), encoding="utf-8")
    return path


def merges(tmp_path: Path, pairs: int) -> Path:
    """CLIP's list of pairs, as it is published: gzipped, under a title, with more than are used."""
    path = tmp_path / "bpe.txt.gz"
    lines = [f"{chr(97 + i // 26)} {chr(97 + i % 26)}" for i in range(pairs + 7)]
    path.write_bytes(gzip.compress("\n".join(["#version", *lines, ""]).encode()))
    return path


def rows_of(pack: Path, modality: str, *inputs: np.ndarray) -> np.ndarray:
    """What the pack's ONNX file gives."""
    session = ort.InferenceSession(str(pack / f"{modality}.onnx"), providers=["CPUExecutionProvider"])
    names = [i.name for i in session.get_inputs()]
    return session.run(None, dict(zip(names, inputs, strict=True)))[0]


def pictures(side: int = 28, n: int = 5) -> np.ndarray:
    return np.random.default_rng(0).random((n, 3, side, side), dtype=np.float32)


def texts(words: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    ids = rng.integers(1, words - 1, size=(5, width))
    lengths = np.array([3, 5, 8, 10, width])
    ids[np.arange(5), lengths - 1] = words - 1
    mask = (np.arange(width) < lengths[:, None]).astype(np.int64)
    return ids * mask, mask


# CLIBD


@pytest.mark.parametrize(("generation", "parallel"), [("new", False), ("old", True), ("lora", False)])
def test_a_clibd_pack_gives_what_clibd_gives(tmp_path: Path, generation: str, parallel: bool) -> None:
    state = originals.clibd_checkpoint("idt", generation, words=WORDS)
    stored = {f"module.{name}": tensor for name, tensor in state.items()} if parallel else state
    pack = imported(tmp_path, "clibd", stored, "--vocabulary", vocabulary(tmp_path))
    manifest = ModelManifest.load(pack)
    manifest.verify(pack)
    assert list(manifest.encoders) == ["image", "dna", "text"]

    pixels = pictures()
    expected = originals.clibd_image(state, torch.from_numpy(pixels), heads=1)
    assert originals.cosines(expected, rows_of(pack, "image", pixels)).min() >= MIN_COSINE

    tokens = np.array([originals.clibd_tokens(text) for text in SEQUENCES])
    expected = originals.clibd_dna(state, torch.from_numpy(tokens), heads=1)
    assert originals.cosines(expected, rows_of(pack, "dna", tokens)).min() >= MIN_COSINE
    assert originals.cosines(expected, ModelPack(pack, "cpu").embed_barcodes(SEQUENCES)).min() >= MIN_COSINE

    ids, mask = texts(WORDS, 20)
    expected = originals.clibd_text(state, torch.from_numpy(ids), torch.from_numpy(mask), heads=1)
    assert originals.cosines(expected, rows_of(pack, "text", ids, mask)).min() >= MIN_COSINE
    model, names = ModelPack(pack, "cpu"), ["word9 word7", "Word12 unheard"]
    ids, mask = model.text_tokenizer.encode(names)
    assert ids[0][:5].tolist() == [2, 9, 7, 3, 0] and ids[1][:5].tolist() == [2, 12, 1, 3, 0]
    expected = originals.clibd_text(state, torch.from_numpy(ids), torch.from_numpy(mask), heads=1)
    assert originals.cosines(expected, model.embed_texts(names)).min() >= MIN_COSINE


def test_the_comparison_notices_a_forgotten_adapter_or_softmax() -> None:
    """What the comparison above would say of a wrong import."""
    state = originals.clibd_checkpoint("id")
    plain = {n: torch.zeros_like(t) if "linear_b" in n else t for n, t in state.items()}
    pixels, tokens = (
        torch.from_numpy(pictures()),
        torch.tensor([originals.clibd_tokens(s) for s in SEQUENCES]),
    )
    right = originals.clibd_image(state, pixels, 1)
    assert originals.cosines(right, originals.clibd_image(plain, pixels, 1)).min() < 0.99
    right = originals.clibd_dna(state, tokens, 1)
    assert originals.cosines(right, originals.clibd_dna(state, tokens, 1, "logits_mean")).min() < 0.99
    shifted = torch.tensor([[1, *originals.clibd_tokens(s)[1:]] for s in SEQUENCES])
    assert originals.cosines(right, originals.clibd_dna(state, shifted, 1)).min() < 0.9999


@pytest.mark.parametrize("towers", ["id", "it", "dt"])
def test_a_clibd_checkpoint_may_lack_an_encoder(tmp_path: Path, towers: str) -> None:
    state = originals.clibd_checkpoint(towers, depth=1, text_depth=1, words=WORDS)
    towers_found, ledger, _ = clibd_towers(state, "best.pth", vocabulary(tmp_path))
    assert "".join(name[0] for name in towers_found) == towers
    assert ledger.left_out["logit_scale"].startswith("scales the training loss")


@pytest.mark.parametrize("generation", ["new", "old", "lora"])
def test_every_tensor_is_accounted_for(tmp_path: Path, generation: str) -> None:
    state = originals.clibd_checkpoint("idt", generation, depth=1, text_depth=1, words=WORDS)
    _, ledger, notes = clibd_towers(state, "best.pth", vocabulary(tmp_path))
    adapters = sum(bool(re.search(r"linear_[ab]_|\.w_[ab]\.", name)) for name in state)
    assert ledger.used + len(ledger.left_out) + adapters == len(state)
    folded = sum("folded" in note for note in notes.values())
    assert folded == {"new": 1, "old": 1, "lora": 5}[generation]
    assert all(reason for reason in ledger.left_out.values())


def test_without_a_vocabulary_the_text_encoder_is_left_out_and_named() -> None:
    state = originals.clibd_checkpoint("it", depth=1, text_depth=1)
    towers, ledger, _ = clibd_towers(state, "best.pth")
    assert list(towers) == ["image"]
    reasons = {r for n, r in ledger.left_out.items() if n.startswith("language_encoder.proj")}
    assert reasons == {"without a vocabulary its input cannot be prepared"}


@pytest.mark.parametrize("pooling", POOLINGS)
def test_retrained_weights_may_ask_for_another_pooling(pooling: str) -> None:
    state = originals.clibd_checkpoint("d")
    towers, _, _ = clibd_towers(state, "best.pth", pooling=pooling)
    tokens = torch.tensor([originals.clibd_tokens(text) for text in SEQUENCES])
    with torch.no_grad():
        rows = towers["dna"].module.eval()(tokens)
    assert originals.cosines(originals.clibd_dna(state, tokens, 1, pooling), rows).min() >= MIN_COSINE
    assert set(POOLINGS) == set(command.POOLINGS)


def test_clibd_prepares_photos_as_its_authors_do(tmp_path: Path) -> None:
    state = originals.clibd_checkpoint("i", image=224, patch=32, depth=1)
    prep = clibd_towers(state, "best.pth")[0]["image"].preprocessing
    assert prep is not None
    assert (prep.size, prep.resize, prep.mode, prep.interpolation) == (224, 256, "crop", "bilinear")
    assert (prep.mean, prep.std) == ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


# Refusals

IMAGE = "image_encoder.base_image_encoder"
DNA = "dna_encoder.base_dna_encoder"


def without(name: str) -> dict[str, Any]:
    return {n: t for n, t in originals.clibd_checkpoint("id", depth=1).items() if n != name}


def with_tensor(name: str, *shape: int) -> dict[str, Any]:
    return originals.clibd_checkpoint("id", depth=1) | {name: torch.zeros(shape)}


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (with_tensor("decoder.weight", 3), "holds tensors that this format does not have: decoder.weight"),
        (without(f"{IMAGE}.norm.bias"), f"lacks {IMAGE}.norm.bias"),
        (without(f"{IMAGE}.head.weight"), f"lacks the tensor {IMAGE}.head.weight"),
        (with_tensor(f"{IMAGE}.norm.bias", 3), f"does not fit: {IMAGE}.norm.bias (3,) instead of (64,)"),
        (without(f"{IMAGE}.blocks.0.attn.qkv.linear_b_v.weight"), "incomplete low-rank adapter: it lacks"),
        (with_tensor(f"{IMAGE}.blocks.0.attn.qkv.linear_a_q.weight", 4, 9), "an adapter that does not fit"),
        (with_tensor("image_encoder.lora_vit.norm.bias", 64), "twice, under its old and its new name"),
        (with_tensor(f"{DNA}.bert.embeddings.word_embeddings.weight", 258, 64), "5-mers"),
        (with_tensor(f"{IMAGE}.pos_embed", 1, 6, 64), "form no square"),
        ({"logit_scale": torch.zeros(())}, "holds no encoder of CLIBD"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(state: dict[str, Any], message: str) -> None:
    with pytest.raises(WeightsError, match=re.escape(message)) as caught:
        clibd_towers(state, "best.pth")
    assert "\n" not in caught.value.message
    assert caught.value.message.startswith("best.pth ")


class Trap:
    """Runs a program where a pickle is read carelessly."""

    def __init__(self, call: Callable[..., object], argument: object) -> None:
        self.call, self.argument = call, argument

    def __reduce__(self) -> tuple[Any, ...]:
        return self.call, (self.argument,)


@pytest.mark.parametrize("call", [Path.touch, os.mkdir, eval])
def test_code_in_a_checkpoint_does_not_run(tmp_path: Path, call: Callable[..., object]) -> None:
    ran = tmp_path / "ran"
    argument = f"__import__('pathlib').Path({str(ran)!r}).touch()" if call is eval else ran
    torch.save({"logit_scale": Trap(call, argument)}, tmp_path / "best.pth")
    with pytest.raises(WeightsError, match="nothing in it was run"):
        read_checkpoint(tmp_path / "best.pth")
    assert not ran.exists()
    torch.load(tmp_path / "best.pth", weights_only=False)  # the trap is a real one
    assert ran.exists()


class OneCycleLR:
    """Pickled as torch 2.0 pickles the real one's annealing function: by asking `getattr` for it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return getattr, (torch.optim.lr_scheduler.OneCycleLR, "_annealing_cos")


def test_what_training_leaves_beside_the_weights_is_not_read(tmp_path: Path) -> None:
    beside = {
        "scheduler": {"anneal_func": OneCycleLR(), "total_steps": 10},
        "max_accuracy": np.float64(98.5),
        "config": Namespace(k_mer=4, data_dir=Path("/data"), seed=None),
    }
    torch.save(originals.barcodebert_checkpoint() | beside, tmp_path / "k4.pt")
    checkpoint = read_checkpoint(tmp_path / "k4.pt")
    assert checkpoint["config"].k_mer == 4
    assert not callable(checkpoint["scheduler"]["anneal_func"])
    assert len(state_of(checkpoint, "k4.pt")) == len(checkpoint["model"])


@pytest.mark.parametrize("name", ["best.pth", "model.safetensors", "model.bin"])
def test_a_damaged_file_is_told_in_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"<html>Not found</html>")
    with pytest.raises(WeightsError, match="cannot be read") as caught:
        read_checkpoint(tmp_path / name)
    assert "\n" not in caught.value.message


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="There is no file of weights"):
        read_checkpoint(tmp_path / "best.pth")


@pytest.mark.parametrize("checkpoint", [{"epoch": 3}, {}, {"state_dict": {"x": 1}}])
def test_a_file_without_a_state_dict_is_refused(checkpoint: dict[str, Any]) -> None:
    with pytest.raises(WeightsError, match="holds no plain state dict"):
        state_of(checkpoint, "best.pth")


def test_another_hash_is_refused_and_nothing_written(tmp_path: Path) -> None:
    state = originals.clibd_checkpoint("i", depth=1)
    with pytest.raises(WeightsError, match="is not the file that was published"):
        imported(tmp_path, "clibd", state, "--sha256", "0" * 64)
    assert not list(tmp_path.glob("pack*"))


def test_a_failed_export_leaves_nothing(tmp_path: Path) -> None:
    """Also not where the folder of an earlier attempt lies about."""
    state = originals.clibd_checkpoint("it", depth=1, text_depth=1, words=WORDS)
    (tmp_path / "pack.partial").mkdir()
    with pytest.raises(WeightsError, match="belongs to another model"):
        imported(tmp_path, "clibd", state, "--vocabulary", vocabulary(tmp_path, WORDS - 1))
    assert not list(tmp_path.glob("pack*"))


@pytest.mark.parametrize("value", [float("nan"), 0.0])
def test_weights_that_embed_nothing_are_refused(tmp_path: Path, value: float) -> None:
    state = originals.clibd_checkpoint("i", depth=1)
    for kind in ("weight", "bias"):
        state[f"{IMAGE}.head.{kind}"].fill_(value)
    with pytest.raises(ParityError, match="nothing was written"):
        imported(tmp_path, "clibd", state)
    assert not list(tmp_path.glob("pack*"))


def test_an_existing_folder_is_kept(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    with pytest.raises(BioscanError, match="exists already"):
        imported(tmp_path, "clibd", originals.clibd_checkpoint("i", depth=1))


def test_encoders_of_unequal_length_are_refused(tmp_path: Path) -> None:
    towers = clibd_towers(originals.clibd_checkpoint("i", depth=1), "best.pth")[0]
    towers["dna"] = Tower(towers["image"].module, 7, "")
    with pytest.raises(WeightsError, match="do not share one space"):
        write_pack(towers, tmp_path / "pack", "x", "x", "MIT", {})


# BarcodeBERT


def test_the_newer_barcodebert_masks_its_padding(tmp_path: Path) -> None:
    checkpoint = originals.barcodebert_checkpoint()
    pack = imported(tmp_path, "barcodebert", checkpoint, name="k4.pt")
    state = {name.removeprefix("module."): tensor for name, tensor in checkpoint["model"].items()}
    ids, masks = (torch.tensor(x) for x in zip(*map(originals.barcodebert_tokens, SEQUENCES), strict=True))
    expected = originals.barcodebert(state, ids, masks, heads=4)
    assert originals.cosines(expected, rows_of(pack, "dna", ids.numpy())).min() >= MIN_COSINE
    assert originals.cosines(expected, ModelPack(pack, "cpu").embed_barcodes(SEQUENCES)).min() >= MIN_COSINE
    unmasked = originals.barcodebert(state, ids, None, heads=4)
    assert originals.cosines(expected, unmasked).min() < 0.99
    tokenizer = ModelManifest.load(pack).encoders["dna"].tokenizer
    assert tokenizer is not None
    assert (tokenizer.k, tokenizer.specials, tokenizer.prefix_id) == (4, ("[MASK]", "[UNK]"), None)


def test_the_older_barcodebert_has_the_tokenizer_of_clibd(tmp_path: Path) -> None:
    checkpoint = originals.barcodebert_checkpoint(1027, heads=1)
    pack = imported(tmp_path, "barcodebert", checkpoint["model"], name="model_41.pth")  # a bare state dict
    state = {name.removeprefix("module."): tensor for name, tensor in checkpoint["model"].items()}
    ids = torch.tensor([originals.clibd_tokens(text) for text in SEQUENCES])
    expected = originals.barcodebert(state, ids, None, heads=1)
    assert originals.cosines(expected, ModelPack(pack, "cpu").embed_barcodes(SEQUENCES)).min() >= MIN_COSINE
    left_out = ModelManifest.load(pack).provenance["tensors"]["left_out"]
    assert set(left_out) == {
        "cls.predictions.bias",
        "cls.predictions.decoder.weight",
        "cls.predictions.decoder.bias",
    }


def test_the_number_of_heads_is_never_guessed(tmp_path: Path) -> None:
    checkpoint = originals.barcodebert_checkpoint()
    (tmp_path / "config.json").write_text(json.dumps(checkpoint.pop("bert_config")), encoding="utf-8")
    with pytest.raises(WeightsError, match="how many attention heads"):
        imported(tmp_path, "barcodebert", checkpoint)
    assert imported(tmp_path, "barcodebert", checkpoint, "--config", tmp_path / "config.json").is_dir()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"config": Namespace(k_mer=6)}, "another tokenizer"),
        ({"config": Namespace(tokenizer="DnaBertBPE")}, "another tokenizer"),
        ({"config": Namespace(stride=1)}, "positions for 512 tokens"),
        ({"bert_config": {"hidden_act": "relu"}}, "cannot be used"),
        ({"bert_config": {"vocab_size": 258, "hidden_size": 128}}, "lacks bert.encoder.layer.2"),
    ],
)
def test_settings_that_contradict_the_weights_are_refused(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(WeightsError, match=message):
        imported(tmp_path, "barcodebert", originals.barcodebert_checkpoint() | change)


def test_an_unknown_barcode_vocabulary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="vocabulary of 626"):
        imported(tmp_path, "barcodebert", originals.barcodebert_checkpoint(626))


# OpenCLIP


@pytest.mark.parametrize("quick", [False, True])
def test_an_openclip_pack_gives_what_openclip_gives(tmp_path: Path, quick: bool) -> None:
    config = originals.clip_config(quick=quick)
    state = originals.clip_checkpoint(config)
    (tmp_path / "open_clip_config.json").write_text(json.dumps(config), encoding="utf-8")
    more = ("--config", tmp_path / "open_clip_config.json", "--vocabulary", merges(tmp_path, 560 - 514))
    if quick:
        from safetensors.torch import save_file

        save_file(state, tmp_path / "model.safetensors")
        pack = tmp_path / "pack"
        assert command.run(arguments("openclip", tmp_path / "model.safetensors", "--out", pack, *more)) == 0
    else:
        pack = imported(tmp_path, "openclip", {"state_dict": state, "epoch": 3}, *more)
    pixels = pictures()
    expected = originals.clip_image(state, torch.from_numpy(pixels), 1, quick)
    rows = rows_of(pack, "image", pixels)
    assert originals.cosines(expected, rows).min() >= MIN_COSINE
    other = originals.clip_image(state, torch.from_numpy(pixels), 1, not quick)
    assert originals.cosines(other, rows).min() < MIN_COSINE
    ids, mask = texts(560, 12)
    expected = originals.clip_text(state, torch.from_numpy(ids), 2, quick)
    assert originals.cosines(expected, rows_of(pack, "text", ids, mask)).min() >= MIN_COSINE

    model = ModelPack(pack, "cpu")
    moths = ["a photo of Lepidoptera.", "a photo of Diptera."]
    ids, mask = model.text_tokenizer.encode(moths)
    assert ids.max() == 559 and mask.sum(axis=1).min() > 2  # the end of a text is the tower's last id
    expected = originals.clip_text(state, torch.from_numpy(ids), 2, quick)
    assert originals.cosines(expected, model.embed_texts(moths)).min() >= MIN_COSINE

    manifest = ModelManifest.load(pack)
    prep = manifest.encoders["image"].preprocessing
    assert prep is not None
    assert (prep.size, prep.resize, prep.interpolation, prep.mean) == (28, 28, "bicubic", (0.4, 0.5, 0.6))
    tensors = manifest.provenance["tensors"]
    assert tensors["used"] + len(tensors["left_out"]) == len(state)


@pytest.mark.parametrize(("kind", "n_ids"), [("clip-bpe", 514 + 3), ("wordpiece", 4)])
def test_a_vocabulary_may_come_within_a_tokenizer_json(tmp_path: Path, kind: str, n_ids: int) -> None:
    source = tmp_path / "tokenizer.json"
    model = {"merges": ["a b", ["c", "d"], "e f", "g h"], "vocab": {"y": 1, "x": 0, "z": 3, "w": 2}}
    source.write_text(json.dumps({"model": model}), encoding="utf-8")
    name = write_vocabulary(source, kind, n_ids, tmp_path)
    lines = (tmp_path / name).read_text(encoding="utf-8").splitlines()
    assert lines[-3:] == (["a b", "c d", "e f"] if kind == "clip-bpe" else ["y", "w", "z"])
    with pytest.raises(WeightsError, match="belongs to another model"):
        write_vocabulary(source, kind, n_ids + 2, tmp_path)
    source.write_text("{}", encoding="utf-8")
    with pytest.raises(WeightsError, match="cannot be read"):
        write_vocabulary(source, kind, n_ids, tmp_path)


def test_tokens_that_are_line_separators_elsewhere_are_one_entry_each(tmp_path: Path) -> None:
    """BERT's files end a line with \\n alone; Python's `splitlines` ends it at ten other letters, too."""
    from bioscan_training.contrast.model import vocabulary_entries

    from bioscan_desktop.inference.text import WordPiece

    source = tmp_path / "vocab.txt"
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "\u2028", "\x85", "noctua"]
    source.write_text("".join(f"{token}\n" for token in tokens), encoding="utf-8", newline="\n")
    assert vocabulary_entries(source) == len(tokens)
    packed = tmp_path / write_vocabulary(source, "wordpiece", len(tokens), tmp_path)
    for path in (source, packed):
        assert WordPiece(path, 3).encode(["Noctua"])[0].tolist() == [[2, 6, 3]]


def test_openclip_needs_its_configuration(tmp_path: Path) -> None:
    with pytest.raises(BioscanError, match="which GELU"):
        imported(tmp_path, "openclip", originals.clip_checkpoint(originals.clip_config()))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("model_cfg", "custom_text"), True, "unsupported settings custom_text"),
        (("model_cfg", "vision_cfg", "timm_model_name"), "vit", "unsupported settings timm_model_name"),
        (("model_cfg", "text_cfg", "hf_model_name"), "bert", "unsupported settings hf_model_name"),
        (("preprocess_cfg", "resize_mode"), "longest", "resize mode 'longest'"),
        (("preprocess_cfg", "size"), 336, "336 px"),
        (("preprocess_cfg", "interpolation"), "nearest", "unknown interpolation"),
    ],
)
def test_an_unknown_setting_is_refused(path: tuple[str, ...], value: Any, message: str) -> None:
    config = originals.clip_config()
    inner: Any = config
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(ValueError, match=message):
        shapes_of(config)


def test_a_configuration_of_another_size_is_refused(tmp_path: Path) -> None:
    state = originals.clip_checkpoint(originals.clip_config())
    (tmp_path / "config.json").write_text(json.dumps(originals.clip_config(image=56)), encoding="utf-8")
    with pytest.raises(WeightsError, match=r"does not fit: visual\.positional_embedding"):
        imported(tmp_path, "openclip", state, "--config", tmp_path / "config.json")


def test_samples_cover_short_and_full_inputs() -> None:
    towers = clibd_towers(originals.clibd_checkpoint("d", depth=1), "best.pth")[0]
    (tokens,) = sample_inputs("dna", towers["dna"], 8)
    padding = (tokens == 2).sum(axis=1)
    assert padding[0] > 80
    assert padding[-1] == 0


# Variants


def test_variants_are_written_measured_and_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = originals.clibd_checkpoint("idt", "new", words=WORDS)
    words = vocabulary(tmp_path)
    pack = imported(tmp_path, "clibd", state, "--vocabulary", words, "--variants", "fp16", "int8")
    reported = json.loads(capsys.readouterr().out)["variants"]
    manifest = ModelManifest.load(pack)
    manifest.verify(pack)
    full = ModelPack(pack, "cpu", "fp32").embed_barcodes(SEQUENCES)
    for kind, floors in FLOORS.items():
        for card in manifest.encoders.values():
            variant = card.variants[kind]
            assert variant.parity == reported[variant.file]
            assert all(variant.parity[name] >= floor for name, floor in floors.items())
            assert variant.parity["ms_per_input_1_thread"] > 0
            assert (pack / variant.file).stat().st_size < (pack / card.file).stat().st_size
        rows = ModelPack(pack, "cpu", kind).embed_barcodes(SEQUENCES)
        assert abs(rows - full).max() > 0 and (rows * full).sum(axis=1).mean() >= floors["cosine_mean"]


def test_a_variant_under_its_floor_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FLOORS["int8"], "cosine_mean", 1.1)
    state = originals.clibd_checkpoint("id")
    with pytest.raises(ParityError, match=r"image\.int8\.onnx .* is [01]\.\d{4}, the floor is 1\.1\."):
        imported(tmp_path, "clibd", state, "--variants", "int8")
    assert not (tmp_path / "pack").exists()
