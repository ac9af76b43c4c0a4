"""Words follow the evidence: bands, percentages, italics, blanks."""

from __future__ import annotations

import pytest

from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.core.verdict import Verdict
from bioscan_desktop.ui import wording


def _verdict(share: float, rank: str = "genus", calibrated: bool = True, novelty: str = "none") -> Verdict:
    return Verdict("Noctua", rank, share, calibrated, novelty, None, "", ())


@pytest.mark.parametrize(
    ("share", "word"),
    [(1.0, "Very likely"), (0.95, "Very likely"), (0.9499, "Likely"), (0.80, "Likely"), (0.7999, "Possible")],
)
def test_bands(share: float, word: str) -> None:
    assert wording.likelihood(_verdict(share)) == word


def test_without_calibration_there_is_no_word_of_chance() -> None:
    assert wording.likelihood(_verdict(0.99, calibrated=False)) == "Best match"


def test_nothing_is_named_where_the_library_has_nothing_like_it() -> None:
    verdict = Verdict(None, None, 0.0, True, "unlike_library", 0.001, "", ())
    assert wording.likelihood(verdict) == "Not in library"
    assert wording.headline(verdict).text == "Not in this library"
    assert "Unlike anything" in wording.novelty_text(verdict)


@pytest.mark.parametrize(
    ("share", "text"),
    [(1.0, "100%"), (0.999, ">99%"), (0.994, "99%"), (0.5, "50%"), (0.004, "<1%"), (0.0, "0%")],
)
def test_shares_never_round_to_certainty(share: float, text: str) -> None:
    assert wording.percent(share) == text


@pytest.mark.parametrize(
    ("name", "rank", "italic"),
    [
        ("Noctua", "genus", True),
        ("Noctua pronuba", "species", True),
        ("Noctua sp. 2", "species", False),
        ("Noctuidae", "family", False),
    ],
)
def test_italics(name: str, rank: str, italic: bool) -> None:
    assert wording.taxon(name, rank).italic is italic


def test_names_are_escaped() -> None:
    assert wording.taxon("<b>x</b>", "genus").html == "<i>&lt;b&gt;x&lt;/b&gt;</i>"


def test_a_similarity_is_never_a_percentage() -> None:
    hit = Hit(1, "image", "dna", 0.93, Lineage("Lepidoptera", None, None, None), country="Peru")
    spoken = wording.hit_spoken(hit, "Same order as the verdict")
    assert "similarity 0.93" in spoken and "%" not in spoken and "Same order" in spoken


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("/a/b/moth.jpg", "moth.jpg"),
        ("C:\\photos\\moth.jpg + header of 1", "moth.jpg + header of 1"),
        ("pasted barcode", "pasted barcode"),
        ("/", "/"),
    ],
)
def test_sources_are_shortened(text: str, short: str) -> None:
    assert wording.source(text) == short


def test_counts_and_times() -> None:
    assert wording.count(1, "photo") == "1 photo"
    assert wording.count(12345, "photo") == "12\u202f345 photos"
    assert wording.eta_text(3) == "a few seconds left"
    assert wording.eta_text(42) == "about 40 s left"
    assert wording.eta_text(600) == "about 10 min left"
    assert wording.eta_text(7200) == "about 2.0 h left"
