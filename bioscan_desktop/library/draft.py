"""The next state of a library, written beside the present one and put in force by a single rename.

A library that is changed in place gets its changed files under new names; they count from the
moment when `manifest.json`, which names them, is replaced. A copy is written in a folder of its own
that is renamed when it is complete. Whenever the program is killed, the folder holds the old library
or the new one.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

from bioscan_desktop.core.errors import ArgumentError, PackError
from bioscan_desktop.inference.manifest import sha256_of
from bioscan_desktop.library.calibrated import CALIBRATION
from bioscan_desktop.library.pack import LibraryManifest

_OWN = re.compile(
    r"(records|(keys|isolation)\.(dna|image))(\.[0-9a-f]{8})?\.(npy|sqlite)(-journal)?"
    r"|calibration\.[0-9a-f]{8}\.json",
    re.ASCII,
)
"""Names that a library's files have or had."""

LOCK = ".lock"


class Draft:
    """A library that is being changed; a context manager that throws unfinished work away.

    Args:
        base: the present library.
        out: a new folder for the changed library; None changes `base` itself.

    Raises:
        ArgumentError: if `out` exists.
        PackError: if `base` cannot be used, or another program is changing it.
    """

    def __init__(self, base: Path, out: Path | None = None) -> None:
        if out is not None and out.exists():
            raise ArgumentError(f"{out} exists already; choose another folder or remove it first.")
        self.base, self.out = base, out
        self.manifest = LibraryManifest.load(base)
        self._before = (base / "manifest.json").read_bytes()
        self.folder = base if out is None else out.with_name(f".{out.name}.changing-{os.getpid()}")
        self._token = secrets.token_hex(4)
        self._written: dict[str, str] = {}
        self._dropped: set[str] = set()
        self._lock: IO[bytes] | None = None

    def __enter__(self) -> Draft:
        try:
            if self.out is None:
                self._lock = lock(self.base)
            else:
                shutil.rmtree(self.folder, ignore_errors=True)
                self.folder.mkdir(parents=True)
        except OSError as error:
            raise self._unwritable(error) from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if self.out is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
        elif kind is not None:
            for name in self._written.values():
                _remove(self.folder / name)
        if self._lock is not None:
            self._lock.close()
        if isinstance(error, (OSError, sqlite3.Error)):
            raise self._unwritable(error) from None

    def present(self, name: str) -> Path:
        """Where a file of the present library lies."""
        return self.manifest.path(self.base, name)

    def file(self, name: str) -> Path:
        """Where the changed file of this name is to be written."""
        if name not in self._written:
            stem, dot, suffix = name.rpartition(".")
            changed = name if self.out is not None else f"{stem}.{self._token}{dot}{suffix}"
            self._written[name] = changed
        return self.folder / self._written[name]

    def forget(self, name: str) -> None:
        """Takes back that a file was to be changed."""
        if name in self._written:
            _remove(self.folder / self._written.pop(name))

    def drop(self, name: str) -> None:
        """Leaves a file out of the changed library."""
        self.forget(name)
        self._dropped.add(name)

    def commit(self, manifest: LibraryManifest) -> LibraryManifest:
        """Puts the changed library in force; `files` and `stored_as` of the manifest are filled in.

        Raises:
            PackError: if the library was changed by another program meanwhile.
        """
        stored = dict(self.manifest.stored_as)
        back = {present: name for name, present in stored.items()}
        files = {back.get(present, present): sha for present, sha in self.manifest.files.items()}
        if CALIBRATION not in files and (unlisted := self.present(CALIBRATION)).is_file():
            files[CALIBRATION] = sha256_of(unlisted)  # a pack of an earlier program does not list it
        if self.out is not None:
            self._copy_the_rest(files)
            stored = {}
        for name in self._dropped:
            files.pop(name, None)
            stored.pop(name, None)
        for name, written in self._written.items():
            with (self.folder / written).open("rb+") as stream:
                os.fsync(stream.fileno())
            files[name] = sha256_of(self.folder / written)
            stored.pop(name, None)
            if written != name:
                stored[name] = written
        done = replace(
            manifest,
            files={stored.get(name, name): sha for name, sha in files.items()},
            stored_as=stored,
        )
        if (self.base / "manifest.json").read_bytes() != self._before:
            raise PackError(f"The library {self.base} was changed by another program meanwhile; try again.")
        done.save(self.folder)
        if self.out is not None:
            self.folder.replace(self.out)
        else:
            self._written = {}
            if CALIBRATION in done.stored_as:
                done = self._with_plain_calibration(done)
            self._tidy(done)
        return done

    def _with_plain_calibration(self, manifest: LibraryManifest) -> LibraryManifest:
        """The calibration under its own name, which people open and programs compare, in two more steps.

        The file of that name is one that no manifest names any more. So whichever step the program is
        killed at, the manifest names a file that has its hash.
        """
        written = manifest.stored_as[CALIBRATION]
        files = {CALIBRATION if name == written else name: sha for name, sha in manifest.files.items()}
        stored = {name: other for name, other in manifest.stored_as.items() if name != CALIBRATION}
        done = replace(manifest, files=files, stored_as=stored)
        part = self.folder / f"{CALIBRATION}.{os.getpid()}.part"
        try:
            shutil.copyfile(self.folder / written, part)
            with part.open("rb+") as stream:
                os.fsync(stream.fileno())
            part.replace(self.folder / CALIBRATION)
            done.save(self.folder)
        except OSError:  # the library is changed, and whole, under the other name
            _remove(part)
            return manifest
        return done

    def _copy_the_rest(self, files: dict[str, str]) -> None:
        """What is not changed: files of the pack under their plain names, and cards beside them."""
        listed = {*self.manifest.files, *self.manifest.stored_as.values(), "manifest.json", LOCK}
        for name in files:
            source = self.present(name)
            if name not in self._written and name not in self._dropped and source.is_file():
                shutil.copyfile(source, self.folder / name)
        for path in self.base.iterdir():
            stray = path.name.endswith(".part") or _OWN.fullmatch(path.name)
            if path.is_file() and path.name not in listed and not stray:
                shutil.copyfile(path, self.folder / path.name)

    def _tidy(self, manifest: LibraryManifest) -> None:
        """Removes what the manifest does not name any more, and what killed runs have left."""
        for path in self.base.iterdir():
            if _OWN.fullmatch(path.name) and path.name not in manifest.files:
                _remove(path)

    def _unwritable(self, error: Exception) -> PackError:
        why = getattr(error, "strerror", None) or error
        return PackError(f"The library cannot be written to {self.out or self.base} ({why}).")


def lock(folder: Path) -> IO[bytes]:
    """Keeps other programs from changing a folder, until the returned file is closed or the program ends.

    Raises:
        PackError: if another program is at it.
    """
    stream = (folder / LOCK).open("a+b")
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        stream.close()
        raise PackError(f"Another program is just changing {folder}; try again when it is done.") from None
    return stream


def next_version(version: str) -> str:
    """1 becomes 2, 1.0.9 becomes 1.0.10, and 2024a becomes 2024a.1."""
    found = re.fullmatch(r"(.*?)(\d+)", version)
    return f"{found[1]}{int(found[2]) + 1}" if found else f"{version}.1"


@contextlib.contextmanager
def database(path: Path) -> Iterator[sqlite3.Connection]:
    """Opens a database for writing, and closes it; what was not committed is lost."""
    connection = sqlite3.connect(path)
    try:
        # What is lost with the power is only a draft; `Draft.commit` writes it down to the disk.
        connection.execute("PRAGMA journal_mode = MEMORY")
        connection.execute("PRAGMA synchronous = OFF")
        yield connection
    finally:
        connection.close()


def _remove(path: Path) -> None:
    """A file that another program holds open on Windows is left; the next change removes it."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
