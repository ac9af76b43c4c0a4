"""Masked k-mers: what is hidden, what the loss sees, and where the weights go."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch")

from bioscan_training.config import ConfigError, DnaTower  # noqa: E402
from bioscan_training.contrast.model import barcode_bert, barcode_tokenizer, build_tower  # noqa: E402
from bioscan_training.contrast.pretrain import (  # noqa: E402
    IGNORED,
    MaskedBarcodes,
    _haplotypes,
    mask_tokens,
    masked_loss,
    pretrain_dna,
)
from bioscan_training.contrast.specimens import SpecimenSource  # noqa: E402
from bioscan_training.contrast.starts import fill_tower  # noqa: E402
from bioscan_training.data.records import Record, write_records  # noqa: E402
from bioscan_training.loop import ResumeError  # noqa: E402

from bioscan_desktop.core.taxonomy import Lineage  # noqa: E402
from tests.training.contrast.conftest import RECIPE, SMALL, with_contrast, with_tower  # noqa: E402


def with_schedule(**changes: Any) -> Any:
    stage = RECIPE.pretrain
    return replace(RECIPE, pretrain=replace(stage, schedule=replace(stage.schedule, **changes)))


@pytest.mark.parametrize("vocabulary", ["clibd", "barcodebert"])
def test_half_of_the_known_kmers_are_hidden_and_nothing_else(vocabulary: str) -> None:
    tokenizer = barcode_tokenizer(DnaTower(vocabulary=vocabulary, k=3, max_bases=300))
    rng = np.random.default_rng(0)
    barcodes = ["".join(rng.choice(list("ACGT"), n)) for n in (300, 300, 200, 120)]
    barcodes[1] = barcodes[1][:90] + "N" * 30 + barcodes[1][120:]
    ids = tokenizer.encode_batch(barcodes)
    hidden, targets = mask_tokens(ids, tokenizer, 0.5, np.random.default_rng(1))
    known = ids >= len(tokenizer.specials)
    changed = targets != IGNORED
    assert not (changed & ~known).any()  # neither padding, nor ambiguous k-mers, nor the prefix
    assert (hidden[changed] == 0).all() and (hidden[~changed] == ids[~changed]).all()
    assert (targets[changed] == ids[changed]).all()
    assert changed.sum() / known.sum() == pytest.approx(0.5, abs=0.06)
    again = mask_tokens(ids, tokenizer, 0.5, np.random.default_rng(1))
    assert np.array_equal(again[0], hidden) and np.array_equal(again[1], targets)


def test_a_barcode_with_a_kmer_hides_one_at_least() -> None:
    tokenizer = barcode_tokenizer(DnaTower(k=3, max_bases=30))
    ids = tokenizer.encode_batch(["ACG", "NNNN", "ACGTTT"])
    _, targets = mask_tokens(ids, tokenizer, 0.0, np.random.default_rng(0))
    assert (targets != IGNORED).sum(axis=1).tolist() == [1, 0, 1]


def test_the_loss_is_that_of_the_hidden_places_alone() -> None:
    torch.manual_seed(0)
    tower = DnaTower(k=2, max_bases=20, **SMALL)
    model = MaskedBarcodes(barcode_bert(tower), None).eval()
    ids = torch.from_numpy(barcode_tokenizer(tower).encode_batch(["ACGTACGTACGT", "TTTTACACAC"]))
    targets = torch.full_like(ids, IGNORED)
    targets[0, 2], targets[1, 4] = 7, 12
    log_p = model(ids).log_softmax(dim=-1)
    expected = -(log_p[0, 2, 7] + log_p[1, 4, 12]) / 2
    assert masked_loss(model, ids, targets, None).item() == pytest.approx(expected.item(), abs=1e-6)
    # A model that knows nothing has the perplexity of its vocabulary.
    assert masked_loss(model, ids, targets, None).item() == pytest.approx(math.log(3 + 4**2), abs=0.3)


def test_padding_is_not_attended_to_where_the_vocabulary_says_so() -> None:
    tower = DnaTower(vocabulary="barcodebert", k=3, max_bases=60, **SMALL)
    model = MaskedBarcodes(barcode_bert(tower), 1).eval()
    tokenizer = barcode_tokenizer(tower)
    short = torch.from_numpy(tokenizer.encode_batch(["ACGTTTACGACG"]))
    real = torch.arange(20)[None, :] < 4
    with torch.no_grad():
        one = model(short, real)[:, :4]
        two = model(torch.cat([short[:, :4], torch.randint(2, 66, (1, 16))], dim=1), real)[:, :4]
    torch.testing.assert_close(one, two)


def test_pretraining_learns_resumes_and_measures(data: Path, tmp_path: Path) -> None:
    config = with_schedule(epochs=30, eval_every=10, schedule="onecycle", warmup=0.3, lr=1e-2, ema=0.0)
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    for run in (whole, cut):
        run.mkdir()
    pretrain_dna(config, data, whole)
    pretrain_dna(config, data, cut, stop_at=31)
    assert not (cut / "pretrain.pt").exists()
    pretrain_dna(config, data, cut)
    one, two = (torch.load(run / "pretrain.pt", weights_only=True)["model"] for run in (whole, cut))
    assert one.keys() == two.keys() and all(torch.equal(one[n], two[n]) for n in one)
    rows = [json.loads(line) for line in (whole / "metrics.jsonl").read_text().splitlines()]
    assert rows[-1]["loss"] < rows[0]["loss"] - 0.5
    assert rows[-1]["val/loss"] < math.log(64)  # less than chance, on haplotypes that were held out
    assert rows[-1]["val/perplexity"] == pytest.approx(math.exp(rows[-1]["val/loss"]))


def test_the_contrast_stage_starts_from_it(data: Path, run: Path) -> None:
    config = with_tower(with_schedule(epochs=1), "dna", init="pretrain")
    pretrain_dna(config, data, run)
    state = torch.load(run / "pretrain.pt", weights_only=True)["model"]
    tower = build_tower(config, "dna", run)
    assert fill_tower(tower, "dna", run / "pretrain.pt") == ("head.decoder",)
    own = tower.state_dict()
    assert all(torch.equal(own[n], x) for n, x in state.items() if n.startswith("bert."))
    assert torch.equal(own["head.transform.dense.weight"], state["predict.transform.dense.weight"])
    from bioscan_training.contrast.stage import train_contrast

    begun = with_contrast(config, epochs=1, head_lr=1e-2)
    train_contrast(begun, data, data, run)
    assert (run / "contrast.pt").exists()
    pretrain_dna(config, data, run)  # finished, so that the same weights are written again
    train_contrast(begun, data, data, run)
    (run / "pretrain.ckpt").unlink()
    pretrain_dna(replace(config, pretrain=replace(config.pretrain, mask=0.3)), data, run)
    with pytest.raises(ResumeError, match=r"contrast\.ckpt in .* or with other weights of an earlier stage"):
        train_contrast(begun, data, data, run)


def test_what_cannot_be_pretrained_is_said(data: Path, run: Path) -> None:
    with pytest.raises(ConfigError, match=r"'towers\.dna\.kind' must be bert .*; found 'codons'"):
        pretrain_dna(with_tower(RECIPE, "dna", kind="codons"), data, run)
    other = replace(RECIPE, pretrain=replace(RECIPE.pretrain, train_splits=("pretrain",)))
    with pytest.raises(ConfigError, match="has no barcode in the split pretrain"):
        pretrain_dna(other, data, run)
    other = with_schedule(epochs=1, eval_every=1)
    other = replace(other, pretrain=replace(other.pretrain, val_splits=("vall",)))
    with pytest.raises(ConfigError, match="no barcode to validate on in the split vall"):
        pretrain_dna(other, data, run)


def test_barcodes_are_taken_once_and_none_is_held(tmp_path: Path) -> None:
    """In the order of the file; those of the held-out split that were trained on do not count."""
    rows = [
        ("ACG", "train"),
        ("TTT", "val"),
        ("ACG", "train"),
        ("GGG", "train"),
        ("GGG", "val"),
        ("", "train"),
    ]
    records = [Record(f"P{n}", "", b, Lineage(), split=split) for n, (b, split) in enumerate(rows)]
    write_records(tmp_path / "barcodes.tsv.gz", records)
    source, known = SpecimenSource(tmp_path, None), set()
    found = _haplotypes(source, ("train",), known)
    assert next(found) == "ACG" and len(known) == 1
    assert list(found) == ["GGG"]
    assert list(_haplotypes(source, ("val",), known)) == ["TTT"]


def test_the_command(data: Path, tmp_path: Path) -> None:
    from bioscan_training.cli import main

    from tests.training.contrast.conftest import recipe_file

    recipe = recipe_file(tmp_path / "recipe.toml", epochs=1)
    recipe.write_text(recipe.read_text() + "[pretrain.schedule]\nepochs = 1\nbatch = 8\n")
    words = ["--quiet", "pretrain-dna", "--config", str(recipe), "--data", str(data)]
    assert main([*words, "--run", str(tmp_path / "run")]) == 0
    assert (tmp_path / "run" / "pretrain.pt").exists()
