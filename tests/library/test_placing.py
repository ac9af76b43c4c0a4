"""Barcodes that are asked for: what a library leaves open of them, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.inference.columns import BLANK
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.frame import POSITIONS, backbone, frequencies, pack, place
from bioscan_desktop.inference.misread import RARE, usual_bases
from bioscan_desktop.library import aligning
from bioscan_desktop.library.aligning import usual_of
from bioscan_desktop.library.build import BuildOptions, build_library
from bioscan_desktop.library.importers.tables import Record
from bioscan_desktop.library.pack import Library
from bioscan_desktop.library.placing import asked_barcodes, misread_notice
from bioscan_desktop.services import calibrate
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.specimens import from_sequence
from tests.conftest import TinyWorld, placeable_barcode

SPECIES = 6


def record(number: int, sequence: str) -> Record:
    lineage = Lineage("Lepidoptera", "Noctuidae", f"Genus{number}", f"Genus{number} one")
    return Record(number, lineage, f"P{number}", nucleotides=sequence)


@pytest.fixture
def coi(world: TinyWorld, tmp_path: Path) -> Iterator[Identifier]:
    """Barcodes of six species that have a place in the frame."""
    model = ModelPack(world.model, "cpu")
    records = [record(number, placeable_barcode(number)) for number in range(SPECIES)]
    build_library(iter(records), model, tmp_path / "coi", BuildOptions("coi", title="COI"))
    library = Library(tmp_path / "coi")
    yield Identifier(model, library)
    library.close()


def spoilt(library: Library, sequence: str, errors: int) -> tuple[str, str]:
    """A barcode with bases that do not belong where they stand, and with N there."""
    places = np.flatnonzero(~library.usual.all(axis=1))[:: POSITIONS // (3 * errors)][:errors]
    assert len(places) == errors
    wrong, opened = list(sequence), list(sequence)
    for at in places.tolist():
        wrong[at], opened[at] = "ACGT"[int(np.flatnonzero(~library.usual[at])[0])], "N"
    return "".join(wrong), "".join(opened)


def test_the_barcodes_of_a_small_library_are_read_as_they_are(coi: Identifier) -> None:
    sequences = [placeable_barcode(number) for number in range(SPECIES)]
    asked = asked_barcodes(coi.library, sequences)
    assert asked is not None and asked.is_coi.all() and not asked.misread.any()
    assert np.array_equal(asked.codes, place(sequences).codes)


def test_what_does_not_belong_is_left_open_and_counted(coi: Identifier) -> None:
    wrong, opened = spoilt(coi.library, placeable_barcode(2), 5)
    asked = asked_barcodes(coi.library, [wrong, placeable_barcode(3)])
    assert asked is not None and asked.misread.tolist() == [5, 0]
    assert np.array_equal(asked.codes[0], place([opened]).codes[0])
    assert (asked.codes[0] == BLANK).sum() == 5 + (POSITIONS - len(opened))


def test_another_gene_is_no_coi_and_has_nothing_misread(coi: Identifier) -> None:
    asked = asked_barcodes(coi.library, ["ACGTTGCA" * 80])
    assert asked is not None and not asked.is_coi.any() and not asked.misread.any()


def test_a_library_of_another_gene_reads_barcodes_as_they_are(identifier: Identifier) -> None:
    assert not identifier.library.is_coi
    assert asked_barcodes(identifier.library, [placeable_barcode(1)]) is None


def test_an_answer_is_that_of_open_bases_and_says_so(coi: Identifier) -> None:
    wrong, opened = spoilt(coi.library, placeable_barcode(2), 4)
    first, second = coi.identify([from_sequence(wrong, "wrong"), from_sequence(opened, "open")])
    assert misread_notice(4) in first.notices
    assert not any("Probable" in notice for notice in second.notices)
    assert first.verdict == second.verdict
    assert first.hits[0].lineage.species == "Genus2 one"
    mismatch = [hit.mismatch for hit in first.hits]
    assert mismatch == [hit.mismatch for hit in second.hits] and mismatch[0] == 0.0
    # The aligned bases are shown as they were read.
    assert first.hits[0].percent_identity == pytest.approx(100 * (1 - 4 / len(wrong)), abs=0.01)


def test_no_error_is_told_of_a_barcode_that_the_library_has(coi: Identifier) -> None:
    # In a library of thousands, where a base that one species alone has is rare.
    sequences = [placeable_barcode(number) for number in range(SPECIES)]
    usual, codes = coi.library.usual.copy(), place(sequences).codes
    (alone,) = np.flatnonzero((codes[2] < BLANK) & (codes[[0, 1, 3, 4, 5]] != codes[2]).all(axis=0))[:1]
    usual[alone, codes[2, alone]] = False
    coi.library.usual = usual
    asked = asked_barcodes(coi.library, sequences)
    assert asked is not None and asked.misread.tolist() == [0, 0, 1, 0, 0, 0]
    (result,) = coi.identify([from_sequence(sequences[2], "own")])
    assert result.hits[0].percent_identity == 100.0
    assert not any("Probable" in notice for notice in result.notices)


def test_stop_codons_are_told_though_their_bases_are_left_open(coi: Identifier) -> None:
    sequence = backbone()
    for codon in (40, 90, 140):
        sequence = sequence[: 3 * codon + 1] + "TAA" + sequence[3 * codon + 4 :]
    (result,) = coi.identify([from_sequence(sequence, "pseudogene")])
    assert any(notice.startswith("Stop codons in every reading frame") for notice in result.notices)
    assert any(notice.startswith("Probable sequencing errors") for notice in result.notices)


def test_a_notice_comes_once_though_another_barcode_fails(
    coi: Identifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong, _ = spoilt(coi.library, placeable_barcode(2), 4)
    search = coi.library.search

    def several_fail(modality: str, rows: np.ndarray, *args: object, **more: object) -> object:
        if len(rows) > 1:
            raise BioscanError("one of them cannot be searched.")
        return search(modality, rows, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(coi.library, "search", several_fail)
    results = coi.identify(
        [from_sequence(wrong, "a"), from_sequence(placeable_barcode(1), "b")], first_step=2
    )
    assert [sum("Probable" in notice for notice in result.notices) for result in results] == [1, 0]


def test_calibration_asks_as_a_user_does(coi: Identifier) -> None:
    wrong, _ = spoilt(coi.library, placeable_barcode(2), 6)
    queries = calibrate.embed(coi, [record(2, wrong)], None)["dna"]
    asked = asked_barcodes(coi.library, [wrong])
    assert asked is not None
    assert np.array_equal(queries.rows[0], coi.model.embed_barcodes([wrong], asked.codes)[0])
    (case, *_) = calibrate.ask(coi, queries)
    assert min(hit.mismatch for hit in case.hits if hit.mismatch is not None) == 0.0


def test_a_library_too_large_to_scan_is_told_by_a_sample(
    coi: Identifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    barcodes = [placeable_barcode(number) for number in range(SPECIES)]
    every = usual_bases(pack(place(barcodes).codes))
    assert np.array_equal(usual_of(coi.library.records, coi.library.aligned), every)
    assert np.array_equal(usual_of(coi.library.records, None), every)
    monkeypatch.setattr(aligning, "SAMPLE", 2)
    monkeypatch.setattr(aligning, "PLACED", 2)
    for aligned in (coi.library.aligned, None):
        usual = usual_of(coi.library.records, aligned)
        assert not (usual & ~every).any() and not np.array_equal(usual, every)
    assert (every[:, :BLANK] | (frequencies() < RARE)).all()
