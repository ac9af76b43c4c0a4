"""`bioscan-train evaluate`: held-out figures of a run or a pack, beside what plainer means reach.

DNA -> DNA: keys are the training haplotypes; queries are held-out haplotypes of seen species, and all
haplotypes of unseen species (whose genus is what can be right). Shortened queries show how fragments do.
Image -> image: keys are photos of the official folds but the query's, those of unseen species included.
Image -> DNA: keys are the training haplotypes and all haplotypes of held-out species, of every order.
Photos are ranked as the program does (`bioscan_desktop.core.leaning`), and by plain cosine beside it.
Across sources: photos of held-out species, which only photos of other data sets can name, among these
and all photos that were trained on.
Only queries whose name exists among the keys count at a rank; `n` says how many those are.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.leaning import Leaning
from bioscan_desktop.core.matching import DECISION_K
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.index.aligned import AlignedIndex
from bioscan_desktop.index.exact import ExactIndex
from bioscan_desktop.index.isolation import isolations
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.frame import pack, place
from bioscan_desktop.inference.images import ImagePreprocessing
from bioscan_desktop.inference.manifest import ModelManifest
from bioscan_desktop.library import leaned
from bioscan_desktop.library.leaned import Shifts
from bioscan_training.config import Config, ImageModel
from bioscan_training.data.barcodes import FramedBarcodes, unique_haplotypes
from bioscan_training.data.photos import MEAN, STD, model_inputs
from bioscan_training.data.records import Record, read_records
from bioscan_training.data.splits import TUNE, SplitRules
from bioscan_training.dna_stage import embed_codes, load_dna_encoder
from bioscan_training.encoders import ImageEncoder
from bioscan_training.evaluate import (
    blind_metrics,
    label_metrics,
    nearest,
    nearest_by_evidence,
    spectra,
    vsearch_top_hit,
)
from bioscan_training.export import run_onnx
from bioscan_training.kin import learned_kin
from bioscan_training.photo_stage import (
    embed_photos,
    finished_stage,
    leaning_of,
    load_image_encoder,
    preprocessing_of,
    trained_splits,
)

log = logging.getLogger(__name__)

LEAST_KEYS = 5
"""The nearest keys that are looked at; with fewer, photos have no figures and barcodes are refused."""

EmbedBarcodes = Callable[[Sequence[str]], np.ndarray]
EmbedPhotos = Callable[[Sequence[Path]], np.ndarray]
FRAGMENTS = (300, 200, 150)
"""Bases of the shortened queries, cut from the middle of the barcode."""


def _encoders(config: Config, args: argparse.Namespace) -> tuple[EmbedBarcodes, EmbedPhotos | None]:
    """Functions that embed barcodes and photos, from a pack's ONNX files or from a run's weights."""
    if args.pack is not None:
        manifest = ModelManifest.load(args.pack)
        if "dna" not in manifest.encoders:
            raise ArgumentError(f"The model pack {manifest.id} has no encoder of barcodes to evaluate.")
        variants = sorted({name for card in manifest.encoders.values() for name in card.variants})
        if args.variant and args.variant not in variants:
            raise ArgumentError(
                f"The model pack {manifest.id} has no variant '{args.variant}'; it has "
                f"{', '.join(variants) or 'none'}."
            )

        def file_of(name: str) -> Path:
            card = manifest.encoders[name]
            variant = card.variants.get(args.variant)
            return args.pack / (variant.file if variant else card.file)

        tokenizer = manifest.encoders["dna"].tokenizer
        prep = manifest.encoders["image"].preprocessing if "image" in manifest.encoders else None
        assert tokenizer is not None

        def pack_barcodes(sequences: Sequence[str]) -> np.ndarray:
            return run_onnx(file_of("dna"), "tokens", tokenizer.encode_batch(sequences), batch=64)

        def pack_photos(paths: Sequence[Path]) -> np.ndarray:
            return run_onnx(file_of("image"), "image", model_inputs(paths, prep))  # type: ignore[arg-type]

        return pack_barcodes, pack_photos if prep is not None else None

    dna = load_dna_encoder(config, args.run_dir)

    def run_barcodes(sequences: Sequence[str]) -> np.ndarray:
        return embed_codes(dna, FramedBarcodes(sequences).codes)

    if not any((args.run_dir / f"{stage}.pt").exists() for stage in ("image", "align")):
        return run_barcodes, None
    image = load_image_encoder(config, args.run_dir)
    image.to(memory_format=torch.channels_last)
    prep = preprocessing_of(finished_stage(config, args.run_dir))
    return run_barcodes, lambda paths: embed_photos(image, paths, prep)


def untuned_features(paths: Sequence[Path], batch: int = 64) -> np.ndarray:
    """(n, 1280) pooled features of the EfficientNet-Lite0 that training starts from, unit rows."""
    encoder = ImageEncoder(ImageModel(), 1).eval().to(memory_format=torch.channels_last)
    prep = ImagePreprocessing(224, 224, "squash", MEAN, STD)
    rows = []
    for start in range(0, len(paths), batch):
        with torch.no_grad():
            x = torch.from_numpy(model_inputs(paths[start : start + batch], prep))
            rows.append(torch.nn.functional.normalize(encoder.pooled(x), dim=1).numpy())
    return np.concatenate(rows)


def _lookup(
    queries: np.ndarray,
    keys: np.ndarray,
    query_records: Sequence[Record],
    key_records: Sequence[Record],
    **ranking: Any,
) -> dict[str, dict[str, float]]:
    return label_metrics(
        nearest(queries, keys, LEAST_KEYS, **ranking),
        [r.lineage for r in query_records],
        [r.lineage for r in key_records],
        True,
    )


def dna_figures(
    embed: EmbedBarcodes, records: Sequence[Record], split: str, baselines: bool
) -> dict[str, Any]:
    """DNA -> DNA, of whole and of shortened queries, beside 5-mer cosine and vsearch."""
    keys = [r for r in records if r.split == "train"]
    if len(keys) < LEAST_KEYS:
        raise ArgumentError(
            f"There are too few training barcodes ({len(keys)} different ones) to look the others up among: "
            f"prepare {LEAST_KEYS} or more."
        )
    key_sequences = [r.nucleotides for r in keys]
    started = time.perf_counter()
    key_rows = embed(key_sequences)
    seconds = time.perf_counter() - started
    index = AlignedIndex(pack(place(key_sequences).codes))
    key_lineages = [r.lineage for r in keys]
    key_spectra = spectra(key_sequences) if baselines else None
    figures: dict[str, Any] = {"ms_per_barcode_in_bulk": round(1000 * seconds / len(keys), 3)}
    for name, part in (("seen", split), ("unseen", "val_unseen" if split == "val" else "unseen")):
        queries = [r for r in records if r.split == part]
        if not queries:
            continue
        sequences = [r.nucleotides for r in queries]
        lineages = [r.lineage for r in queries]

        def together(
            asked: Sequence[str], rows: np.ndarray, truths: Sequence[Lineage] = lineages
        ) -> dict[str, dict[str, float]]:
            top = nearest_by_evidence(rows, key_rows, place(asked).codes, index, LEAST_KEYS)
            return label_metrics(top, truths, key_lineages, only_known=True)

        rows = embed(sequences)
        group: dict[str, Any] = {
            "model": _lookup(rows, key_rows, queries, keys),
            "model and alignment": together(sequences, rows),
        }
        if key_spectra is not None:
            group["5-mer cosine"] = _lookup(spectra(sequences), key_spectra, queries, keys)
            top = vsearch_top_hit(sequences, key_sequences)
            if top is not None:
                names = [r.lineage for r in queries], [r.lineage for r in keys]
                group["vsearch top hit"] = label_metrics(top[0], *names, only_known=True)
        for bases in FRAGMENTS:
            middle = [s[max(0, len(s) // 2 - bases // 2) :][:bases] for s in sequences]
            rows = embed(middle)
            group[f"model, {bases} bp"] = _lookup(rows, key_rows, queries, keys)
            group[f"model and alignment, {bases} bp"] = together(middle, rows)
            if key_spectra is not None:
                group[f"5-mer cosine, {bases} bp"] = _lookup(spectra(middle), key_spectra, queries, keys)
        figures[name] = group
    return figures


def photo_figures(
    embed: EmbedPhotos,
    embed_barcodes: EmbedBarcodes,
    photos: Sequence[Record],
    barcodes: Sequence[Record],
    images: Path,
    split: str,
    baselines: bool,
    leaning: Leaning | None,
    rules: SplitRules,
    trained_on: Collection[str],
) -> dict[str, Any]:
    """Image -> image and image -> DNA, seen and unseen species apart.

    Args:
        rules: name the official folds; photos without such a fold are asked among barcodes alone.
        trained_on: splits that the photo tower has seen; they do not ask.
    """
    fold = rules.tune_fold if split == "val" else rules.test_fold
    out_of_training = {"val_unseen"} if split == "val" else {"unseen"}
    in_fold = [r for r in photos if r.fold == fold and r.split != "excluded"]
    groups = {
        "seen": [r for r in in_fold if r.split in ("test", "tune")],
        "unseen": [r for r in in_fold if r.split in out_of_training],
    }
    keys = [r for r in photos if r.fold and r.fold not in {rules.test_fold, fold} and r.split != "excluded"]
    elsewhere = {
        "seen, other photographers": [r for r in photos if r.split == "val"],
        "unseen, all sources": [r for r in photos if r.split in out_of_training],
    }

    def paths(rows: Sequence[Record]) -> list[Path]:
        return [images / r.image_file for r in rows]

    if len(keys) < LEAST_KEYS:
        groups = {}
    key_rows = embed(paths(keys)) if groups else np.zeros((0, 1))
    plain_keys = untuned_features(paths(keys)) if groups and baselines else None
    dna_keys = [r for r in barcodes if r.split in ("train", "unseen", "val_unseen")]
    dna_rows = embed_barcodes([r.nucleotides for r in dna_keys])
    figures: dict[str, Any] = {"image to image": {}, "image to dna": {}}
    ranking, dna_shifts = _ranking(leaning, keys, key_rows), _shifts(leaning, dna_keys, "dna")
    for name, candidates in (groups | elsewhere).items():
        queries = [r for r in candidates if r.split not in trained_on]
        if not queries:
            continue
        rows = embed(paths(queries))
        if name in groups:
            group = {"model": _lookup(rows, key_rows, queries, keys, **ranking)}
            if ranking:
                group["model, plain cosine"] = _lookup(rows, key_rows, queries, keys)
            if plain_keys is not None:
                group["untuned features"] = _lookup(
                    untuned_features(paths(queries)), plain_keys, queries, keys
                )
            figures["image to image"][name] = group
        ranked = {name: _lookup(rows, dna_rows, queries, dna_keys)}
        if dna_shifts is not None:
            ranked = {f"{name}, plain cosine": ranked[name]}
            gains = [kin.gains(rows) for kin in leaning.kin_of("dna")] if leaning is not None else []
            near = leaned.search(ExactIndex(dna_rows), rows, DECISION_K, dna_shifts, gains=gains)
            best = np.stack([np.resize(found, 5) if len(found) < 5 else found[:5] for found, *_ in near])
            truths, lineages = [r.lineage for r in queries], [r.lineage for r in dna_keys]
            ranked[name] = label_metrics(best, truths, lineages, True)
        blind = blind_metrics([r.lineage for r in queries], [r.lineage for r in dna_keys])
        for label, found in ranked.items():
            figures["image to dna"][label] = {rank: figure | blind[rank] for rank, figure in found.items()}
    untrained = [r for r in photos if r.split in out_of_training]
    trained = [r for r in photos if r.split in ("train", *(("tune",) if split == "test" else ()))]
    figures["image to image"]["unseen, across sources"] = across_sources(
        embed, untrained, trained, paths, leaning, baselines
    )
    return figures


def across_sources(
    embed: EmbedPhotos,
    untrained: Sequence[Record],
    trained: Sequence[Record],
    paths: Callable[[Sequence[Record]], list[Path]],
    leaning: Leaning | None,
    baselines: bool,
) -> dict[str, Any]:
    """Photos of untrained species, named by photos of other sources and beside all trained ones."""
    sources: dict[str | None, set[str]] = {}
    for record in untrained:
        if record.lineage.species:
            sources.setdefault(record.lineage.species, set()).add(record.source or "")
    queries = [r for r in untrained if len(sources.get(r.lineage.species, ())) > 1]
    if not queries:
        return {}
    keys = [*untrained, *trained]
    if len(keys) < LEAST_KEYS:
        return {}
    # What was trained on may be of any source: it names other species, and so can only mislead.
    own = np.array([r.source or "" for r in untrained] + [""] * len(trained))
    apart = (np.array([r.source or "-" for r in queries]), own)
    ways: dict[str, Any] = {}
    rows, key_rows = embed(paths(queries)), embed(paths(keys))
    ranking = _ranking(leaning, keys, key_rows)
    ways["model"] = _lookup(rows, key_rows, queries, keys, apart=apart, **ranking)
    if ranking:
        ways["model, plain cosine"] = _lookup(rows, key_rows, queries, keys, apart=apart)
    if baselines:
        rows, key_rows = untuned_features(paths(queries)), untuned_features(paths(keys))
        ways["untuned features"] = _lookup(rows, key_rows, queries, keys, apart=apart)
    return ways


def _shifts(
    leaning: Leaning | None, keys: Sequence[Record], modality: str, isolation: np.ndarray | None = None
) -> Shifts | None:
    """Of the keys, or None where photos are ranked by plain cosine."""
    if leaning is None or not leaning.touches(modality):
        return None
    names = {rank: [getattr(r.lineage, rank) for r in keys] for rank in ("family", "genus", "species")}
    return Shifts.of(names, modality, leaning, isolation)


def _ranking(leaning: Leaning | None, keys: Sequence[Record], rows: np.ndarray) -> dict[str, np.ndarray]:
    """`scale` and `shift` of photo keys, whose species are compared as their genera are.

    Args:
        rows: (m, d) of the keys.
    """
    if not len(keys):
        return {}
    isolation = isolations(rows, np.array([r.lineage.species or "" for r in keys]))
    shifts = _shifts(leaning, keys, "image", isolation)
    if shifts is None:
        return {}
    return {"shift": shifts.between} | ({} if shifts.scale is None else {"scale": shifts.scale})


def evaluate_all(config: Config, args: argparse.Namespace) -> dict[str, Any]:
    """All figures of `bioscan-train evaluate`, as plain values."""
    embed_barcodes, embed = _encoders(config, args)
    barcodes = unique_haplotypes(read_records(args.data / "barcodes.tsv.gz"))
    figures: dict[str, Any] = {
        "dna to dna": dna_figures(embed_barcodes, barcodes, args.split, not args.no_baselines)
    }
    if embed is not None and args.images is not None:
        photos = read_records(args.data / "photos.tsv")
        if args.pack:
            pack = ModelPack(args.pack)
            leaning, trained_on = pack.leaning, splits_of_pack(pack.manifest)
        else:
            trained_on = trained_splits(args.run_dir)
            kin = learned_kin(config, args.run_dir, photos, trained_on, args.images)
            leaning = leaning_of(config.export, trained_on, photos, kin)
        if args.split == "val" and TUNE in trained_on:
            log.warning("Photos of the tuning fold are not asked: they were trained on; see `fit --tuning`.")
        figures |= photo_figures(
            embed,
            embed_barcodes,
            photos,
            barcodes,
            args.images,
            args.split,
            not args.no_baselines,
            leaning,
            config.splits,
            trained_on,
        )
    return rounded(figures)


def splits_of_pack(manifest: ModelManifest) -> frozenset[str]:
    """Splits that a pack's photo tower was trained on, by its provenance; none where that does not tell.

    Packs of before say only what the recipe names, which is more for a run of `fit --tuning`.
    """
    recipe = manifest.provenance.get("recipe", {})
    stage = next((s for s in ("contrast", "align", "image") if s in recipe.get("stages", ())), None)
    named = recipe[stage]["train_splits"] if stage is not None else ()
    return frozenset(manifest.provenance.get("trained_splits", named))


def rounded(value: Any) -> Any:
    """Floats to four decimals, at any depth."""
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return round(value, 4) if isinstance(value, float) else value
