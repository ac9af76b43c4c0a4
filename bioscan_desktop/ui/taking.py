"""One drop while it is read, and the sentence that tells of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bioscan_desktop.ui import wording

if TYPE_CHECKING:
    from bioscan_desktop.services.specimens import Specimen
    from bioscan_desktop.ui.models.specimens import Row


SKIPPED_CODES = frozenset({"unknown_file_type", "empty_folder"})
"""Files that are told of in a sentence, not listed, where the same drop held something usable."""


class Numbering:
    """Pasted things have no name of their own; they are numbered."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def named(self, specimen: Specimen) -> Specimen:
        """The specimen with its number, if it needs one."""
        noun = "pasted barcode" if specimen.query_id == "sequence_1" else specimen.query_id
        if noun not in ("pasted barcode", "pasted picture", "sample barcode"):
            return specimen
        self._last[noun] = self._last.get(noun, 0) + 1
        return replace(specimen, query_id=f"{noun} {self._last[noun]}")


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
            parts.append(f"{' and '.join(nouns) or wording.count(len(self.rows), 'specimen')} added.")
        if pairs:
            noun = wording.count(pairs, "photo")
            verb = "was" if pairs == 1 else "were"
            parts.append(f"{noun} {verb} joined with the barcode of the same name.")
        if self.skipped:
            names = ", ".join(
                specimen.input.replace("\\", "/").split("/")[-1] for specimen in self.skipped[:3]
            )
            more = f" and {len(self.skipped) - 3} more" if len(self.skipped) > 3 else ""
            items = wording.count(len(self.skipped), "item")
            parts.append(f"{items} skipped, neither photo nor sequence: {names}{more}.")
        return " ".join(parts)
