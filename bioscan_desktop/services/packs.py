"""Finding, opening, checking and installing model and library packs."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import zipfile
import zlib
from dataclasses import dataclass
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import IO

from bioscan_desktop import paths
from bioscan_desktop.core.errors import ArgumentError, PackError, reason
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.manifest import ModelManifest
from bioscan_desktop.library.draft import LOCK, lock
from bioscan_desktop.library.pack import Library, LibraryManifest

STARTER = "starter"

MANIFEST_MAX = 64 << 20
"""Bytes of a manifest at most."""


_DAMAGED = (zipfile.BadZipFile, zlib.error, LZMAError, EOFError, NotImplementedError, RuntimeError)
"""What zipfile raises on damaged and encrypted files, and for ways of packing that it does not know."""


@dataclass(frozen=True, slots=True)
class PackEntry:
    """A pack that was found.

    Attributes:
        name: what `--library` and `--model` accept.
        error: why it cannot be used, or "".
    """

    name: str
    folder: Path
    title: str
    version: str
    error: str = ""


def find(kind: str, name: str) -> Path:
    """The folder of a pack: a path, the name of an installed pack, or `starter`.

    Raises:
        ArgumentError: if there is no such pack.
    """
    with contextlib.suppress(OSError, RuntimeError):  # a name too long for a file, `~` of nobody
        path = Path(name).expanduser()
        is_pack = (path / "manifest.json").is_file()
        if path.name == name and not is_pack:  # a folder here that happens to be called so hides no pack
            for root in _roots(kind):
                if (root / name / "manifest.json").is_file():
                    return root / name
        if path.is_dir():
            return path
    known = ", ".join(entry.name for entry in installed(kind)) or "none"
    noun = "model" if kind == "models" else "library"
    raise ArgumentError(f"There is no {noun} pack '{name}'; installed are: {known}.")


def installed(kind: str) -> list[PackEntry]:
    """All packs of a kind, the shipped ones last; unusable ones with their error."""
    entries: dict[str, PackEntry] = {}
    for root in _roots(kind):
        for folder in sorted(root.iterdir()) if root.is_dir() else []:
            if folder.name.startswith("."):  # what a killed program has left of its work
                continue
            if (folder / "manifest.json").is_file() and folder.name not in entries:
                entries[folder.name] = _entry(kind, folder)
    return list(entries.values())


def open_model(name: str = STARTER, provider: str = "auto", precision: str = "auto") -> ModelPack:
    """Opens a model pack by name or path."""
    return ModelPack(find("models", name), provider, precision, cache=paths.cache_dir())


def open_library(name: str = STARTER, exact: bool = False) -> Library:
    """Opens a library pack by name or path, with its HNSW graphs cached in the user's folder."""
    return Library(find("libraries", name), paths.cache_dir() / "indexes", exact)


def to_change(name: str, out: Path | None) -> Path:
    """The folder of a library that is to be changed, in place or as a copy in `out`.

    Raises:
        ArgumentError: if there is no such library, or it belongs to the program.
    """
    folder = find("libraries", name)
    shipped = paths.resources_dir().resolve()
    if out is None and shipped in folder.resolve().parents:
        raise ArgumentError(
            f"The library {folder.name} comes with the program and stays as it is; "
            "make a changed copy of it with --out."
        )
    return folder


def model_for(library: Library, provider: str = "auto", precision: str = "auto") -> ModelPack:
    """The installed model that a library was built with.

    Raises:
        PackError: if it is not installed.
    """
    wanted = library.manifest.model
    for entry in installed("models"):
        if not entry.error and ModelManifest.load(entry.folder).fingerprint == wanted.get("fingerprint"):
            return ModelPack(entry.folder, provider, precision, cache=paths.cache_dir())
    raise PackError(
        f"The library {library.manifest.id} needs the model {wanted.get('id')} {wanted.get('version')}, "
        "which is not installed."
    )


def verify(kind: str, folder: Path) -> None:
    """Checks a pack's manifest and the hash of every file. Raises PackError."""
    if kind == "models":
        ModelManifest.load(folder).verify(folder)
    else:
        LibraryManifest.load(folder).verify(folder)


def _why(error: OSError) -> str:
    """In a few words, also of what befell the copy of a folder: a list of (from, to, why)."""
    if isinstance(error, shutil.Error) and isinstance(error.args[0], list):
        why = str(error.args[0][0][-1])
        found = re.match(r"\[\w+ -?\d+\] ([^:]+)", why)
        return found[1] if found is not None else why
    return reason(error)


