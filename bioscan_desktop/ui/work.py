"""What runs in workers: plain functions over `services`, without Qt.

`services` and what lies below it (numpy, Pillow, onnxruntime sessions) are imported here inside the
functions, so that the window is on the screen before they are loaded.
"""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bioscan_desktop.core.names import Determination, NameIndex
from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.services.export.collecting_choice import CollectingChoice
from bioscan_desktop.services.tasks import Progress
from bioscan_desktop.ui import joining
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.wording import SAMPLE

if TYPE_CHECKING:
    from bioscan_desktop.core.hits import Hit
    from bioscan_desktop.inference.crop import Box
    from bioscan_desktop.services.barcode_evidence import BarcodeEvidence
    from bioscan_desktop.services.export.exporting import Written
    from bioscan_desktop.services.identify import Identification, Identifier
    from bioscan_desktop.services.specimens import Specimen
    from bioscan_desktop.ui.deciding import Decision
    from bioscan_desktop.ui.jobs import Reporter

SAMPLE_CHANGES = 4
"""Bases that are changed in a sample barcode, so that it equals no reference."""


@dataclass(frozen=True)
class Engine:
    """An opened model and library, and what the window tells about them.

    Attributes:
        provider: `CPU` or `CUDA`: what is really in use.
        provider_reason: why CUDA is not, where it was asked for.
        index_kinds: by modality, `exact` or `hnsw`.
        samples: barcodes can be made from the library for trying the program out.
    """

    identifier: Identifier
    library_title: str
    library_version: str
    library_folder: Path
    n_species: int
    n_keys: int
    model_title: str
    model_version: str
    model_folder: Path
    provider: str
    provider_reason: str
    index_kinds: dict[str, str]
    notices: tuple[str, ...]
    calibrated: bool
    samples: bool

    @property
    def library_key(self) -> tuple[str, str]:
        """Id and version, as an answer's provenance names them."""
        manifest = self.identifier.library.manifest
        return manifest.id, manifest.version

    def photo_of(self, hit: Hit) -> Path | None:
        """The photo behind a reference, where its library names one that is on this computer."""
        root = self.identifier.library.manifest.images_root
        if not root or not hit.image_file:
            return None
        path = Path(root) / hit.image_file
        return path if path.is_file() else None

    def asked(self, result: Identification) -> dict[str, float]:
        """The share that a name of each rank needed for this result's verdict."""
        if result.verdict is None:
            return {}
        # Where one of photo and barcode is like nothing in the library, the other speaks alone.
        heard = [m for m, v in result.by_modality.items() if v.novelty != "unlike_library"]
        modality = "both" if len(heard) > 1 else (heard or list(result.by_modality))[0]
        missing = result.verdict.novelty == "new_species"
        calibration = self.identifier.library.calibration
        return {rank: calibration.threshold(modality, rank, missing) for rank in RANKS}


def name_index(identifier: Identifier, _: Reporter) -> NameIndex:
    """The names of a library, sorted for completing what is typed."""
    return NameIndex(identifier.library.records.names())


def barcode_evidence(identifier: Identifier, specimen: Specimen, reporter: Reporter) -> BarcodeEvidence:
    """A specimen's barcode aligned with its neighbours."""
    from bioscan_desktop.services import barcode_evidence

    return barcode_evidence.barcode_evidence(identifier, specimen, reporter.cancel)


def country_hint(
    identifier: Identifier,
    result: Identification,
    specimen: Specimen,
    choice: CollectingChoice,
    restricted_to: Sequence[str],
    _: Reporter,
) -> str:
    """A sentence where no reference of the species is from the country of the specimen, or ""."""
    from bioscan_desktop.core.errors import ArgumentError
    from bioscan_desktop.services import country_hint

    assert result.verdict is not None
    names = (specimen.query_id, specimen.photo.name if isinstance(specimen.photo, Path) else "")
    try:
        return country_hint.country_hint(identifier.library, result.verdict, names, choice, restricted_to)
    except ArgumentError:
        return ""  # a sheet that is gone is told where it is needed


