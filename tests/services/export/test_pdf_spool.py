"""Pictures of a PDF wait in a file, and the document is the same as fpdf2 alone would write."""

from __future__ import annotations

import io
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from bioscan_desktop.services.export import pdf_spool
from bioscan_desktop.services.export.pdf_spool import SpooledDocument

pypdf = pytest.importorskip("pypdf")


def jpeg(seed: int) -> bytes:
    stream = io.BytesIO()
    Image.frombytes("RGB", (60, 40), random.Random(seed).randbytes(60 * 40 * 3)).save(stream, "JPEG")
    return stream.getvalue()


def written(path: Path, pictures: list[bytes]) -> int:
    """Writes a document; returns the bytes of pictures that it had in memory before it was written."""
    document = SpooledDocument("portrait", "mm", "A4")
    document.set_creation_date(datetime(2026, 11, 26, tzinfo=UTC))
    for number, picture in enumerate(pictures):
        document.add_page()
        document.let_go(document.image(io.BytesIO(picture), 10, 10, 30, 20, alt_text=f"No. {number}"))
    kept = sum(len(info["data"]) for info in document.image_cache.images.values())
    document.save(path)
    document.close()
    return kept


def test_no_picture_is_kept_in_memory_and_all_are_in_the_file(tmp_path: Path) -> None:
    assert pdf_spool.KNOWN, "look whether another fpdf2 still works in these steps"
    pictures = [jpeg(0), jpeg(1), jpeg(0), jpeg(2)]
    assert written(tmp_path / "x.pdf", pictures) == 0
    reader = pypdf.PdfReader(tmp_path / "x.pdf", strict=True)
    found = [
        page["/Resources"]["/XObject"].values() for page in reader.pages
    ]  # as they lie in the file, not decoded
    assert [next(iter(page)).get_object()._data for page in found] == pictures


def test_another_fpdf2_writes_the_same_document_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = [jpeg(0), jpeg(1), jpeg(0)]
    written(tmp_path / "a.pdf", pictures)
    monkeypatch.setattr(pdf_spool, "KNOWN", False)
    assert written(tmp_path / "b.pdf", pictures) == len(pictures[0]) + len(pictures[1])
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