def install(kind: str, source: Path) -> Path:
    """Installs a pack from a folder or a zip file, checked before it is put in place.

    Returns:
        its new folder.

    Raises:
        PackError: if it is no such pack, damaged, or the disk is full.
    """
    target_root = paths.data_dir() / kind
    staging = target_root / f"{_STAGING}{os.getpid()}"
    held: IO[bytes] | None = None
    try:
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        held = lock(staging)
        _discard_left(target_root)
        unpacked = staging / "pack"
        if source.is_dir():
            shutil.copytree(source, unpacked)
        elif zipfile.is_zipfile(source):
            _unzip(source, unpacked)
        else:
            raise PackError(f"{source} is neither a pack folder nor a zip file.")
        # A Mac puts a folder of its own, `__MACOSX`, beside the one that was zipped.
        inner = [p for p in unpacked.iterdir() if (p / "manifest.json").is_file()]
        root = unpacked if (unpacked / "manifest.json").is_file() or len(inner) != 1 else inner[0]
        verify(kind, root)
        manifest = ModelManifest.load(root) if kind == "models" else LibraryManifest.load(root)
        name = _safe_name(manifest.id)
        target = target_root / name
        if name == STARTER or (paths.resources_dir() / kind / name).exists():
            raise PackError(f"The name '{name}' belongs to a pack that comes with the program.")
        if (other := _id_of(target)) not in (None, manifest.id):
            raise PackError(f"The pack would replace another one, '{other}'; remove that first.")
        if not target.exists():
            root.replace(target)
            return target
        # The old pack stays until the new one is in its place.
        old = staging / "old"
        target.replace(old)
        try:
            root.replace(target)
        except OSError:
            old.replace(target)
            raise
        return target
    except OSError as error:
        raise PackError(f"The pack cannot be installed ({_why(error)}).") from None
    finally:
        if held is not None:
            held.close()
        shutil.rmtree(staging, ignore_errors=True)


_STAGING = ".installing-"


def _discard_left(root: Path) -> None:
    """Throws away what killed programs have left of their work; a running one holds a lock."""
    for left in root.glob(f"{_STAGING}*"):
        if (left / LOCK).exists():
            with contextlib.suppress(PackError, OSError):
                lock(left).close()
                shutil.rmtree(left, ignore_errors=True)


def _id_of(folder: Path) -> str | None:
    """The id of the pack in a folder; None where there is none that can be read."""
    try:
        return str(describe(folder)["id"])
    except (OSError, ValueError, LookupError, TypeError):
        return None


def kind_of(source: Path) -> str:
    """`models` or `libraries`: what a folder or zip file holds.

    Raises:
        PackError: if it is neither.
    """
    formats = {"bioscan-model": "models", "bioscan-library": "libraries"}
    try:
        found = formats.get(str(json.loads(_manifest_text(source)).get("format")))
    except (OSError, ValueError, AttributeError, *_DAMAGED):
        found = None
    if found is None:
        raise PackError(f"{source} holds neither a model pack nor a library pack.")
    return found


def _manifest_text(source: Path) -> str:
    """The manifest at the top, or in the only folder there."""
    if source.is_dir():
        places = [source / "manifest.json", *source.glob("*/manifest.json")]
        return next((p for p in places if p.is_file()), places[0]).read_text(encoding="utf-8")
    with zipfile.ZipFile(source) as archive:
        names = [n for n in archive.namelist() if PurePosixPath(n).name == "manifest.json"]
        top = min(names, key=lambda name: name.count("/"), default="manifest.json")
        if top not in names or archive.getinfo(top).file_size > MANIFEST_MAX:
            raise ValueError("no manifest")
        return archive.read(top).decode("utf-8")


def _unzip(source: Path, target: Path) -> None:
    """Extracts a zip, refusing names that would land outside of the folder."""
    try:
        _extract(source, target)
    except _DAMAGED as error:
        raise PackError(f"{source} is a damaged or encrypted zip file ({error}).") from None


def _extract(source: Path, target: Path) -> None:
    with zipfile.ZipFile(source) as archive:
        for name in archive.namelist():
            parts = PurePosixPath(name.replace("\\", "/")).parts
            if ".." in parts or name.startswith(("/", "\\")) or (parts and ":" in parts[0]):
                raise PackError(f"{source} is not a safe pack: it names a file outside of itself ({name}).")
        needed = sum(info.file_size for info in archive.infolist())
        free = shutil.disk_usage(target.parent).free
        if needed > free:
            raise PackError(
                f"The disk has too little room for what is in {source}: {needed / 1e6:,.0f} MB are needed, "
                f"{free / 1e6:,.0f} MB are free."
            )
        archive.extractall(target)


def _safe_name(identifier: str) -> str:
    name = "".join(c if c.isalnum() or c in "-_." else "-" for c in identifier).strip(".-")
    if not name:
        raise PackError(f"The pack has an unusable id {identifier!r}.")
    return name


def _roots(kind: str) -> list[Path]:
    return [paths.data_dir() / kind, paths.resources_dir() / kind]


def _entry(kind: str, folder: Path) -> PackEntry:
    try:
        loaded = ModelManifest.load(folder) if kind == "models" else LibraryManifest.load(folder)
    except PackError as error:
        return PackEntry(folder.name, folder, folder.name, "", error.message)
    return PackEntry(folder.name, folder, loaded.title, loaded.version)


def describe(folder: Path) -> dict[str, object]:
    """The manifest of a pack as it stands in the file, for `info`."""
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
