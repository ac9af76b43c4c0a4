"""Photos and barcode of one individual: who belongs to whom. Pure rules, no Qt.

1. A single photo or barcode dropped on a row fills the part that the row lacks, and nothing else:
   what is there is never replaced by a drop.
2. Photo and barcode that carry the same name (file name without ending, sequence id) are joined
   when one of them arrives, if the name stands for one of each only.
3. Several photos are one specimen only where people say so: selected rows are joined if there is a photo
   among them, and one barcode at most; so are rows that the views in their file names join
   (`core.photo_names`), if they are ticked in the preview. A barcode by itself that has the name of such a
   sample goes with them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bioscan_desktop.files import comparable
from bioscan_desktop.ui.translating import tr

if TYPE_CHECKING:
    from bioscan_desktop.core.photo_names import Group
    from bioscan_desktop.inference.crop import Box
    from bioscan_desktop.services.specimens import Specimen
    from bioscan_desktop.ui.models.specimens import Row

Parts = tuple["Specimen", ...]
"""Photos, and a barcode behind them."""


def lacks(specimen: Specimen) -> str | None:
    """`image` or `dna`: the one part that is missing; None if both or neither are there."""
    has_photo, has_barcode = specimen.photo is not None, specimen.barcode is not None
    if has_photo == has_barcode:
        return None
    return "dna" if has_photo else "image"


def fits(target: Specimen, new: Specimen) -> tuple[Specimen, Specimen] | None:
    """(photo, barcode) if the new one fills what the target lacks, else None."""
    missing = lacks(target)
    if missing == "dna" and new.barcode is not None and new.photo is None:
        return target, new
    if missing == "image" and new.photo is not None and new.barcode is None:
        return new, target
    return None


def alike(specimens: Sequence[Specimen]) -> bool:
    """Whether several specimens can be one, by rule 3."""
    photos = sum(one.photo is not None for one in specimens)
    barcodes = sum(one.barcode is not None for one in specimens)
    usable = all(one.photo is not None or one.barcode is not None for one in specimens)
    return len(specimens) > 1 and photos > 0 and barcodes < 2 and usable


def parts_of(specimens: Iterable[tuple[Specimen, Parts | None]]) -> Parts:
    """What specimens come apart into again, photos first; given each with the parts it has already."""
    found = [part for specimen, parts in specimens for part in parts or _apart(specimen)]
    return tuple(sorted(found, key=lambda part: part.photo is None))


def _apart(specimen: Specimen) -> Parts:
    """The photos of a specimen by themselves. A barcode that came with them stays with the first."""
    if not specimen.more:
        return (specimen,)
    first, *more = specimen.photos
    return replace(first, barcode=specimen.barcode, error=specimen.error), *more


def plan(rows: Sequence[Row]) -> tuple[Row, list[Row], Specimen, Parts] | None:
    """(row that stays, rows that go, what is made of them, its parts); None if they cannot be one."""
    if not alike([row.specimen for row in rows]):
        return None
    # Photos come first: the first one names the specimen.
    first, *others = sorted(rows, key=lambda row: row.specimen.photo is None)
    parts = parts_of((row.specimen, row.parts) for row in (first, *others))
    return first, others, join([first.specimen, *(row.specimen for row in others)]), parts


@dataclass(frozen=True, slots=True)
class Proposed:
    """Rows that are one specimen by their names.

    Attributes:
        sample: what it is called then.
        keys: of its rows, photos in the order of their names, a barcode behind them.
        specimens: what the rows are of.
    """

    sample: str
    keys: tuple[int, ...]
    specimens: tuple[Specimen, ...]


def proposed(rows: Sequence[tuple[int, Specimen]], groups: Iterable[Group]) -> tuple[list[Proposed], int]:
    """What can be joined of groups of rows by rule 3, and how many of them cannot: they have two barcodes.

    Args:
        rows: (key, specimen).
        groups: by places in `rows`.
    """
    barcodes: dict[str, list[int]] = defaultdict(list)
    for place, (_, one) in enumerate(rows):
        if lacks(one) == "image":
            barcodes[comparable(one.query_id)].append(place)
    groups = list(groups)
    samples = Counter(comparable(group.sample) for group in groups)
    found: list[Proposed] = []
    for group in groups:
        places, name = list(group.members), comparable(group.sample)
        if not any(rows[place][1].barcode is not None for place in places):
            alone = barcodes[name] if samples[name] == 1 else []
            places += alone if len(alone) == 1 else []
        if alike([rows[place][1] for place in places]):
            found.append(Proposed(group.sample, *zip(*(rows[place] for place in places), strict=True)))
    return found, len(groups) - len(found)


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
            (photos if missing == "dna" else barcodes)[comparable(row.specimen.query_id)].append(row)
    pairs = []
    for name, with_photo in photos.items():
        with_barcode = barcodes.get(name, [])
        if len(with_photo) == len(with_barcode) == 1:
            photo, barcode = with_photo[0], with_barcode[0]
            if photo.key in fresh or barcode.key in fresh:
                pairs.append((photo, barcode))
    return pairs


def join(parts: Sequence[Specimen]) -> Specimen:
    """One specimen of photos and a barcode behind them; `services` is loaded only when it is needed."""
    from bioscan_desktop.services import specimens

    shown = [part for part in parts if part.photo is not None]
    photos = specimens.join_photos(shown) if len(shown) > 1 else shown[0]
    return specimens.join(photos, parts[-1]) if parts[-1].photo is None else photos


def cut(specimen: Specimen, boxes: Sequence[Box], photo: int = 0) -> list[Specimen]:
    """One specimen per part of a photo."""
    from bioscan_desktop.services import specimens

    return specimens.cut(specimen, boxes, photo)


def cropped_alike(parts: Parts | None, specimen: Specimen) -> Parts | None:
    """The parts that a specimen was joined of, with its photos cropped as they are in it."""
    if parts is None:
        return None
    crops = [photo.crop for photo in specimen.photos]
    shown = [replace(part, crop=box) for part, box in zip(parts, crops, strict=False)]
    return *shown, *parts[len(shown) :]
