"""What the user hands in, as specimens: photos, barcodes, or both of one individual.

Bad input stays a row: a specimen with an error, never a gap.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import BufferedReader
from pathlib import Path

from bioscan_desktop.core.barcode import Barcode, SequenceRecord, clean, read_records
from bioscan_desktop.core.errors import ArgumentError, BarcodeError, BioscanError, InputError
from bioscan_desktop.core.ids import UniqueIds
from bioscan_desktop.core.photo_names import Group, grouped
from bioscan_desktop.files import is_folder, is_there, named_in
from bioscan_desktop.inference import raw
from bioscan_desktop.inference.crop import Box
from bioscan_desktop.inference.images import SUFFIXES as PHOTO_SUFFIXES
from bioscan_desktop.library.importers.folders import scan
from bioscan_desktop.library.importers.sequences import (
    is_fasta_text,
    is_sequence_file,
    read_sequences,
    read_stream,
)
from bioscan_desktop.library.importers.tables import read_table


@dataclass(frozen=True, slots=True)
class Specimen:
    """One individual to identify.

    Attributes:
        query_id: file stem, sequence id or specimen id.
        input: path or header, for people.
        photo: a file, or the bytes of a pasted picture.
        barcode: cleaned.
        error: why there is nothing to identify, or why one of the two is missing.
        crop: the part of the photo that shows it; None for the whole.
        more: further photos of it, each as the specimen that it would be by itself.
    """

    query_id: str
    input: str
    photo: Path | bytes | None = None
    barcode: Barcode | None = None
    error: BioscanError | None = None
    crop: Box | None = None
    more: tuple[Specimen, ...] = ()

    @property
    def photos(self) -> tuple[Specimen, ...]:
        """Each photo of it as a specimen by itself, the first one first; empty without a photo."""
        if self.photo is None:
            return ()
        return replace(self, barcode=None, error=None, more=()), *self.more

    @property
    def modality(self) -> str:
        """`image`, `dna` or `both`."""
        if self.photo is not None and self.barcode is not None:
            return "both"
        return (
            "dna" if self.photo is None and (self.barcode is not None or _about_dna(self.error)) else "image"
        )


def _about_dna(error: BioscanError | None) -> bool:
    return isinstance(error, BarcodeError)


def collect(paths: Iterable[Path], recursive: bool = True) -> Iterator[Specimen]:
    """Photos, sequence files and folders, one specimen per photo and per sequence."""
    for path in raw.without_pictured(paths):
        if is_folder(path):
            yield from _folder(path, recursive)
        else:
            yield from _file(path)


def from_text(lines: Iterable[str], source: str) -> Iterator[Specimen]:
    """Specimens of pasted or piped FASTA, FASTQ or bare sequence."""
    empty = True
    for record in read_records(lines):
        empty = False
        yield _of_record(record, source)
    if empty:
        yield _empty(source)


def _empty(source: str) -> Specimen:
    return Specimen(source, source, error=BarcodeError(f"{source} holds no sequence.", "empty_barcode"))


def from_sequence(text: str, query_id: str = "sequence") -> Specimen:
    """The specimen of one barcode given as an argument."""
    try:
        return Specimen(query_id, query_id, barcode=clean(text))
    except BarcodeError as error:
        return Specimen(query_id, query_id, error=error)


def from_stream(file: BufferedReader) -> Iterator[Specimen]:
    """Specimens of FASTA or FASTQ on standard input, gzipped or not."""
    source, empty = "standard input", True
    try:
        for record in read_stream(file, source):
            empty = False
            yield _of_record(record, source)
    except BarcodeError as error:
        yield Specimen(source, source, error=error)
        return
    if empty:
        yield _empty(source)


def from_table(path: Path, images: Path | None = None) -> Iterator[Specimen]:
    """Specimens of a table with `specimen_id`, `image_file` and/or `nucleotides`.

    Photos are looked for in `images`, or beside the table. Rows of the same specimen_id are joined: all
    their photos show one specimen, and the first barcode is its own. Another barcode becomes a specimen by
    itself with a numbered id. Sequences of other markers are left out where there is something else.

    Raises:
        ArgumentError: if the table cannot be read.
    """
    root = images if images is not None else path.parent
    pending: dict[str, list[tuple[str | None, str | None]]] = {}
    others: dict[str, str] = {}
    for record in read_table(path):
        name = record.specimen_id or record.sampleid or record.processid or f"row_{record.row}"
        pending.setdefault(name, []).append((record.image_file, record.nucleotides))
        if (why := record.why_no_barcode(name)) is not None:
            others.setdefault(name, why)
    for name, parts in pending.items():
        photos = list(dict.fromkeys(photo for photo, _ in parts if photo))
        sequences = list(dict.fromkeys(sequence for _, sequence in parts if sequence))
        if not photos and not sequences:
            nothing = (
                BarcodeError(others[name], "other_marker")
                if name in others
                else InputError(f"{name}: the table names neither a photo nor a barcode.", "empty_row")
            )
            yield Specimen(name, name, error=nothing)
            continue
        barcodes = [_cleaned(sequence, f"The barcode of {name}") for sequence in sequences]
        barcode, error = barcodes[0] if barcodes else (None, None)
        shown = [Specimen(name, photo, named_in(root, photo)) for photo in photos]
        joined = join_photos(shown) if shown else Specimen(name, name)
        yield replace(joined, barcode=barcode, error=error)
        for number, (barcode, error) in enumerate(barcodes[1:], start=2):
            yield Specimen(f"{name}.{number}", name, None, barcode, error)


def _cleaned(text: str, name: str) -> tuple[Barcode | None, BarcodeError | None]:
    """A barcode, or why it is none."""
    try:
        return clean(text, name), None
    except BarcodeError as error:
        return None, error


def join(photo: Specimen, barcode: Specimen) -> Specimen:
    """One specimen of photos and a barcode that belong together; the photo gives the name.

    Raises:
        ArgumentError: if either lacks its part.
    """
    if photo.photo is None or barcode.barcode is None:
        raise ArgumentError("A photo and a barcode are needed to make one specimen.")
    source = f"{photo.input} + {barcode.input}"
    return replace(photo, input=source, barcode=barcode.barcode, error=None)


def join_photos(specimens: Sequence[Specimen]) -> Specimen:
    """One specimen of several with photos; the first gives the name, and one may have a barcode, or one that
    cannot be used.

    Raises:
        ArgumentError: if one lacks a photo, or two have barcodes.
    """
    barcodes = [one.barcode for one in specimens if one.barcode is not None]
    if len(barcodes) > 1 or not all(one.photo is not None for one in specimens):
        raise ArgumentError("Photos, and one barcode at most, are needed to make one specimen.")
    first, *more = [photo for one in specimens for photo in one.photos]
    return replace(
        first,
        input=" + ".join(one.input for one in specimens),
        barcode=barcodes[0] if barcodes else None,
        error=next((one.error for one in specimens if one.error is not None), None),
        more=tuple(more),
    )


def groups_by_name(specimens: Sequence[Specimen], numbers: bool = False) -> list[Group]:
    """Which of them are of one individual by their file names: groups of two and more.

    Only files count that are of one specimen each: of several insects in one photo, names do not tell which
    is on another. What was joined before stays as it is.

    Args:
        numbers: numbers are views, too; see `core.photo_names`.
    """
    often = Counter(one.photo for one in specimens if isinstance(one.photo, Path))
    places = [
        place
        for place, one in enumerate(specimens)
        if isinstance(one.photo, Path) and often[one.photo] == 1 and not one.more
    ]
    files = [os.path.split(str(specimens[place].photo)) for place in places]
    return [
        Group(group.sample, tuple(places[member] for member in group.members))
        for group in grouped(files, numbers)
        if len(group.members) > 1
    ]


def join_by_name(specimens: Sequence[Specimen], numbers: bool = False) -> list[Specimen]:
    """The specimens, those of `groups_by_name` joined in the place of the first of each."""
    joined: dict[int, Specimen] = {}
    gone: set[int] = set()
    for group in groups_by_name(specimens, numbers):
        one = join_photos([specimens[member] for member in group.members])
        first = min(group.members)
        joined[first] = replace(one, query_id=group.sample)
        gone.update(member for member in group.members if member != first)
    return [joined.get(place, one) for place, one in enumerate(specimens) if place not in gone]


def cut(specimen: Specimen, boxes: Sequence[Box], photo: int = 0) -> list[Specimen]:
    """One specimen per box, numbered where there are several; without boxes the whole photo counts.

    A barcode stays with the first, and so do further photos: which of several insects they are of, only
    people know.

    Args:
        photo: the number of the photo that the boxes are of, from 0; of further ones one box at most.

    Raises:
        ArgumentError: if a further photo is to become several specimens.
    """
    if photo and len(boxes) > 1:
        raise ArgumentError("Of several photos of one specimen, none can become several specimens.")
    box = boxes[0] if boxes else None
    if photo:
        more = [replace(one, crop=box) if n == photo else one for n, one in enumerate(specimen.more, start=1)]
        return [replace(specimen, more=tuple(more))]
    if len(boxes) < 2:
        return [replace(specimen, crop=box)]
    return [
        replace(
            specimen,
            query_id=f"{specimen.query_id}.{number}",
            barcode=specimen.barcode if number == 1 else None,
            error=specimen.error if number == 1 else None,
            crop=box,
            more=specimen.more if number == 1 else (),
        )
        for number, box in enumerate(boxes, start=1)
    ]


PHOTOS_PER_STEP = 16
"""More photos together are no faster, and take memory."""


def in_steps(specimens: Iterable[Specimen], size: int, most: int) -> Iterator[list[Specimen]]:
    """Specimens in the steps that they are searched in: of `size` at first, then of twice as many each, up
    to `most`, but of no more photos than `PHOTOS_PER_STEP`."""
    step: list[Specimen] = []
    photos = 0
    for specimen in specimens:
        step.append(specimen)
        photos += specimen.photo is not None
        if len(step) == size or photos == PHOTOS_PER_STEP:
            yield step
            size, step, photos = min(2 * size, most), [], 0
    if step:
        yield step


def unique_ids(specimens: Iterable[Specimen]) -> Iterator[Specimen]:
    """Appends `.2`, `.3`, … to repeated query ids, so that results can be told apart."""
    ids = UniqueIds()
    for specimen in specimens:
        yield replace(specimen, query_id=ids.take(specimen.query_id))


def _folder(folder: Path, recursive: bool) -> Iterator[Specimen]:
    problems: list[tuple[Path, str]] = []
    found = False
    for path in scan(folder, recursive, lambda where, why: problems.append((where, why))):
        found = True
        yield from _file(path)
    for where, why in problems:
        error = InputError(f"The folder {where} cannot be read ({why}).", "folder_unreadable")
        yield Specimen(where.name, str(where), error=error)
    if not found and not problems:
        error = InputError(f"The folder {folder} holds no photo and no sequence file.", "empty_folder")
        yield Specimen(folder.name, str(folder), error=error)


def _file(path: Path) -> Iterator[Specimen]:
    if is_sequence_file(path) or is_fasta_text(path):
        try:
            for record in read_sequences(path):
                yield _of_record(record, path.name)
        except BarcodeError as error:
            yield Specimen(path.stem, str(path), error=error)
    elif path.suffix.lower() in PHOTO_SUFFIXES or not is_there(path):
        yield Specimen(path.stem, str(path), photo=path)  # a missing file is told by the loader
    else:
        message = (
            f"{path.name} is neither a photo nor a sequence file that can be read; save it as JPEG, PNG or "
            "TIFF, or as FASTA."
        )
        yield Specimen(path.stem, str(path), error=InputError(message, "unknown_file_type"))


def _of_record(record: SequenceRecord, source: str) -> Specimen:
    return Specimen(record.id, record.header or source, barcode=record.barcode, error=record.error)
