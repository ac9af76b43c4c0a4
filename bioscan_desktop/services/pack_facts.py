"""What there is to know of an installed pack, and taking it away again."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from bioscan_desktop import paths
from bioscan_desktop.core.errors import ArgumentError, PackError
from bioscan_desktop.inference.manifest import ModelManifest, check_file
from bioscan_desktop.library.calibrated import CALIBRATION, check_calibration
from bioscan_desktop.library.pack import Library, LibraryManifest
from bioscan_desktop.services import packs
from bioscan_desktop.services.tasks import CancelToken, Progress, ProgressCallback, silent

KINDS: tuple[str, ...] = ("libraries", "models")


@dataclass(frozen=True)
class PackFacts:
    """An installed pack.

    Attributes:
        kind: one of `KINDS`.
        name: what `--library` and `--model` accept.
        shipped: it came with the program, and stays.
        size: bytes on the disk.
        error: why it cannot be used, or "".
        model: id and version of the model that a library needs; its own for a model.
        model_there: that model is installed.
        calibrated: of a library; None for models.
        counts: what a library holds, or the length of a model's embeddings, by name.
        encoders: of a model, {modality: architecture}.
        card: its MODEL_CARD.md or LIBRARY_CARD.md; None if it has none.
    """

    kind: str
    name: str
    folder: Path
    title: str
    version: str
    shipped: bool
    size: int
    error: str = ""
    licence: str = ""
    attribution: str = ""
    model: str = ""
    model_there: bool = True
    calibrated: bool | None = None
    counts: dict[str, int] = field(default_factory=dict)
    encoders: dict[str, str] = field(default_factory=dict)
    card: Path | None = None


def all_facts() -> list[PackFacts]:
    """Every installed pack, libraries first."""
    fingerprints = set()
    for entry in packs.installed("models"):
        if not entry.error:
            fingerprints.add(ModelManifest.load(entry.folder).fingerprint)
    return [facts_of(kind, entry, fingerprints) for kind in KINDS for entry in packs.installed(kind)]


def facts_of(kind: str, entry: packs.PackEntry, fingerprints: set[str]) -> PackFacts:
    """The facts of one pack.

    Args:
        fingerprints: of the installed models.
    """
    folder = entry.folder
    shipped = folder.is_relative_to(paths.resources_dir())
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    cards = [path for name in ("LIBRARY_CARD.md", "MODEL_CARD.md") if (path := folder / name).is_file()]
    card = cards[0] if cards else None
    common = (kind, entry.name, folder, entry.title, entry.version, shipped, size)
    if entry.error:
        return PackFacts(*common, error=entry.error, card=card)
    if kind == "models":
        model = ModelManifest.load(folder)
        encoders = {name: encoder.architecture for name, encoder in model.encoders.items()}
        return PackFacts(
            *common,
            licence=model.licence,
            model=f"{model.id} {model.version}",
            counts={"dimensions": model.dim},
            encoders=encoders,
            card=card,
        )
    library = LibraryManifest.load(folder)
    return PackFacts(
        *common,
        licence=library.licence,
        attribution=library.attribution,
        model=" ".join(library.model.get(name, "") for name in ("id", "version")).strip(),
        model_there=library.model.get("fingerprint") in fingerprints,
        calibrated=_is_calibrated(folder),
        counts=library.counts,
        card=card,
    )


def _is_calibrated(folder: Path) -> bool:
    try:
        library = Library(folder, exact=True)
    except PackError:
        return False
    try:
        return library.calibration.fitted
    finally:
        library.close()


def check(
    kind: str, folder: Path, progress: ProgressCallback = silent, cancel: CancelToken | None = None
) -> int:
    """Checks the hash of every file that a pack names, and that a library's calibration can be read.

    Returns:
        how many files were checked.

    Raises:
        PackError: naming the first that is missing or changed.
        Cancelled: after `cancel`.
    """
    library = LibraryManifest.load(folder) if kind == "libraries" else None
    if library is not None:
        library.require_hashes(folder)
    files = library.files if library is not None else ModelManifest.load(folder).files()
    for number, (file, sha256) in enumerate(files.items()):
        if cancel is not None:
            cancel.check()
        progress(Progress(number, len(files), f"Checking {file}"))
        check_file(folder, file, sha256)
    if library is not None:
        check_calibration(library.path(folder, CALIBRATION))
    return len(files)


def remove(kind: str, name: str) -> None:
    """Deletes an installed pack. Those that came with the program stay.

    Raises:
        ArgumentError: if there is no such pack, or it came with the program.
        PackError: if its files cannot be deleted, because they are in use for example.
    """
    folder = paths.data_dir() / kind / name
    noun = "model" if kind == "models" else "library"
    if Path(name).name != name or not (folder / "manifest.json").is_file():
        if any(entry.name == name for entry in packs.installed(kind)):
            raise ArgumentError(f"The {noun} '{name}' came with the program and cannot be removed.")
        raise ArgumentError(f"There is no installed {noun} '{name}' to remove.")
    gone = folder.with_name(f".removed-{name}")
    try:
        shutil.rmtree(gone, ignore_errors=True)
        folder.replace(gone)  # all or nothing: a pack that is half gone would be a damaged one
        shutil.rmtree(gone)
    except OSError as error:
        raise PackError(
            f"The {noun} '{name}' cannot be removed ({error.strerror or error}); close what uses it."
        ) from None
