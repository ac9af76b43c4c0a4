"""What badges are compared with, and the words around them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.names import NameIndex
from bioscan_desktop.core.taxonomy import RANKS, Lineage
from bioscan_desktop.core.verdict import RankShare, Verdict
from bioscan_desktop.services.identify import Identification, Provenance
from bioscan_desktop.services.specimens import Specimen
from bioscan_desktop.ui import comparing

PRONUBA = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba")
COMES = Lineage("Lepidoptera", "Noctuidae", "Noctua", "Noctua comes")
MEGASELIA = Lineage("Diptera", "Phoridae", "Megaselia", "Megaselia sp. 2")
NAMES = NameIndex([(PRONUBA, None, 1), (COMES, None, 1), (MEGASELIA, "BOLD:AAB0003", 1)])
NOBODY = Verdict(None, None, 0.0, True, "unlike_library", None, "", ())


def verdict(lineage: Lineage, rank: str = "species") -> Verdict:
    shares = tuple(RankShare(r, name, 0.9) for r in RANKS if (name := lineage.at(r)))
    return Verdict(lineage.at(rank), rank, 0.9, True, "none", None, "", shares)


def hit(lineage: Lineage, modality: str = "image", bin_uri: str | None = None) -> Hit:
    return Hit(1, modality, modality, 0.9, lineage, bin_uri=bin_uri)


def result(whole: Verdict | None, hits: list[Hit], **by_modality: Verdict) -> Identification:
    return Identification(
        specimen=Specimen("moth", "moth.jpg"),
        status="ok",
        error=None,
        verdict=whole,
        by_modality=by_modality or ({"image": whole} if whole else {}),
        modality_agreement=None,
        hits=tuple(hits),
        badges=("none",) * len(hits),
        notices=(),
        elapsed_ms=1.0,
        provenance=Provenance("l", "1", "m", "1", "", "CPU"),
    )


PHOTO_ONLY = result(verdict(PRONUBA), [hit(PRONUBA), hit(COMES)])
BOTH = result(
    verdict(PRONUBA, "genus"),
    [hit(PRONUBA), hit(COMES, "dna")],
    image=verdict(PRONUBA),
    dna=verdict(COMES),
)


def kinds(found: list[comparing.Standard]) -> list[str]:
    return [standard.kind for standard in found]


def levels(found: list[comparing.Agreement | None]) -> list[str | None]:
    return [badge.level if badge else None for badge in found]


def test_only_what_exists_can_be_chosen() -> None:
    own = NAMES.resolve("Noctua comes")
    assert kinds(comparing.standards(PHOTO_ONLY, None)) == ["verdict"]
    assert kinds(comparing.standards(PHOTO_ONLY, own)) == ["verdict", "user"]
    assert kinds(comparing.standards(BOTH, own)) == ["verdict", "user", "other_modality"]
    assert comparing.standards(result(NOBODY, [hit(PRONUBA)]), None) == []
    assert kinds(comparing.standards(result(NOBODY, [hit(PRONUBA)]), own)) == ["user"]
    assert comparing.standards(result(None, []), own) == []
    assert kinds(comparing.standards(result(NOBODY, [], image=NOBODY, dna=NOBODY), None)) == []


def test_alone_it_is_a_consensus_never_a_match() -> None:
    (only,) = comparing.standards(PHOTO_ONLY, None)
    assert "consensus" in only.title and "match" not in only.title
    for badge in comparing.badges(PHOTO_ONLY, "verdict", None):
        assert badge is not None and "consensus" in badge.words and "match" not in badge.words


def test_the_preferred_is_used_where_it_exists() -> None:
    found = comparing.standards(BOTH, None)
    assert comparing.choose(found, "other_modality") == found[1]
    assert comparing.choose(found, "user") == found[0]
    assert comparing.choose([], "user") is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Noctua pronuba", ["species", "genus"]),
        ("Noctua", ["genus", "genus"]),
        ("Noctuidae", ["family", "family"]),
        ("Noctua nova", ["genus", "genus"]),
        ("Foo bar", ["none", "none"]),
        ("Diptera", ["none", "none"]),
    ],
)
def test_badges_against_the_own_name(name: str, expected: list[str]) -> None:
    own = NAMES.resolve(name)
    found = comparing.badges(PHOTO_ONLY, "user", own)
    assert levels(found) == expected
    assert all(badge and f"your own name, {name}" in badge.words for badge in found)


def test_badges_against_the_other_part_cross_over() -> None:
    found = comparing.badges(BOTH, "other_modality", None)
    assert levels(found) == ["genus", "genus"]
    assert found[0] and "the barcode's verdict, Noctua comes" in found[0].words
    assert found[1] and "the photo's verdict, Noctua pronuba" in found[1].words
    crossed = replace(BOTH, hits=(hit(COMES), hit(PRONUBA, "dna")))
    assert levels(comparing.badges(crossed, "other_modality", None)) == ["species", "species"]


def test_without_a_name_on_the_other_side_there_is_no_badge() -> None:
    one = result(verdict(PRONUBA), [hit(PRONUBA), hit(PRONUBA, "dna")], image=verdict(PRONUBA), dna=NOBODY)
    assert levels(comparing.badges(one, "other_modality", None)) == [None, "species"]
    used = comparing.Standard("other_modality", "")
    assert (
        comparing.section_title("image", one, used) == "To the photo: the barcode has no name to compare with"
    )
    assert comparing.section_title("dna", one, used).endswith("the photo's verdict, Noctua pronuba")
    assert comparing.section_title("dna", one, None) == "To the barcode"


def test_interim_names_agree_only_in_the_same_bin() -> None:
    own = NAMES.resolve("Megaselia sp. 2")
    near = result(
        verdict(MEGASELIA, "genus"), [hit(MEGASELIA, "dna", b) for b in ("BOLD:AAB0003", "BOLD:X", None)]
    )
    assert levels(comparing.badges(near, "user", own)) == ["species", "genus", "genus"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "Noctua pronuba",
            "Species in this library: Lepidoptera › Noctuidae › Noctua. The verdict is the same species.",
        ),
        ("Noctua comes", "The verdict agrees down to genus."),
        ("Noctua", "Genus in this library: Lepidoptera › Noctuidae. The verdict agrees down to genus."),
        ("Noctua nova", "Not in this library; its genus Noctua is: Lepidoptera › Noctuidae › Noctua."),
        ("Foo bar", "Not in this library, so no reference can agree with it."),
        ("Diptera", "The verdict, Noctua pronuba, contradicts it."),
    ],
)
def test_what_is_said_of_an_own_name(name: str, words: str) -> None:
    assert words in comparing.own_name_text(NAMES.resolve(name), PHOTO_ONLY)


def test_a_coarse_verdict_agrees_as_far_as_it_goes() -> None:
    text = comparing.own_name_text(NAMES.resolve("Noctua pronuba"), result(verdict(PRONUBA, "genus"), []))
    assert "agrees as far as it goes, to genus" in text
    assert comparing.own_name_text(None, PHOTO_ONLY) == ""