def open_engine(library_name: str, model_name: str, provider: str, reporter: Reporter) -> Engine:
    """Opens a library and its model and warms both up, so that the first answer comes at once.

    Args:
        model_name: "" takes the model that the library was built with.

    Raises:
        BioscanError: in one sentence, if either cannot be used.
    """
    from bioscan_desktop.services import packs
    from bioscan_desktop.services.identify import Identifier

    reporter.progress(Progress(0, 3, tr("Opening the library")))
    library = packs.open_library(library_name)
    try:
        reporter.cancel.check()
        # Without a name, the model that the library was built with.
        model = packs.open_model(model_name, provider) if model_name else packs.model_for(library, provider)
        identifier = Identifier(model, library)
        reporter.progress(Progress(1, 3, tr("Preparing the search")))
        kinds = {}
        for modality in library.modalities:
            reporter.cancel.check()
            kinds[modality] = library.index(modality).kind
        reporter.progress(Progress(2, 3, tr("Starting the model")))
        for modality in ("image", "dna"):  # a text encoder is large, and the window has no use for it
            if model.has(modality):
                reporter.cancel.check()
                model.session(modality)
        report = model.provider_report()
        samples = bool(library.records.with_consensus(1)) and model.has("dna")
    except BaseException:
        library.close()
        raise
    counts = library.manifest.counts
    return Engine(
        identifier=identifier,
        library_title=library.manifest.title,
        library_version=library.manifest.version,
        library_folder=library.folder,
        n_species=counts.get("species", 0),
        n_keys=sum(counts.get(f"{m}_keys", 0) for m in library.modalities),
        model_title=model.manifest.title,
        model_version=model.manifest.version,
        model_folder=model.folder,
        provider=report.short,
        provider_reason=report.reason,
        index_kinds=kinds,
        notices=tuple(library.notices),
        calibrated=library.calibration.fitted,
        samples=samples,
    )


def collect(paths: Iterable[Path], reporter: Reporter) -> int:
    """Reports the specimens of files and folders; returns how many."""
    from bioscan_desktop.services import specimens

    return _report(specimens.collect(paths), reporter)


def read_text(text: str, source: str, reporter: Reporter) -> int:
    """Reports the specimens of pasted FASTA, FASTQ or bare sequence; returns how many."""
    from bioscan_desktop.services import specimens

    return _report(specimens.from_text(text.splitlines(keepends=True), source), reporter)


def _report(found: Iterable[Specimen], reporter: Reporter) -> int:
    number = 0
    for number, specimen in enumerate(found, start=1):
        reporter.cancel.check()
        reporter.item(specimen)
        reporter.progress(Progress(number, None, specimen.query_id))
    return number


def sample_specimen(identifier: Identifier, seed: int | None = None) -> Specimen:
    """A made-up barcode near one of the library's species, for trying the program out."""
    from bioscan_desktop.services.specimens import Specimen, from_sequence

    rng = random.Random(seed)
    records = [r for r in identifier.library.records.with_consensus(400) if r.consensus]
    named = [r for r in records if r.lineage.species] or records
    record = rng.choice(named)
    assert record.consensus is not None
    bases = list(record.consensus)
    for position in rng.sample(range(len(bases)), SAMPLE_CHANGES):
        bases[position] = rng.choice([b for b in "ACGT" if b != bases[position]])
    specimen = from_sequence("".join(bases), SAMPLE)
    name = record.lineage.species or record.bin_uri or tr("a reference")
    story = tr("made from the library's {name} with %n bases changed", "", SAMPLE_CHANGES).format(name=name)
    return Specimen(specimen.query_id, story, None, specimen.barcode, specimen.error)


