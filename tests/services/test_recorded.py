"""Whatever the window can show of an answer is still there after a session was closed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bioscan_desktop.core.barcode import reverse_complement
from bioscan_desktop.inference.crop import Box
from bioscan_desktop.services.identify import Identification, Identifier
from bioscan_desktop.services.recorded import answer_of, identification_of, specimen_of, stored_of
from bioscan_desktop.services.specimens import Specimen, from_sequence, join, join_photos
from tests.conftest import TinyWorld

RAPAE, BALTEATUS = "Pieris rapae", "Episyrphus balteatus"


@pytest.fixture
def results(world: TinyWorld, identifier: Identifier, tmp_path: Path) -> list[Identification]:
    photo = Specimen("p", "p.jpg", world.photos[RAPAE])
    barcode = from_sequence(reverse_complement(world.barcodes[RAPAE]), "b")
    other = from_sequence(world.barcodes[BALTEATUS], "o")
    given = [photo, barcode, join(photo, barcode), join(photo, other), Specimen("g", "g", tmp_path / "g.jpg")]
    given.append(join_photos([join(photo, barcode), photo, given[-1]]))
    return list(identifier.identify(given))


def test_an_answer_comes_back_as_it_was(results: list[Identification]) -> None:
    for result in results:
        record = json.loads(json.dumps(answer_of(result).record))
        back = identification_of(record, result.specimen)
        hits = tuple(replace(hit, consensus=None) for hit in result.hits)
        assert (back.error and back.error.message) == (result.error and result.error.message)
        assert replace(back, error=None) == replace(result, hits=hits, error=None)
        assert back.to_json() == result.to_json()
        assert {name: record[name] for name in result.to_json()} == result.to_json()


def test_what_is_found_and_filtered_by(results: list[Identification]) -> None:
    answers = [answer_of(result) for result in results]
    assert [answer.conflict for answer in answers] == [False, False, False, True, False, False]
    assert "Pieris rapae" in answers[1].names and answers[4].names == ()


def test_a_specimen_comes_back_as_it_was(world: TinyWorld, tmp_path: Path) -> None:
    bad = from_sequence("ACGT", "bad")
    given = [
        Specimen("in", "in.jpg", tmp_path / "sub" / "in.jpg", from_sequence(world.barcodes[RAPAE]).barcode),
        Specimen("out", "out.jpg", tmp_path.parent / "out.jpg"),
        Specimen("pasted", "pasted", b"\x89PNG"),
        Specimen("cut", "cut.jpg", tmp_path / "cut.jpg", crop=Box(0.1, 0.25, 0.5, 1.0)),
        bad,
    ]
    given.append(join_photos(given[:4]))
    for specimen in given:
        for root in (tmp_path, None):
            assert specimen_of(stored_of(specimen, root), root) == specimen
    assert stored_of(given[0], tmp_path).photo == "sub/in.jpg"


def test_records_of_a_later_version_are_read(results: list[Identification]) -> None:
    record = answer_of(results[0]).record
    for values in (record["kept"]["verdict"], record["kept"]["hits"][0]):
        values["something_new"] = 1
    assert identification_of(record, results[0].specimen).verdict == results[0].verdict
