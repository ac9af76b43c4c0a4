"""A small session with every kind of row in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bioscan_desktop.core.barcode import Barcode
from bioscan_desktop.core.errors import BarcodeError
from bioscan_desktop.session import specimens
from bioscan_desktop.session.database import Database
from bioscan_desktop.session.specimens import Answer, FileFacts, Provenance, StoredSpecimen

MADE_WITH = Provenance("1.0", "lib", "2", "ab" * 32, "model", "3", "cd" * 32, "CPU", "fp32", {"top_k": 5})


def record(status: str = "ok", name: str | None = "Noctua", rank: str | None = "genus", **more: Any) -> dict:
    """An answer as `identify` gives it, with what a session looks at."""
    verdict = {
        "name": name,
        "rank": rank,
        "confidence": more.pop("confidence", 0.9),
        "calibrated": True,
        "novelty": more.pop("novelty", "none"),
    }
    error = (
        {"code": "damaged_photo", "message": "a.jpg: the file is damaged."} if status == "failed" else None
    )
    return {
        "status": status,
        "error": error,
        "modality": more.pop("modality", "image"),
        "verdict": None if status == "failed" else verdict,
        **more,
    }


def photo(name: str, **more: Any) -> StoredSpecimen:
    """A specimen of a photo `NAME.jpg`."""
    return StoredSpecimen(name, name.casefold(), f"{name}.jpg", f"{name}.jpg", FileFacts(10, 20), **more)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "session.sqlite") as opened:
        yield opened


@pytest.fixture
def filled(database: Database) -> Database:
    """Seven specimens: five answered, in all their kinds, one waiting, one that cannot be used."""
    run = specimens.start_run(database, MADE_WITH)
    names = ["moth-1", "moth-2", "fly", "bee", "broken", "new"]
    added = specimens.add(database, [photo(name) for name in names])
    barcode = Barcode("ACGT" * 50, ("Only 200 bases.",), True)
    specimens.add(
        database,
        [
            StoredSpecimen(
                "seq", "seq", "seq x", barcode=barcode, error=BarcodeError("seq is short.", "too_short")
            )
        ],
    )
    answers = [
        Answer(record(), ("Lepidoptera", "Noctuidae", "Noctua")),
        Answer(
            record(name="Noctua comes", rank="species", confidence=0.99),
            ("Lepidoptera", "Noctuidae", "Noctua comes"),
        ),
        Answer(
            record(name="Diptera", rank="order", novelty="new_species", confidence=0.7), ("Diptera",), True
        ),
        Answer(record("partial", None, None, novelty="unlike_library", confidence=0.0)),
        Answer(record("failed")),
    ]
    for number, answer in zip(added, answers, strict=False):
        specimens.save_answer(database, number, run, answer)
    return database
