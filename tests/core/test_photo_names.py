"""Which photos are of one individual, by their names."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioscan_desktop.core.photo_names import VIEWS, beginnings, grouped, key_of, sample_of, stem_of


@pytest.mark.parametrize(
    ("stem", "views", "numbers"),
    [
        ("NHM-0412_dorsal", "NHM-0412", "NHM-0412"),
        ("NHM-0412 Ventral", "NHM-0412", "NHM-0412"),
        ("NHM-0412_D", "NHM-0412", "NHM-0412"),
        ("NHM-0412(head)", "NHM-0412", "NHM-0412"),
        ("NHM-0412_head_lateral", "NHM-0412", "NHM-0412"),
        ("NHM-0412_te\u0302te", "NHM-0412", "NHM-0412"),
        ("ZSM-7_Oberseite", "ZSM-7", "ZSM-7"),
        ("ZSM-7_Ru\u0308cken", "ZSM-7", "ZSM-7"),
        ("ZSM-7 seitlich links", "ZSM-7", "ZSM-7"),
        ("MNCN-7_vientre", "MNCN-7", "MNCN-7"),
        ("MZSP-7_cabeça", "MZSP-7", "MZSP-7"),
        ("MSNM-7_sotto", "MSNM-7", "MSNM-7"),
        ("RMNH-7_onderkant", "RMNH-7", "RMNH-7"),
        ("MNHN-7_côté", "MNHN-7", "MNHN-7"),
        ("MNCN-7_dos", None, None),  # the second one
        ("NHM-0412_1", None, "NHM-0412"),
        ("NHM-0412-12", None, "NHM-0412"),
        ("NHM-0412 (2)", None, "NHM-0412"),
        ("NHM-0412_dorsal2", None, "NHM-0412"),
        ("NHM-0412_dorsal_2", None, "NHM-0412"),
        ("昆虫-٣_dorsal", "昆虫-٣", "昆虫-٣"),
        ("Trap12-3_dorsal", "Trap12-3", "Trap12-3"),  # moth 3 of trap 12
        ("2026-07-31_5", None, "2026-07-31"),  # one number, and not the day as well
        ("NHM-0412", None, None),
        ("NHM-1", None, None),  # without the number there is no sample id
        ("NHM-1_dorsal", "NHM-1", "NHM-1"),
        ("Noctua_pronuba_dorsal", None, None),  # a species is no individual
        ("Noctua_pronuba_2", None, None),
        ("NHM-0412_label", None, None),
        ("NHM-0412_123", None, None),
        ("dorsal", None, None),
        ("1_", None, None),
        ("", None, None),
    ],
)
def test_sample_ids(stem: str, views: str | None, numbers: str | None) -> None:
    assert sample_of(stem) == views
    assert sample_of(stem, numbers=True) == numbers


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("ab-12_side", ["ab-12"]),
        ("ab-12 side (2)", ["ab-12 side", "ab-12"]),
        ("ab-12__a_b", ["ab-12__a", "ab-12"]),
        ("img_0001", []),
        ("side", []),
        ("1", []),
    ],
)
def test_beginnings_of_file_names(name: str, found: list[str]) -> None:
    assert list(beginnings(name)) == found


def names(groups: list, files: list[tuple[str, str]]) -> set[tuple[str, frozenset[str]]]:
    return {(one.sample, frozenset("/".join(files[place]) for place in one.members)) for one in groups}


def test_photos_of_a_folder_and_a_sample_are_one() -> None:
    files = [
        ("a", "NHM-1_ventral.JPG"), ("a", "nhm-1 dorsal.png"), ("b", "NHM-1_dorsal.jpg"), ("a", "NHM-1.jpg"),
        ("a", "NHM-2_1.jpg"), ("a", "NHM-2_2.jpg"), ("a", "NHM-3.jpg"), ("a", "NHM-3.tif"), ("a", "x.jpg"),
    ]  # fmt: skip
    by_word = grouped(files)
    assert [one.members for one in by_word] == [(1, 3, 0), (2,), (4,), (5,), (6,), (7,), (8,)]
    assert [one.sample for one in by_word] == [
        "nhm-1", "NHM-1_dorsal", "NHM-2_1", "NHM-2_2", "NHM-3", "NHM-3", "x",
    ]  # fmt: skip
    assert [one.members for one in grouped(files, numbers=True)] == [
        (1, 3, 0),
        (2,),
        (4, 5),
        (6,),
        (7,),
        (8,),
    ]


_SAMPLE = st.one_of(
    st.text(max_size=6), st.from_regex(r"[A-Z]{0,2}-?\d{1,4}", fullmatch=True), st.just("昆虫-3")
)
_SUFFIX = st.sampled_from(
    ["", *sorted(VIEWS), "1", "2", "(2)", "02", "dorsal2", "ТЕСТ", "label", "_", "Dorsal"]
)
_FILE = st.builds(
    lambda folder, sample, cut, suffix, ending: (folder, f"{sample}{cut}{suffix}{ending}"),
    st.sampled_from(["", "a", "a/b"]),
    _SAMPLE,
    st.sampled_from(["", "_", "-", " ", "."]),
    _SUFFIX,
    st.sampled_from([".jpg", ".PNG", ""]),
)
FILES = st.lists(_FILE, max_size=12, unique=True)


@given(FILES, st.booleans(), st.randoms(use_true_random=False))
def test_every_photo_is_in_one_group_whatever_the_order(files, numbers, random) -> None:  # type: ignore[no-untyped-def]
    groups = grouped(files, numbers)
    assert sorted(place for one in groups for place in one.members) == list(range(len(files)))
    shuffled = random.sample(files, len(files))
    again = grouped(shuffled, numbers)
    assert names(again, shuffled) == names(groups, files)
    for one in groups:
        assert len({files[place][0] for place in one.members}) == 1
    # In each group the order is that of the names, too.
    orders = {tuple(files[place] for place in one.members) for one in groups}
    assert orders == {tuple(shuffled[place] for place in one.members) for one in again}


@given(FILES)
def test_numbers_only_join_more(files: list[tuple[str, str]]) -> None:
    """Whatever is one by words is one with numbers, too."""
    of = {place: number for number, one in enumerate(grouped(files, True)) for place in one.members}
    for one in grouped(files):
        assert len({of[place] for place in one.members}) == 1


@given(_FILE)
def test_a_sample_id_is_a_beginning_with_a_digit(file: tuple[str, str]) -> None:
    stem = stem_of(file[1])
    sample = sample_of(stem, numbers=True)
    if sample is not None:
        assert sample in list(beginnings(stem)) and any(letter.isdigit() for letter in sample)
    # Accents as one sign or as two, and case, change nothing.
    for form in ("NFC", "NFD"):
        assert key_of("", unicodedata.normalize(form, file[1])) == key_of("", file[1])
