"""One drop while it is read, and the sentence that tells of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bioscan_desktop.services.export.items import last_part
from bioscan_desktop.ui import wording
from bioscan_desktop.ui.translating import tr

if TYPE_CHECKING:
    from bioscan_desktop.services.specimens import Specimen
    from bioscan_desktop.ui.models.specimens import Row


SKIPPED_CODES = frozenset({"unknown_file_type", "empty_folder"})
"""Files that are told of in a sentence, not listed, where the same drop held something usable."""


def picture_story(width: int, height: int) -> str:
    """Where a pasted picture came from."""
    return tr("pasted picture, {width} × {height} pixels").format(width=width, height=height)


class Numbering:
    """Pasted things have no name of their own; they are numbered."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def named(self, specimen: Specimen) -> Specimen:
        """The specimen with its number, if it needs one."""
        noun = wording.BARCODE if specimen.query_id == "sequence_1" else specimen.query_id
        if noun not in wording.PASTED:
            return specimen
        self._last[noun] = self._last.get(noun, 0) + 1
        return replace(specimen, query_id=f"{tr(noun)} {self._last[noun]}")


@dataclass
class Taking:
    """One drop while it is read.

    Attributes:
        pending: found, not in the list yet.
        skipped: files that are neither photo nor sequence.
        rows: what came into the list, before anything was joined.
        photos, barcodes: how many of each came.
    """

    target: int | None
    pending: list[Specimen] = field(default_factory=list)
    skipped: list[Specimen] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    photos: int = 0
    barcodes: int = 0

    @property
    def seen(self) -> int:
        return len(self.pending) + len(self.rows)

    def sort(self, found: list[Specimen]) -> None:
        """Puts what was found to what comes into the list, or to what is skipped."""
        for specimen in found:
            code = specimen.error.code if specimen.error is not None else ""
            (self.skipped if code in SKIPPED_CODES else self.pending).append(specimen)

    def told(self, pairs: int) -> str:
        """One sentence about the drop; "" where the list itself says it all."""
        parts = []
        if len(self.rows) > 1:
            nouns = [wording.count(self.photos, "photo")] if self.photos else []
            nouns += [wording.count(self.barcodes, "barcode")] if self.barcodes else []
            what = wording.joined(nouns) or wording.count(len(self.rows), "specimen")
            parts.append(tr("{what} added.").format(what=what))
        if pairs:
            parts.append(tr("%n photos were joined with the barcode of the same name.", "", pairs))
        if self.skipped:
            names = ", ".join(last_part(specimen.input) for specimen in self.skipped[:3])
            if len(self.skipped) > 3:
                names = tr("{names} and {number} more").format(names=names, number=len(self.skipped) - 3)
            text = tr("%n items skipped, neither photo nor sequence: {names}.", "", len(self.skipped))
            parts.append(text.format(names=names))
        return " ".join(parts)
