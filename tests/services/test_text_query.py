"""Words as queries: names without a model, and the nearest keys with one that can read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.library.build import BuildOptions, build_library
from bioscan_desktop.library.importers.tables import read_table
from bioscan_desktop.library.pack import Library
from bioscan_desktop.services import text_query
from bioscan_desktop.services.browse import Taxonomy
from bioscan_desktop.services.identify import Identifier
from tests.conftest import SPECIES, TinyWorld, add_text_encoder

TEMPLATE = "{order} {family} {genus} {species}"


@pytest.fixture
def reading(world: TinyWorld, tmp_path: Path) -> Iterator[Identifier]:
    """A model that reads names, and a library built with it."""
    model = tmp_path / "reading"
    shutil.copytree(world.model, model)
    parts = sorted({part for *names, _ in SPECIES for name in names for part in name.lower().split()})
    words = tmp_path / "words.txt"
    words.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *parts, ""]), encoding="utf-8")
    add_text_encoder(model, "wordpiece", words, 12, TEMPLATE)
    pack = ModelPack(model, "cpu")
    build_library(
        read_table(world.records), pack, tmp_path / "library", BuildOptions("r", images=world.images)
    )
    library = Library(tmp_path / "library")
    yield Identifier(pack, library)
    library.close()


def test_names_need_no_model(identifier: Identifier) -> None:
    taxonomy = Taxonomy(identifier.library.records, "Tiny")
    assert not text_query.can_read(identifier)
    answer = text_query.ask(identifier, taxonomy, " noctua  pro")
    assert [match.text for match in answer.names] == ["Noctua pronuba"]
    assert (answer.hits, answer.asked) == ([], "")


def test_a_name_is_asked_with_its_lineage(reading: Identifier) -> None:
    taxonomy = Taxonomy(reading.library.records, "Tiny")
    assert text_query.can_read(reading)
    answer = text_query.ask(reading, taxonomy, "PIERIS rapae", k=5)
    assert answer.asked == "Lepidoptera Pieridae Pieris Pieris rapae"
    scores = [hit.score for hit in answer.hits]
    assert len(scores) == 5 and scores == sorted(scores, reverse=True)
    assert {hit.query_modality for hit in answer.hits} == {"text"}
    row = reading.model.embed_texts([answer.asked])[0]
    keys = {m: reading.library.keys(m) for m in reading.library.modalities}
    best = max(float(np.max(rows @ row)) for rows in keys.values())
    assert scores[0] == pytest.approx(best, abs=1e-5)


def test_other_words_are_asked_as_they_are(reading: Identifier) -> None:
    taxonomy = Taxonomy(reading.library.records, "Tiny")
    answer = text_query.ask(reading, taxonomy, "a white  butterfly")
    assert answer.asked == "a white butterfly" and answer.names == []
    assert answer.hits


def test_a_genus_is_asked_without_a_species(reading: Identifier) -> None:
    taxonomy = Taxonomy(reading.library.records, "Tiny")
    assert text_query.ask(reading, taxonomy, "noctua").asked == "Lepidoptera Noctuidae Noctua"


def test_nothing_is_no_question(identifier: Identifier) -> None:
    taxonomy = Taxonomy(identifier.library.records, "Tiny")
    with pytest.raises(ArgumentError, match="Type a name"):
        text_query.ask(identifier, taxonomy, "  ")
