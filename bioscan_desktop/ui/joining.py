"""Photo and barcode of one individual: who belongs to whom. Pure rules, no Qt.

1. A single photo or barcode dropped on a row fills the part that the row lacks, and nothing else:
   what is there is never replaced by a drop.
2. Photo and barcode that carry the same name (file name without ending, sequence id) are joined
   when one of them arrives, if the name stands for one of each only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from bioscan_desktop.ui.translating import tr

if TYPE_CHECKING:
    from bioscan_desktop.inference.crop import Box
    from bioscan_desktop.services.specimens import Specimen
    from bioscan_desktop.ui.models.specimens import Row

Parts = tuple["Specimen", "Specimen"]
"""(photo, barcode)"""


def lacks(specimen: Specimen) -> str | None:
    """`image` or `dna`: the one part that is missing; None if both or neither are there."""
    has_photo, has_barcode = specimen.photo is not None, specimen.barcode is not None
    if has_photo == has_barcode:
        return None
    return "dna" if has_photo else "image"


def fits(target: Specimen, new: Specimen) -> Parts | None:
    """(photo, barcode) if the new one fills what the target lacks, else None."""
    missing = lacks(target)
    if missing == "dna" and new.barcode is not None and new.photo is None:
        return target, new
    if missing == "image" and new.photo is not None and new.barcode is None:
        return new, target
    return None


def why_not(target: Specimen, new: list[Specimen]) -> str:
    """One sentence that says why a drop on a row was not joined with it."""
    if len(new) > 1:
        return tr(
            "Only one photo or barcode can be joined to {specimen}; they were added by themselves."
        ).format(specimen=target.query_id)
    if target.photo is not None and target.barcode is not None:
        return tr(
            "{specimen} has both a photo and a barcode already; the new one was added by itself."
        ).format(specimen=target.query_id)
    words = (
        tr("{specimen} has a photo already; the new one was added by itself.")
        if target.photo is not None
        else tr("{specimen} has a barcode already; the new one was added by itself.")
    )
    return words.format(specimen=target.query_id)


def pairs_by_name(rows: Iterable[Row], fresh: set[int]) -> list[tuple[Row, Row]]:
    """(photo row, barcode row) of the same name, by rule 2.

    Args:
        fresh: keys of the rows that have just arrived.
    """
    photos: dict[str, list[Row]] = defaultdict(list)
    barcodes: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        missing = lacks(row.specimen)
        if missing is not None:
            (photos if missing == "dna" else barcodes)[row.specimen.query_id.casefold()].append(row)
    pairs = []
    for name, with_photo in photos.items():
        with_barcode = barcodes.get(name, [])
        if len(with_photo) == len(with_barcode) == 1:
            photo, barcode = with_photo[0], with_barcode[0]
            if photo.key in fresh or barcode.key in fresh:
                pairs.append((photo, barcode))
    return pairs


def join(photo: Specimen, barcode: Specimen) -> Specimen:
    """One specimen of both; `services` is loaded only when it is needed."""
    from bioscan_desktop.services import specimens

    return specimens.join(photo, barcode)


def cut(specimen: Specimen, boxes: Sequence[Box]) -> list[Specimen]:
    """One specimen per part of a photo."""
    from bioscan_desktop.services import specimens

    return specimens.cut(specimen, boxes)
