"""Metrics against values worked out by hand, and against published per-query predictions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.taxonomy import RANKS, Lineage
from bioscan_desktop.core.verdict import RankShare, Verdict
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.library.build import BuildOptions, build_library
from bioscan_desktop.library.importers.tables import read_table
from bioscan_desktop.library.pack import Library
from bioscan_desktop.services import evaluate
from bioscan_desktop.services.evaluate import (
    Answered,
    answer,
    auroc,
    expected_calibration_error,
    harmonic_mean,
    summarise,
    top_k_accuracy,
)
from bioscan_desktop.services.identify import Identifier
from tests.conftest import SPECIES, TinyWorld, mutate, random_barcode

PRONUBA = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba")
COMES = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua comes")
RAPAE = Lineage("Lepidoptera", "Pieridae", "Pieris", "Pieris rapae")
RIBESII = Lineage("Diptera", "Syrphidae", "Syrphus", "Syrphus ribesii")


def said(lineage: Lineage, rank: str | None, confidence: float) -> Verdict:
    if rank is None:
        return Verdict(None, None, 0.0, False, "none", None, ".", ())
    ranks = tuple(RankShare(r, str(lineage.at(r)), confidence) for r in RANKS)
    return Verdict(lineage.at(rank), rank, confidence, False, "none", None, ".", ranks)


class TestTopK:
    def test_micro_and_macro_by_hand(self) -> None:
        truths = [PRONUBA, PRONUBA, PRONUBA, RAPAE]
        nearest = [[PRONUBA, RAPAE], [COMES, PRONUBA], [RIBESII, RIBESII, COMES], [RAPAE]]
        one = top_k_accuracy(truths, nearest, 1)
        assert one["species"] == {"micro": pytest.approx(2 / 4), "macro": pytest.approx((1 / 3 + 1) / 2)}
        assert one["genus"] == {"micro": pytest.approx(3 / 4), "macro": pytest.approx((2 / 3 + 1) / 2)}
        assert one["order"] == {"micro": pytest.approx(3 / 4), "macro": pytest.approx(3 / 4)}
        assert top_k_accuracy(truths, nearest, 2)["species"]["micro"] == pytest.approx(3 / 4)
        three = top_k_accuracy(truths, nearest, 3)
        assert three["genus"]["micro"] == 1.0
        assert three["species"]["micro"] == pytest.approx(3 / 4)

    def test_ranks_are_independent(self) -> None:
        mixed = Lineage("Diptera", "Noctuidae", None, "Noctua pronuba")
        found = top_k_accuracy([PRONUBA], [[mixed]], 1)
        assert [found[rank]["micro"] for rank in RANKS] == [0.0, 1.0, 0.0, 1.0]

    def test_unknown_labels_are_left_out_on_either_side(self) -> None:
        found = top_k_accuracy([Lineage("Diptera"), RIBESII], [[Lineage()], [Lineage("Diptera")]], 1)
        assert found["order"]["micro"] == pytest.approx(1 / 2)
        assert found["family"] == {"micro": 0.0, "macro": 0.0}  # one query has a family
        assert top_k_accuracy([Lineage()], [[Lineage()]], 1)["order"] == {"micro": None, "macro": None}

    def test_interim_species_are_no_species(self) -> None:
        interim = Lineage("Diptera", "Phoridae", "Megaselia", "Megaselia sp. 1")
        found = top_k_accuracy([interim], [[interim]], 1)
        assert found["species"]["micro"] is None
        assert found["genus"]["micro"] == 1.0

    def test_a_query_without_neighbours_is_wrong(self) -> None:
        assert top_k_accuracy([PRONUBA], [[]], 5)["order"]["micro"] == 0.0


@pytest.mark.parametrize(
    ("a", "b", "mean"),
    [(0.5, 0.5, 0.5), (1.0, 0.5, 2 / 3), (0.0, 0.9, 0.0), (0.0, 0.0, 0.0), (None, 0.5, None)],
)
def test_harmonic_mean(a: float | None, b: float | None, mean: float | None) -> None:
    assert harmonic_mean(a, b) == (pytest.approx(mean) if mean is not None else None)
    assert harmonic_mean(b, a) == (pytest.approx(mean) if mean is not None else None)


class TestAuroc:
    def test_by_hand(self) -> None:
        assert auroc([3, 2], [1, 0]) == 1.0
        assert auroc([0, 1], [2, 3]) == 0.0
        assert auroc([1, 3], [2, 2]) == 0.5
        assert auroc([1], [1]) == 0.5
        assert auroc([2, 1], [1, 0, 0]) == pytest.approx((3 + 2.5) / 6)
        assert auroc([], [1]) is None
        assert auroc([1], []) is None

    @given(
        st.lists(st.integers(0, 6), min_size=1, max_size=20),
        st.lists(st.integers(0, 6), min_size=1, max_size=20),
    )
    def test_it_is_the_share_of_pairs_in_order(self, positives: list[int], negatives: list[int]) -> None:
        pairs = [(p > n) + 0.5 * (p == n) for p in positives for n in negatives]
        assert auroc(positives, negatives) == pytest.approx(np.mean(pairs))


class TestCalibrationError:
    def test_by_hand(self) -> None:
        assert expected_calibration_error([], []) is None
        assert expected_calibration_error([0.9] * 10, [True] * 9 + [False]) == pytest.approx(0)
        assert expected_calibration_error([1.0, 1.0], [False, False]) == 1.0
        # Bins 0.2-0.3 (|0.25 - 0.5|, weight 2 of 3) and 0.9-1 (|0.95 - 1|, weight 1 of 3).
        error = expected_calibration_error([0.25, 0.25, 0.95], [True, False, True])
        assert error == pytest.approx(0.25 * 2 / 3 + 0.05 / 3)

    def test_one_belongs_to_the_last_bin(self) -> None:
        assert expected_calibration_error([1.0, 0.95], [True, True]) == pytest.approx(0.025)


class TestSummary:
    ANSWERED = (
        Answered(PRONUBA, (PRONUBA,), said(PRONUBA, "species", 0.9), 0.99),
        Answered(COMES, (PRONUBA, COMES), said(PRONUBA, "species", 0.8), 0.95),
        Answered(RAPAE, (RAPAE,), said(RAPAE, "genus", 0.7), 0.90),
        Answered(RIBESII, (RAPAE,), said(RAPAE, None, 0.0), 0.50),
        Answered(Lineage("Diptera"), (RIBESII,), said(RIBESII, "species", 0.6), 0.96),
    )

    def test_by_hand(self) -> None:
        figures = summarise(
            self.ANSWERED, frozenset({"Pieris rapae"}), frozenset({PRONUBA.species, COMES.species})
        )
        assert figures["top_k"]["1"]["species"]["micro"] == pytest.approx(2 / 4)
        assert figures["top_k"]["3"]["species"]["micro"] == pytest.approx(3 / 4)
        assert figures["seen"]["n_queries"] == 4
        assert figures["unseen"]["n_queries"] == 1
        assert figures["seen"]["top_k"]["1"]["species"]["micro"] == pytest.approx(1 / 3)
        assert figures["unseen"]["top_k"]["1"]["species"]["micro"] == 1.0
        assert figures["harmonic_mean"]["1"]["species"]["micro"] == pytest.approx(0.5)
        verdict = figures["verdict"]
        # A call whose truth is unknown at its rank is neither right nor wrong.
        assert verdict["accuracy_by_rank"]["species"] == {"calls": 2, "precision": 0.5}
        assert verdict["accuracy_by_rank"]["genus"] == {"calls": 1, "precision": 1.0}
        assert verdict["precision_of_species_calls"] == 0.5
        assert verdict["coverage_of_species_calls"] == pytest.approx(2 / 4)
        assert verdict["mean_rank"] == pytest.approx((4 + 4 + 3 + 0 + 4) / 5)
        assert verdict["unnamed"] == 1
        # Novel: 0.90 and 0.50; familiar: 0.99 and 0.95.
        assert figures["novelty_auroc"] == 1.0
        assert figures["ece"] == pytest.approx((0.1 + 0.8 + 0.3) / 3)

    def test_interim_species_are_no_species(self) -> None:
        interim = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua sp. 2")
        known = frozenset({str(PRONUBA.species), str(COMES.species)})
        more = [Answered(interim, (PRONUBA,), said(PRONUBA, "species", 0.9), 0.5)] * 3
        plain, figures = (summarise(some, None, known) for some in (self.ANSWERED, (*self.ANSWERED, *more)))
        for name in ("precision_of_species_calls", "coverage_of_species_calls"):
            assert figures["verdict"][name] == plain["verdict"][name]
        for name in ("novelty_auroc", "ece"):
            assert figures[name] == plain[name]
        assert figures["missing_species"] == plain["missing_species"]
        for name in ("reliability", "risk_coverage"):
            assert figures[name]["species"] == plain[name]["species"]
            assert figures[name]["genus"]["n"] == plain[name]["genus"]["n"] + 3

    def test_without_a_list_of_unseen_species(self) -> None:
        figures = summarise(self.ANSWERED, None, frozenset())
        assert not {"seen", "unseen", "harmonic_mean"} & figures.keys()
        assert figures["novelty_auroc"] is None


class TestAnswer:
    def test_keys_that_the_library_lacks_are_refused(self, world: TinyWorld, tmp_path: Path) -> None:
        model = ModelPack(world.model, "cpu")
        build_library(read_table(world.records), model, tmp_path / "lib", BuildOptions("barcodes"))
        library = Library(tmp_path / "lib")
        with pytest.raises(ArgumentError, match="The library barcodes has no image keys"):
            answer(Identifier(model, library), read_table(world.records), "dna", "image", None)
        library.close()

    def test_barcodes_photos_and_both(self, world: TinyWorld, identifier: Identifier) -> None:
        for query in evaluate.QUERIES:
            records = [
                r
                for r in read_table(world.records)
                if (query == "image" and r.image_file) or (query == "dna" and r.nucleotides)
            ]
            answered, failed = answer(identifier, records, query, "all", world.images)
            assert failed == []
            assert len(answered) == len(records)
            for one, record in zip(answered, records, strict=True):
                assert one.truth == record.lineage
                assert len(one.nearest) == 5
            if records:
                assert top_k_accuracy([a.truth for a in answered], [a.nearest for a in answered], 5)[
                    "species"
                ]["micro"] == pytest.approx(1.0)

    def test_failed_queries_are_named_and_the_truths_stay_with_their_answers(
        self, world: TinyWorld, identifier: Identifier, tmp_path: Path
    ) -> None:
        path = tmp_path / "q.tsv"
        names = "\t".join(SPECIES[2][:4])
        rows = []
        for number in range(30):
            good = mutate(random_barcode(number % 4), 1, number)
            names = "\t".join(SPECIES[number % 4][:4])
            rows.append(f"Q{number}\t{good if number % 3 else 'ACGT'}\t{names}\n")
        path.write_text("processid\tnucleotides\torder\tfamily\tgenus\tspecies\n" + "".join(rows))
        answered, failed = answer(identifier, read_table(path), "dna", "dna", None)
        assert [name for name, _ in failed] == [f"Q{n}" for n in range(0, 30, 3)]
        assert [a.truth.species for a in answered] == [SPECIES[n % 4][3] for n in range(30) if n % 3]
        assert all(a.nearest[0].species == a.truth.species for a in answered)

    def test_queries_that_lack_their_part_fail(self, world: TinyWorld, identifier: Identifier) -> None:
        records = [r for r in read_table(world.records) if r.nucleotides]
        answered, failed = answer(identifier, records, "both", "all", world.images)
        assert answered == []
        assert {sentence.split(" ", 1)[1] for _, sentence in failed} == {"has no photo."}

    @pytest.mark.parametrize(("query", "keys"), [("text", "all"), ("dna", "text")])
    def test_unknown_kinds(self, identifier: Identifier, query: str, keys: str) -> None:
        with pytest.raises(ArgumentError):
            answer(identifier, [], query, keys, None)