class Queue:
    """Specimens that wait to be identified; filled by the window, emptied by the worker."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[tuple[int, Specimen]] = deque()

    def put(self, items: Iterable[tuple[int, Specimen]], first: bool = False) -> None:
        """Adds (key, specimen) pairs; `first` puts them before what waits already."""
        with self._lock:
            if first:
                self._waiting.extendleft(reversed(list(items)))
            else:
                self._waiting.extend(items)

    def take(self) -> tuple[int, Specimen] | None:
        """The next one, or None."""
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def drop(self, keys: set[int] | None = None) -> list[int]:
        """Takes these out (all, if None), and returns the keys that were waiting."""
        with self._lock:
            gone = [key for key, _ in self._waiting if keys is None or key in keys]
            self._waiting = deque(item for item in self._waiting if keys is not None and item[0] not in keys)
        return gone

    def __len__(self) -> int:
        return len(self._waiting)


def identify(identifier: Identifier, queue: Queue, top_k: int, reporter: Reporter) -> None:
    """Identifies what is in the queue until it is empty.

    Reports (key, None) as the work on a specimen begins, and (key, Identification) at its end.
    """
    begun: deque[int] = deque()

    def feed() -> Iterator[Specimen]:
        while (item := queue.take()) is not None:
            begun.append(item[0])
            reporter.item((item[0], None))
            yield item[1]

    for result in identifier.identify(feed(), top_k, cancel=reporter.cancel):
        reporter.item((begun.popleft(), result))


def photo_groups(
    rows: Sequence[tuple[int, Specimen]], numbers: bool, _: Reporter
) -> tuple[bool, list[joining.Proposed], int]:
    """Runs in a worker: `numbers`, which rows are of one individual by their file names, and how many such
    groups cannot be joined; see `joining.proposed`."""
    from bioscan_desktop.services.specimens import groups_by_name

    groups = groups_by_name([one for _, one in rows], numbers)
    return numbers, *joining.proposed(rows, groups)


def propose_crops(source: Path | bytes, _: Reporter) -> list[Box]:
    """Boxes around what stands out in a photo; empty where the whole is best or cannot be read."""
    from bioscan_desktop.core.errors import BioscanError
    from bioscan_desktop.inference.crop import propose_for

    try:
        return propose_for(source)
    except BioscanError:
        return []


def load_picture(source: Path | bytes, side: int, box: Box | None = None) -> tuple[int, int, bytes] | None:
    """An upright picture, or the part in a box, whose long side is at most `side`.

    Returns:
        (width, height, RGB bytes).

    None where there is no picture to be had; the identification itself says why.
    """
    from bioscan_desktop.core.errors import BioscanError
    from bioscan_desktop.inference.crop import load

    try:
        image = load(source, box, max(32, side // 2)).image
    except BioscanError:
        return None
    image.thumbnail((side, side))
    return image.width, image.height, image.tobytes()


@dataclass(frozen=True)
class Answer:
    """A result to be written, with what a person said of it.

    Attributes:
        decision: None if nobody decided.
        placed: its name, placed in the library that is open.
    """

    result: Identification
    decision: Decision | None = None
    placed: Determination | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ExportDetails:
    """What the user says once for all exports.

    Attributes:
        made_by: who decides and hands out.
        licence: of the records.
        collecting: what is handed out of when and where specimens were collected.
    """

    made_by: str = ""
    licence: str = ""
    collecting: CollectingChoice = field(default_factory=CollectingChoice)


def write_results(
    answers: Iterable[Answer],
    kind: str,
    target: Path,
    identifier: Identifier | None,
    details: ExportDetails,
    reporter: Reporter,
) -> Written:
    """Writes results in one of the formats of `services.export`; files appear only when complete.

    Args:
        answers: what is written; a decision that puts off decides nothing.
        kind: name of the format.
        identifier: of the library that is open; what only the library knows of its own results goes
            into the file, too.
        details: who hands out, and what of the collecting.

    Where the sample sheet is another than it was read last, the choice with what it is now is reported.

    Raises:
        BioscanError: if it cannot be written.
        Cancelled: if the user wants so.
    """
    from bioscan_desktop.services.export import items as exported
    from bioscan_desktop.services.export.collecting import Collecting, add_all
    from bioscan_desktop.services.export.exporting import export
    from bioscan_desktop.services.export.provenance import ExportOptions, LibraryFacts

    def items() -> Iterator[exported.ExportItem]:
        for answer in answers:
            made, placed, decision = answer.decision, answer.placed, None
            if made is not None and made.action != "skip":
                names = dict(zip(RANKS, placed.lineage.names(), strict=True)) if placed is not None else {}
                lineage = {rank: name for rank, name in names.items() if name}
                decision = exported.Decision(
                    made.name or "",
                    made.rank or (placed.rank if placed is not None else None),
                    lineage,
                    at=made.made_at,
                    notes=answer.note,
                    unknown=made.action == "unknown",
                )
            photos = answer.result.specimen.photos
            pictures = tuple(exported.Picture(one.photo, one.crop) for one in photos)
            yield exported.ExportItem(answer.result.to_json(), decision, pictures, notes=answer.note)

    library = LibraryFacts.of(identifier.library) if identifier is not None else None
    # With a byte order mark, Excel reads accents and Chinese place names as they are.
    collecting = Collecting(details.collecting) if details.collecting else None
    options = ExportOptions(
        library=library,
        bom=True,
        made_by=details.made_by,
        licence=details.licence,
        collected=collecting.terms if collecting is not None else (),
    )
    joined = add_all(items(), collecting)
    written = export(joined, kind, target, options, reporter.progress, reporter.cancel)
    if collecting is not None and collecting.choice != details.collecting:
        reporter.item(collecting.choice)
    return replace(
        written, notices=(*written.notices, *(collecting.told() if collecting is not None else ()))
    )


def look_into_sheet(
    path: Path, copy: bytes, specimens: Sequence[tuple[str, ...]], _: Reporter
) -> tuple[int, tuple[str, ...], bytes]:
    """How many specimens a sample sheet has a row for, sentences about what it holds, and its content.

    Args:
        copy: content as it was read last.
        specimens: id and names of the photos of each.

    Raises:
        ArgumentError: if it is no such sheet.
    """
    from bioscan_desktop.services.export.collecting import ids_of
    from bioscan_desktop.services.export.sample_sheet import read_sheet

    sheet = read_sheet(path, copy)
    return sum(sheet.find(ids_of(*names)) is not None for names in specimens), sheet.notices, sheet.content
