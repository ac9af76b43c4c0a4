"""What is dropped or pasted: files, text, or a picture. No judgement of content beyond that."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, Qt
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage

from bioscan_desktop.core.barcode import looks_like_sequence
from bioscan_desktop.ui.translating import tr

SEQUENCE_ENDINGS = frozenset(".fasta .fa .fna .fas .fsa .ffn .seq .fastq .fq .ab1 .abi".split())
"""Enough to word the hint while something is dragged; what a file is, `services.specimens` decides."""

LOOKED_AT = 20_000
"""Characters of a text that decide whether it is DNA; nobody waits for a genome to be counted."""


@dataclass(frozen=True)
class Intake:
    """What was handed in.

    Attributes:
        paths: files and folders.
        text: barcode text.
        picture: image data, where there is neither file nor text.
        refused: one sentence where nothing of it can be used.
    """

    paths: tuple[Path, ...] = ()
    text: str = ""
    picture: QImage | None = None
    refused: str = ""

    @property
    def may_be_barcode(self) -> bool:
        """As far as names tell: one barcode that could be joined to a photo."""
        return bool(self.text) or (len(self.paths) == 1 and _is_sequence(self.paths[0]))

    @property
    def may_be_photo(self) -> bool:
        """As far as names tell: one photo that could be joined to a barcode."""
        return self.picture is not None or (
            len(self.paths) == 1 and not _is_sequence(self.paths[0]) and bool(self.paths[0].suffix)
        )


def _is_sequence(path: Path) -> bool:
    return Path(path.name.lower().removesuffix(".gz")).suffix in SEQUENCE_ENDINGS


def can_take(mime: QMimeData) -> bool:
    """True if a drop is worth accepting; called many times while dragging, so it looks at kinds only."""
    return mime.hasUrls() or mime.hasText() or mime.hasImage()


def accept_copy(event: QDropEvent) -> None:
    """Takes what is dragged or dropped as a copy.

    Whoever it is dragged from may propose to move it, and would then delete its files or words.
    """
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()


def read_mime(mime: QMimeData) -> Intake:
    """What a drop or the clipboard holds: files before text before picture.

    Browsers offer a picture together with its address; the picture is the only one of the two
    that is on this machine.
    """
    paths = tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
    if paths:
        return Intake(paths=paths)
    text = mime.text() if mime.hasText() else ""
    if text.strip() and looks_like_sequence(text[:LOOKED_AT]):
        return Intake(text=text)
    if mime.hasImage():
        image = mime.imageData()
        picture = image if isinstance(image, QImage) else QImage()
        if not picture.isNull():
            return Intake(picture=picture)
        return Intake(refused=tr("The picture that was pasted cannot be read."))
    listed = _paths_in(text)
    if listed:
        return Intake(paths=listed)
    if mime.hasUrls():
        return Intake(refused=tr("Only files on this computer can be read; save the picture first."))
    if text.strip():
        return Intake(refused=tr("That text is neither a DNA barcode nor a file on this computer."))
    return Intake(refused=tr("The clipboard holds neither a photo nor a barcode."))


def clipboard() -> Intake:
    """What the clipboard holds; an empty one has not even kinds to ask for on some systems."""
    mime = QGuiApplication.clipboard().mimeData()
    return read_mime(mime if mime is not None else QMimeData())


def _paths_in(text: str) -> tuple[Path, ...]:
    """Paths, one a line, as file managers copy them."""
    lines = [line.strip().strip('"').removeprefix("file://") for line in text.splitlines()]
    lines = [line for line in lines if line]
    if not lines or len(lines) > 10_000 or any(len(line) > 1000 for line in lines):
        return ()
    try:
        paths = tuple(Path(line) for line in lines)
        return paths if all(path.is_absolute() and path.exists() for path in paths) else ()
    except (OSError, ValueError):
        return ()


def encode_picture(image: QImage) -> bytes:
    """A picture as PNG. QImage may be used in workers."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(data.data())
