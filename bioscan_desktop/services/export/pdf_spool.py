"""Writes a PDF with its pictures waiting in a file, not in memory.

fpdf2 keeps every picture until the end, and then all of them once more in the finished document: for
thousands of specimens twice the size of the file. Here pictures go to a temporary file as they are
placed, and the document goes to its file object by object. That reaches into fpdf2 2.8; any other version
writes the same document its own way, with the memory that it takes.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, Any, cast

import fpdf
from fpdf import FPDF
from fpdf.output import OutputProducer, PDFXObject

KNOWN = fpdf.__version__.startswith("2.8.")
"""This version does its work in the steps that are changed here."""


class SpooledDocument(FPDF):
    """A document whose large pictures are JPEG files without transparency."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        self.spooled: dict[int, tuple[int, int]] = {}  # by number of the picture: start, size in bytes

    def let_go(self, picture: Any) -> None:
        """Takes a picture that was placed out of memory.

        Args:
            picture: what `image` has returned.
        """
        if not KNOWN or picture["i"] in self.spooled:
            return
        start = self.spool.seek(0, 2)
        self.spool.write(picture["data"])
        self.spooled[picture["i"]] = (start, len(picture["data"]))
        picture["data"] = b""

    def picture(self, number: int) -> bytes:
        """What was taken out of memory."""
        start, size = self.spooled[number]
        self.spool.seek(start)
        return self.spool.read(size)

    def file_id(self) -> str | None:
        """None: an identifier would be computed from the whole document, and no reader needs one."""
        return None

    def save(self, path: Path) -> None:
        """Writes the document.

        Raises:
            OSError: if that is not possible.
        """
        if not KNOWN:
            path.write_bytes(self.output())
            return
        with path.open("wb") as stream:

            class Producer(_Producer):
                target = stream

            self.output(output_producer_class=Producer)

    def close(self) -> None:
        """Deletes the temporary file."""
        self.spool.close()


class _Written:
    """What stands for fpdf2's buffer: bytes that are added go to a file, and only their number stays."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._size = stream, 0

    def __len__(self) -> int:
        return self._size

    def __iadd__(self, data: bytes) -> _Written:
        self._stream.write(data)
        self._size += len(data)
        return self


class _Picture(PDFXObject):
    """A picture that is read when it is written."""

    _source: tuple[SpooledDocument, int]

    def content_stream(self) -> bytes:
        document, number = self._source
        return document.picture(number)


class _Producer(OutputProducer):
    target: IO[bytes]

    def __init__(self, document: SpooledDocument) -> None:
        super().__init__(document)
        self._document = document
        self.buffer: Any = _Written(self.target)

    def _add_image(self, info: Any) -> PDFXObject:
        made = super()._add_image(info)
        if info["i"] not in self._document.spooled:  # small ones, such as drawn barcodes, stay in memory
            return made
        made.__class__ = _Picture
        picture = cast(_Picture, made)
        picture._source = (self._document, info["i"])
        picture.length = self._document.spooled[info["i"]][1]
        return picture
